import { join } from 'node:path';
import Mocha from 'mocha';

/** A line a test, for the process that drives the workbench. */
class LineReporter extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.on('pass', (test) => console.log(`MAPLENS pass ${test.fullTitle()}`));
    runner.on('fail', (test, error: Error) =>
      console.log(`MAPLENS fail ${test.fullTitle()} ::: ${error.message.replaceAll('\n', ' ')}`),
    );
  }
}

/** The entry that VS Code calls inside its extension host. */
export function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'tdd', timeout: 60_000, reporter: LineReporter });
  mocha.addFile(join(__dirname, 'maplens.test.cjs'));
  return new Promise((done, failed) => {
    mocha.run((failures) => (failures > 0 ? failed(new Error(`${failures} failed`)) : done()));
  });
}
