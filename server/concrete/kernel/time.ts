import type { CallSite, KernelTable } from '../call-site';
import type { Value } from '../values';
import { storeOut } from './receivers';

/** gPEClockFrequencyInfo.timebase_frequency_hz of an Apple Silicon Mac: mach_timebase_info() tells 125/3. */
const armFrequency = 24_000_000n;
const second = 1_000_000_000n;

/** The run's clock goes on by this many nanoseconds at each look, so that a loop that waits comes to its end. */
const tick = 10_000n;

/**
 * Time. One unit of absolute time is a nanosecond on Intel (osfmk/i386/rtclock.c) and a tick of the timebase on ARM
 * (osfmk/arm/rtclock.c).
 */
export const timeCalls: KernelTable = {
  mach_absolute_time: (site) => toAbsolute(site, now(site)),
  mach_continuous_time: (site) => toAbsolute(site, now(site)),
  clock_get_uptime: (site) => set(site, 0, toAbsolute(site, now(site))),
  clock_get_system_microtime: (site) => microtime(site),
  clock_get_system_nanotime: (site) => {
    const time = now(site);
    storeOut(site, 0, time / 1_000_000_000n, 32);
    storeOut(site, 1, time % 1_000_000_000n, 32);
    return 0n;
  },
  absolutetime_to_nanoseconds: (site) => set(site, 1, toNanoseconds(site, site.unsigned(0))),
  nanoseconds_to_absolutetime: (site) => set(site, 1, toAbsolute(site, site.unsigned(0))),
  clock_interval_to_deadline: (site) => {
    const deadline = toAbsolute(site, now(site)) + interval(site);
    return set(site, 2, deadline > latest ? latest : deadline);
  },
  clock_interval_to_absolutetime_interval: (site) => set(site, 2, interval(site)),
  IOSleep: (site) => pass(site, site.unsigned(0, 32) * 1_000_000n),
  IODelay: (site) => pass(site, site.unsigned(0, 32) * 1000n),
  IOPause: (site) => pass(site, site.unsigned(0, 32)),
};

const latest = (1n << 64n) - 1n;

function perSecond(site: CallSite): bigint {
  return site.run.profile.arch === 'x86_64' ? second : armFrequency;
}

/** nanoseconds_to_absolutetime(): whole seconds first, so that nothing overflows early. */
function toAbsolute(site: CallSite, nanoseconds: bigint): bigint {
  const frequency = perSecond(site);
  return BigInt.asUintN(64, (nanoseconds / second) * frequency + ((nanoseconds % second) * frequency) / second);
}

function toNanoseconds(site: CallSite, time: bigint): bigint {
  const frequency = perSecond(site);
  return BigInt.asUintN(64, (time / frequency) * second + ((time % frequency) * second) / frequency);
}

/** clock_interval_to_absolutetime_interval(): both numbers have 32 bits. */
function interval(site: CallSite): bigint {
  return toAbsolute(site, site.unsigned(0, 32) * site.unsigned(1, 32));
}

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
