import type { CallSite, KernelCall, KernelTable } from '../call-site';
import { boolType } from '../values';
import { shown } from '../byte-strings';
import { format, type Printer } from './format';
import { listed, printerOf } from './strings';

const logged: (at: number, printer?: Printer) => KernelCall = (at, printer) => (site) => log(site, at, printer);

/** Logging goes into the trace; panic ends the run. */
export const logCalls: KernelTable = {
  IOLog: logged(0),
  kprintf: logged(0),
  printf: logged(0),
  OSReportWithBacktrace: logged(0),
  IOLogv: (site) => log(listed(site, 0, 1), 0),
  os_log: logged(1, 'library'),
  os_log_info: logged(1, 'library'),
  os_log_debug: logged(1, 'library'),
  os_log_error: logged(1, 'library'),
  os_log_fault: logged(1, 'library'),
  panic: (site) => site.run.kernel.stop('panic', shown(format(site, 0, 'kernel'))),
  panic_plain: (site) => site.run.kernel.stop('panic', shown(format(site, 0, 'kernel'))),
  IOPanic: (site) => site.run.kernel.stop('panic', shown(format(site, 0, 'kernel'))),
  assert: (site) => check(site),
  assertf: (site) => check(site),
  release_assert: (site) => checkAlways(site),
  __builtin_assume: () => 0n,
  __builtin_trap: (site) => site.run.kernel.stop('panic', '__builtin_trap()'),
  abort: (site) => site.run.kernel.stop('panic', 'abort()'),
};

function log(site: CallSite, at: number, printer: Printer = printerOf(site)): bigint {
  const text = shown(format(site, at, printer)).trimEnd();
  site.run.kernel.steps.note('log', `Logs "${text}".`);
  return 0n;
}

/** A release kernel has no assertions: what one would have said is logged. A DEVELOPMENT kernel panics. */
function check(site: CallSite): bigint {
  if (holds(site)) return 0n;
  const text = `assert(${site.texts[0] ?? ''}) is false`;
  const { run } = site;
  if (run.assumer.given('DEVELOPMENT', boolType) === 1n || run.program.constant('DEVELOPMENT') === 1n)
    return run.kernel.stop('panic', `${text}: the kernel panics.`);
  run.kernel.steps.note('log', `${text}: a development kernel panics here, a release kernel goes on.`);
  return 0n;
}

function checkAlways(site: CallSite): bigint {
  if (holds(site)) return 0n;
  return site.run.kernel.stop('panic', `release_assert(${site.texts[0] ?? ''}) is false: the kernel panics.`);
}

function holds(site: CallSite): boolean {
  const value = site.bits(0) !== 0n;
  site.run.asserted?.(value);
  return value;
}
