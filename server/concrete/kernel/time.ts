import type { CallSite, KernelTable } from '../call-site';
import type { Value } from '../values';
import { storeOut } from './receivers';

/** The run's clock goes on by this many nanoseconds at each look, so that a loop that waits comes to its end. */
const tick = 10_000n;

/** Time: one unit of absolute time is a nanosecond, as on Intel. */
export const timeCalls: KernelTable = {
  mach_absolute_time: (site) => now(site),
  mach_continuous_time: (site) => now(site),
  clock_get_uptime: (site) => set(site, 0, now(site)),
  clock_get_system_microtime: (site) => microtime(site),
  clock_get_system_nanotime: (site) => {
    const time = now(site);
    storeOut(site, 0, time / 1_000_000_000n, 32);
    storeOut(site, 1, time % 1_000_000_000n, 32);
    return 0n;
  },
  absolutetime_to_nanoseconds: (site) => set(site, 1, site.bits(0)),
  nanoseconds_to_absolutetime: (site) => set(site, 1, site.bits(0)),
  clock_interval_to_deadline: (site) => set(site, 2, now(site) + site.bits(0) * site.bits(1)),
  clock_interval_to_absolutetime_interval: (site) => set(site, 2, site.bits(0) * site.bits(1)),
  IOSleep: (site) => pass(site, site.bits(0) * 1_000_000n),
  IODelay: (site) => pass(site, site.bits(0) * 1000n),
  IOPause: (site) => pass(site, site.bits(0)),
};

function now(site: CallSite): bigint {
  site.run.clock += tick;
  return site.run.clock;
}

function pass(site: CallSite, nanoseconds: bigint): Value {
  site.run.clock += nanoseconds;
  return 0n;
}

function set(site: CallSite, index: number, value: bigint): Value {
  storeOut(site, index, value);
  return 0n;
}

function microtime(site: CallSite): Value {
  const time = now(site);
  storeOut(site, 0, time / 1_000_000_000n, 32);
  storeOut(site, 1, (time % 1_000_000_000n) / 1000n, 32);
  return 0n;
}
