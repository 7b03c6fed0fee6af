import { PassThrough } from 'node:stream';
import { StreamMessageReader, StreamMessageWriter, createConnection } from 'vscode-languageserver/node';
import { createProtocolConnection } from 'vscode-languageserver/node';
import type { ProtocolConnection } from 'vscode-languageserver/node';
import type { LanguageService } from '../../server/features/service';
import { serve } from '../../server/lsp-server';
import { diskFiles } from '../../server/workspace-files';

/** A client of a language server in the same process; it does not listen yet. */
export function connectTo(service: LanguageService): ProtocolConnection {
  const up = new PassThrough();
  const down = new PassThrough();
  serve(createConnection(new StreamMessageReader(up), new StreamMessageWriter(down)), service, diskFiles);
  return createProtocolConnection(new StreamMessageReader(down), new StreamMessageWriter(up));
}
