import tseslint from 'typescript-eslint';

/** The import table of ARCHITECTURE.md: which folders a folder's files may import from, besides itself. */
export const layers = {
  sim: [],
  'server/syntax': [],
  'server/ir': ['server/syntax'],
  'server/api': ['server/ir', 'server/syntax'],
  'server/workspace': ['server/syntax', 'server/ir', 'server/api'],
  'server/symbolic': ['server/ir', 'server/api', 'server/workspace'],
  'server/concrete': ['server/ir', 'server/api', 'server/workspace', 'sim'],
  'server/rules': ['server/symbolic', 'server/api', 'server/ir'],
  'server/settings': [],
  'server/scenario': ['sim'],
  'server/features': [
    'server/syntax',
    'server/ir',
    'server/api',
    'server/workspace',
    'server/symbolic',
    'server/concrete',
    'server/rules',
    'server/settings',
    'server/scenario',
    'sim',
  ],
  client: ['server/protocol'],
  'client/webview': ['sim', 'client/panel-messages', 'client/mappings-messages'],
};

const folders = [
  'sim',
  ...Object.keys(layers).filter((name) => name.startsWith('server/')),
  'client',
  'server/protocol',
];

/** @type {import('eslint').Rule.RuleModule} */
const importTable = {
  meta: { type: 'problem', schema: [], messages: { layer: '{{from}} may not import {{to}} (ARCHITECTURE.md).' } },
  create(context) {
    const file = context.filename.replaceAll('\\', '/');
    const root = context.cwd.replaceAll('\\', '/') + '/';
    const here = file.startsWith(root) ? file.slice(root.length) : file;
    const layer = Object.keys(layers)
      .filter((name) => here.startsWith(name + '/'))
      .sort((a, b) => b.length - a.length)[0];
    const check = (node) => {
      if (!layer || !node.source || typeof node.source.value !== 'string') return;
      const text = node.source.value;
      if (!text.startsWith('.')) {
        const bare = text.startsWith('node:') ? 'node' : text;
        const core = layer === 'sim' || (layer.startsWith('server/') && layer !== 'server/features');
        if ((core || layer === 'server/features') && (bare === 'node' || bare === 'vscode'))
          context.report({ node, messageId: 'layer', data: { from: layer, to: text } });
        return;
      }
      const target = new URL(text, 'file:///' + here).pathname.slice(1).replace(/\.(js|ts|tsx)$/, '');
      if (target.startsWith(layer + '/')) return;
      if (layer === 'client' && target.startsWith('client/')) return;
      const allowed = layers[layer].some((name) => target === name || target.startsWith(name + '/'));
      if (
        !allowed &&
        (folders.some((name) => target.startsWith(name)) ||
          target.startsWith('server/') ||
          target.startsWith('client/'))
      )
        context.report({ node, messageId: 'layer', data: { from: layer, to: target } });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    };
  },
};

export default tseslint.config(
  { ignores: ['*.d.ts', 'dist/**', 'node_modules/**', '.cache/**', '*.mjs', 'test/e2e/fixtures/**'] },
  ...tseslint.configs.strict,
  {
    plugins: { maplens: { rules: { 'import-table': importTable } } },
    rules: {
      'maplens/import-table': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'off',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
    },
  },
  { files: ['vitest.config.ts', 'test/mutants/*'], rules: { 'no-restricted-exports': 'off' } },
);
