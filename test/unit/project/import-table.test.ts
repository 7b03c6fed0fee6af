import { join } from 'node:path';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const eslint = new ESLint({ cwd: root });

/** Messages of the import table's rule for a text that pretends to be a file of the project. */
async function violations(file: string, code: string): Promise<readonly string[]> {
  const [result] = await eslint.lintText(code, { filePath: join(root, file), warnIgnored: true });
  return result!.messages.filter((message) => message.ruleId === 'maplens/import-table').map(({ message }) => message);
}

describe('the import table', () => {
  it.each([
    ['sim/x.ts', '../server/ir/types', 'the model knows no source text'],
    ['sim/picture/x.ts', '../../client/panel', 'the model knows no panel'],
    ['server/syntax/x.ts', '../api/model', 'the front end knows no kernel'],
    ['server/ir/x.ts', '../api/model', 'the front end knows no kernel'],
    ['server/api/x.ts', '../workspace/index', 'the API comes before the workspace'],
    ['server/symbolic/x.ts', '../concrete/run', 'the interpreters don’t know each other'],
    ['server/symbolic/x.ts', '../../sim/machine', 'only the concrete interpreter drives the model'],
    ['server/concrete/x.ts', '../rules/leaked-reference', 'nothing goes back up'],
    ['server/rules/x.ts', '../syntax/tree', 'rules know no syntax tree'],
    ['server/workspace/x.ts', '../features/service', 'nothing goes back up'],
    ['server/features/x.ts', '../node', 'features know no front door'],
    ['client/x.ts', '../server/features/service', 'the client knows the protocol only'],
    ['client/x.ts', '../server/files', 'the client knows the protocol only'],
    ['client/webview/x.ts', '../panel', 'the page knows no VS Code'],
    ['client/webview/x.ts', '../../server/protocol', 'the page knows no server'],
    ['server/features/x.ts', 'node:fs', 'the language service does no I/O'],
    ['server/symbolic/x.ts', 'vscode', 'the core knows no VS Code'],
    ['sim/x.ts', 'node:crypto', 'the model runs anywhere'],
  ])('%s may not import %s: %s', async (file, target) => {
    for (const code of [
      `import { a } from '${target}';\nvoid a;`,
      `import type { A } from '${target}';\nexport type B = A;`,
      `export { a } from '${target}';`,
      `export * from '${target}';`,
      `export const a = import('${target}');`,
    ])
      expect(await violations(file, code), code).toHaveLength(1);
  });

  it.each([
    ['sim/x.ts', './trace'],
    ['server/ir/x.ts', '../syntax/tree'],
    ['server/api/x.ts', '../ir/declarations'],
    ['server/concrete/x.ts', '../../sim/machine'],
    ['server/rules/x.ts', '../symbolic/events'],
    ['server/features/x.ts', '../rules/all'],
    ['server/cli/x.ts', '../features/service'],
    ['server/cli/x.ts', 'node:fs'],
    ['client/x.ts', '../server/protocol'],
    ['client/webview/x.ts', '../../sim/trace'],
    ['client/webview/x.ts', '../panel-messages'],
  ])('%s may import %s', async (file, target) => {
    expect(await violations(file, `import { a } from '${target}';\nvoid a;`)).toEqual([]);
  });
});
