import { describe, expect, it } from 'vitest';
import { machineNames } from '../../../sim/profiles';
import { simulate } from '../../support/simulate';

/** [what it shows, body of f, what it returns on ARM, and on Intel where that differs] (xnu osfmk/arm/rtclock.c, osfmk/i386/rtclock.c). */
type Case = readonly [what: string, body: string, arm: string, intel?: string];

const cases: readonly Case[] = [
  ['a second', 'uint64_t t; nanoseconds_to_absolutetime(1000000000ULL, &t); return t;', '24000000', '1000000000'],
  ['125 nanoseconds', 'uint64_t t; nanoseconds_to_absolutetime(125, &t); return t;', '3', '125'],
  ['a part of a tick is cut', 'uint64_t t; nanoseconds_to_absolutetime(41, &t); return t;', '0', '41'],
  ['3 ticks', 'uint64_t t; absolutetime_to_nanoseconds(3, &t); return t;', '125', '3'],
  [
    'a year does not overflow',
    'uint64_t t; absolutetime_to_nanoseconds(24000000ULL * 31536000, &t); return t == 31536000ULL * 1000000000;',
    '1',
    '0',
  ],
  [
    'an interval',
    'uint64_t t; clock_interval_to_absolutetime_interval(5, 1000000, &t); return t;',
    '120000',
    '5000000',
  ],
  [
    'a deadline is as far away as its interval',
    'uint64_t a, b, n; a = mach_absolute_time(); clock_interval_to_deadline(1, 1000000000, &b); absolutetime_to_nanoseconds(b - a, &n); return n / 1000000;',
    '1000',
  ],
  [
    'IOSleep, IODelay and IOPause pass as long as they say',
    'uint64_t a, b, n; a = mach_absolute_time(); IOSleep(20); IODelay(5000); IOPause(1000000); b = mach_absolute_time(); absolutetime_to_nanoseconds(b - a, &n); return n / 1000000;',
    '26',
  ],
  [
    'a clock never stands still',
    'uint64_t a, b; clock_get_uptime(&a); clock_get_uptime(&b); return b > a && mach_continuous_time() > b;',
    '1',
  ],
  [
    'a loop that waits for its deadline ends',
    'uint64_t end; int rounds = 0; clock_interval_to_deadline(10, 1000000, &end); while (mach_absolute_time() < end) { IOSleep(1); rounds++; } return rounds;',
    '10',
  ],
  [
    'ticks that are taken for nanoseconds: 10 ms become 416 on ARM',
    'uint64_t a, b; a = mach_absolute_time(); b = a + 10000000ULL; int ms = 0; while (mach_absolute_time() < b) { IOSleep(1); ms++; } return ms;',
    '413',
    '10',
  ],
];

describe.each(machineNames)('%s', (machine) => {
  const intel = machine.endsWith('x86_64');
  it.each(cases.map(([what, body, arm, other]) => ({ what, body, value: intel ? (other ?? arm) : arm })))(
    '$what',
    ({ body, value }) => {
      expect(simulate(`uint64_t f() { ${body} }`, 'f', { machine }).outcome).toEqual({ kind: 'returned', value });
    },
  );
});
