import type { CallSite, KernelCall, KernelTable } from '../call-site';
import { panic } from '../halt';
import { format } from './format';

const logged: (at: number) => KernelCall = (at) => (site) => log(site, at);

/** Logging goes into the trace; panic ends the run. */
export const logCalls: KernelTable = {
  IOLog: logged(0),
  kprintf: logged(0),
  printf: logged(0),
  OSReportWithBacktrace: logged(0),
  os_log: logged(1),
  os_log_info: logged(1),
  os_log_debug: logged(1),
  os_log_error: logged(1),
  os_log_fault: logged(1),
  panic: (site) => panic(format(site, 0)),
  panic_plain: (site) => panic(format(site, 0)),
  IOPanic: (site) => panic(format(site, 0)),
  assert: (site) => check(site),
  assertf: (site) => check(site),
  release_assert: (site) => check(site),
  __builtin_assume: () => 0n,
  __builtin_trap: () => panic('__builtin_trap()'),
  abort: () => panic('abort()'),
};

function log(site: CallSite, at: number): bigint {
  const text = format(site, at).trimEnd();
  site.run.kernel.steps.note('log', `Logs "${text}".`);
  return 0n;
}

function check(site: CallSite): bigint {
  if (site.bits(0) !== 0n) return 0n;
  return site.run.kernel.stop('panic', `assert(${site.texts[0] ?? ''}) is false.`);
}
