/**
 * Mutation testing of the rules (`npm run mutants`): each condition of a rule is changed in turn, and an example must fail.
 * Texts are left alone: what a message says is read by people, and its first line by the examples. So is what runs once
 * when a rule's module loads (its page).
 */
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutants/vitest.config.ts' },
  plugins: ['@stryker-mutator/vitest-runner'],
  mutate: ['server/rules/*.ts', '!server/rules/{index,rule,page}.ts'],
  mutator: { excludedMutations: ['StringLiteral'] },
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  disableTypeChecks: false,
  checkers: [],
  incremental: true,
  incrementalFile: '.cache/mutants/incremental.json',
  tempDirName: '.cache/mutants/sandbox',
  reporters: ['clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: '.cache/mutants/report.json' },
  thresholds: { high: 90, low: 80, break: 80 },
  concurrency: 1,
};
