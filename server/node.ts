import { ProposedFeatures, createConnection } from 'vscode-languageserver/node';
import { createService } from './features/create-service';
import { serve } from './lsp-server';
import { diskFiles } from './workspace-files';

serve(createConnection(ProposedFeatures.all), createService(), diskFiles);
