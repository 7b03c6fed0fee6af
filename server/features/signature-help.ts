import type { Workspace } from '../workspace/workspace';
import { ownership } from './hover';
import { knownCallAt } from './open-calls';
import { signatureOf } from './signature';
import type { SignatureHelp } from './service';

/** What may be typed in the argument list around a 1-based place. */
export function signatureHelpAt(
  workspace: Workspace,
  path: string,
  line: number,
  column: number,
): SignatureHelp | undefined {
  const offset = workspace.file(path)?.lines.offset(line, column);
  const call = offset === undefined ? undefined : knownCallAt(workspace, path, offset);
  return (
    call && {
      argument: call.argument,
      signatures: call.declarations.map((declaration) => ({
        ...signatureOf(declaration),
        markdown: [declaration.doc, ...ownership(declaration).map((each) => `- ${each}`)].filter(Boolean).join('\n\n'),
      })),
    }
  );
}
