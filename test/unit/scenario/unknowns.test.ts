import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../server/cli/main';
import { createService } from '../../../server/features/create-service';
import type { Assumption, Trace } from '../../../sim/trace';

/** Reads one value of each kind that nothing in the code gives, and returns them as digits. */
const source = `
#include <IOKit/IOMemoryDescriptor.h>
extern uint32_t gScale;
static uint32_t gBoost = 1;
class Probe : public IOService {
public:
  uint32_t read(uint32_t tens);
  uint32_t fHundreds;
};
uint32_t Probe::read(uint32_t tens) {
  IOPCIDevice *device = OSDynamicCast(IOPCIDevice, getProvider());
  uint32_t ones = device->configRead8(8) + device->getParameter("ones");
  return ones + 10 * tens + 100 * fHundreds + 1000 * gScale + 10000 * gBoost
    + 100000 * device->getDeviceMemoryCount();
}`;

const defaults = [
  'configRead8() = 0',
  'getParameter() = 0',
  'tens = 0',
  'fHundreds = 0',
  'gScale = 0',
  'gBoost = 1, as initialised',
  'getDeviceMemoryCount() = 2',
];

/** Without the classes of methods, and without the values that every run here has. */
function short(assumptions: readonly Assumption[]): readonly string[] {
  return assumptions
    .map(({ what, value }) => `${what.replace(/^\w+::/, '')} = ${value}`)
    .filter((line) => !/getProvider\(\)/.test(line));
}

function scenario(values: Readonly<Record<string, string | number>>, fields?: Readonly<Record<string, number>>): Trace {
  const service = createService();
  service.setFile('probe.cpp', source);
  const step = { run: 'Probe::read', values, ...(fields && { this: 'probe', fields }) };
  service.setFile('x.iomap', JSON.stringify({ title: 'x', sources: ['probe.cpp'], steps: [step] }));
  const result = service.simulateScenario('x.iomap');
  if (!result.ok) throw new Error(result.reason);
  expect(result.problems).toEqual([]);
  return result.runs[0]!.trace;
}

function returned(trace: Trace): string {
  return (
    trace.steps.map(({ sentence }) => /returns (\d+)/i.exec(sentence)?.[1]).find((each) => each !== undefined) ?? ''
  );
}

describe('a value that nothing in the code gives', () => {
  it('is assumed, and listed', () => {
    const trace = scenario({});
    expect(returned(trace)).toBe('210000');
    expect(short(trace.assumptions)).toEqual(expect.arrayContaining(defaults));
    for (const { place } of trace.assumptions) expect(place?.file).toBe('probe.cpp');
  });

  it.each([
    ['a parameter', 'tens', '210040', 'tens = '],
    ['a field', 'fHundreds', '210400', 'fHundreds = '],
    ['a global', 'gScale', '214000', 'gScale = '],
    ['a global with a first value', 'gBoost', '240000', 'gBoost = '],
    ['a call that is not modelled', 'getParameter', '210004', 'getParameter() = '],
    ['a call of the API', 'configRead8', '210004', 'configRead8() = '],
    ['a call with its class', 'IOPCIDevice::configRead8', '210004', 'configRead8() = '],
    ['a modelled call', 'getDeviceMemoryCount', '410000', 'getDeviceMemoryCount() = '],
  ])('comes from the scenario: %s', (_kind, name, result, assumption) => {
    const trace = scenario({ [name]: 4 });
    expect(returned(trace)).toBe(result);
    const listed = short(trace.assumptions);
    expect(listed.filter((line) => line.startsWith(assumption))).toEqual([]);
    for (const other of defaults) if (!other.startsWith(assumption)) expect(listed).toContain(other);
  });

  it('comes from the fields of the scenario’s instance', () => {
    const trace = scenario({}, { fHundreds: 7 });
    expect(returned(trace)).toBe('210700');
    expect(short(trace.assumptions).filter((line) => line.startsWith('fHundreds'))).toEqual([]);
  });

  it('stays what it was given, however often a call answers', () => {
    const service = createService();
    service.setFile(
      'a.cpp',
      '#include <IOKit/IOMemoryDescriptor.h>\nint f(Chip *chip) { int sum = 0; for (int i = 0; i < 200; i++) sum += chip->level(); return sum; }',
    );
    const outcome = (values: Readonly<Record<string, string>>): unknown => {
      const result = service.simulate({ file: 'a.cpp', function: 'f', values });
      return result.ok && result.trace.outcome;
    };
    expect(outcome({ level: '3' })).toEqual({ kind: 'returned', value: '600' });
    expect(outcome({})).toEqual({ kind: 'returned', value: '0' });
  });
});

describe('maplens simulate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'maplens-unknowns-'));
  writeFileSync(join(folder, 'probe.cpp'), source);
  afterAll(() => rmSync(folder, { recursive: true }));

  async function simulate(...options: readonly string[]): Promise<string> {
    let out = '';
    const code = await runCli(['simulate', join(folder, 'probe.cpp'), '--function', 'Probe::read', ...options], {
      createService: () => createService(),
      rules: [],
      version: '1.0.0',
      directory: folder,
      terminal: { out: (text) => (out += text), error: (line) => (out += line), color: false, columns: 100 },
    });
    expect(code).toBe(0);
    return out;
  }

  it('lists in its text what it assumes', async () => {
    const out = await simulate();
    const [, list = ''] = /Assumed, as nothing in the code says it\n([\s\S]*?)\n\n/.exec(out) ?? [];
    const lines = list.split('\n').map((line) =>
      line
        .trim()
        .replace(/ +=/, ' =')
        .replace(/^\w+::/, ''),
    );
    expect(lines).toEqual(expect.arrayContaining(defaults));
  });

  it('lists in its JSON what it assumes, with the places', async () => {
    const trace = JSON.parse(await simulate('--format', 'json')) as Trace;
    expect(short(trace.assumptions)).toEqual(expect.arrayContaining(defaults));
    expect(trace.assumptions.every(({ place }) => place?.file === 'probe.cpp')).toBe(true);
  });

  it('takes a value of each kind, and assumes nothing then', async () => {
    const given = ['tens=1', 'fHundreds=2', 'gScale=3', 'gBoost=4', 'getParameter=0', 'configRead8=5'];
    const options = [...given, 'getDeviceMemoryCount=6'].flatMap((each) => ['--value', each]);
    const trace = JSON.parse(await simulate('--format', 'json', ...options)) as Trace;
    expect(trace.outcome).toEqual({ kind: 'returned', value: '643215' });
    expect(short(trace.assumptions)).toEqual([]);
  });
});
