import type { LanguageService } from '../features/service';
import { parseArguments } from './arguments';
import { runCheck } from './check';
import { helpTexts } from './help';
import type { StartThread } from './jobs';
import { explainRule, listRules } from './rules';
import type { RuleInfo } from './sarif';
import { runMerge } from './shards';
import { runSimulate } from './simulate';
import { runSimulateScenarios } from './simulate-scenarios';
import type { Terminal } from './terminal';

export interface CliOptions {
  /** `definitions`: macros by name. */
  createService(definitions?: ReadonlyMap<string, string>): LanguageService;
  /** Left out where there are no threads. */
  readonly startThread?: StartThread;
  readonly rules: readonly RuleInfo[];
  readonly version: string;
  /** The working directory: paths in reports are relative to it. */
  readonly directory: string;
  readonly terminal: Terminal;
}

/** Runs the command line; yields the exit code. Never throws: what goes wrong is one line on standard error and 2. */
export async function runCli(argv: readonly string[], options: CliOptions): Promise<number> {
  const { terminal } = options;
  const parsed = parseArguments(argv);
  if (!parsed.ok) {
    terminal.error(parsed.message);
    return 2;
  }
  const { command } = parsed;
  const reporter = { rules: options.rules, version: options.version, from: options.directory, terminal };
  try {
    switch (command.command) {
      case 'help':
        terminal.out(helpTexts[command.topic]);
        return 0;
      case 'version':
        terminal.out(`maplens ${options.version}\n`);
        return 0;
      case 'check':
        return await runCheck(command, options.createService(), options.startThread, reporter);
      case 'merge':
        return await runMerge(command, reporter);
      case 'rules':
        return listRules(options.rules, command.format, terminal);
      case 'explain':
        return explainRule(command.rule, options.rules, terminal);
      case 'simulate':
        return await runSimulate(command, options.createService(command.definitions), options.directory, terminal);
      case 'scenarios':
        return await runSimulateScenarios(command, options.createService(), options.directory, terminal);
      default:
        return command satisfies never;
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    terminal.error(`internal error, please report it: ${message.split('\n')[0] ?? ''}`);
    return 2;
  }
}
