import { expect, test } from 'vitest';
import { nullReasonNames, struckText } from '../../../sim/null-causes';
import type { NullCause, Step } from '../../../sim/trace';
import { simulate } from '../../support/simulate';

function nullStep(call: string, machine?: string): Step {
  const text = `class D : public IOService { public: IOReturn go(task_t task); };
IOReturn D::go(task_t task)
{
    IOBufferMemoryDescriptor *md = IOBufferMemoryDescriptor::inTaskWithOptions(kernel_task, kIODirectionInOut, 0x8000, page_size);
    IOMemoryMap *map = ${call};
    if (map) map->release();
    md->release();
    return kIOReturnSuccess;
}`;
  const trace = simulate(text, 'D::go', machine === undefined ? {} : { machine });
  return trace.steps.find((step) => step.kind === 'null')!;
}

const verdict = (causes: readonly NullCause[], reason: string): string | undefined =>
  causes.find((cause) => cause.reason === reason)?.verdict;
const why = (causes: readonly NullCause[], reason: string): string | undefined =>
  causes.find((cause) => cause.reason === reason)?.why;

test.each([
  ['md->createMappingInTask(task, 0, kIOMapAnywhere, 0x4000)', 'beyond-descriptor', 'reason 5 of 17'],
  ['md->createMappingInTask(task, 0, kIOMapAnywhere | kIOMapReference)', 'no-shared-map', 'reason 3 of 17'],
  ['md->createMappingInTask(task, 0, 0)', 'no-address', 'reason 11 of 17'],
  ['md->createMappingInTask(task, 0x10000000, kIOMapGuardedSmall)', 'guard-needs-anywhere', 'reason 9 of 17'],
  ['md->createMappingInTask(task, 0xfffffffffff00000, 0)', 'outside-address-space', 'reason 12 of 17'],
])('%s: exactly one reason struck', (call, reason, place) => {
  const { nullCauses = [], sentence } = nullStep(call);
  expect(nullCauses.filter((one) => one.verdict === 'struck').map((one) => one.reason)).toEqual([reason]);
  expect(struckText(nullCauses)).toContain(place);
  expect(sentence).toContain(why(nullCauses, reason));
});

test('what rules a reason out is told from the run itself', () => {
  const { nullCauses = [] } = nullStep('md->createMappingInTask(kernel_task, 0, kIOMapAnywhere, 0x4000)');
  expect(why(nullCauses, 'null-task')).toBe('the task is kernel_task, which never ends');
  expect(why(nullCauses, 'occupied')).toBe('kIOMapAnywhere: the kernel chooses a free address');
  expect(why(nullCauses, 'pageable-cap')).toBe('md is not pageable');
  expect(verdict(nullCauses, 'no-space')).toBe('not-reached');
});

test('what the kernel looked at before the reason that struck is ruled out, what comes later is open', () => {
  const { nullCauses = [] } = nullStep('md->createMappingInTask(task, 0, 0)');
  const at = nullCauses.findIndex((one) => one.verdict === 'struck');
  expect(nullCauses.slice(0, at).every((one) => one.verdict === 'excluded')).toBe(true);
  expect(verdict(nullCauses, 'no-memory')).toBe('not-reached');
});

test('a mapping that works has no causes, and every reason has a name', () => {
  const text = 'IOMemoryMap *go(IOMemoryDescriptor *md) { return md->map(); }';
  for (const step of simulate(text, 'go').steps) expect(step.nullCauses).toBeUndefined();
  expect(new Set(Object.values(nullReasonNames)).size).toBe(Object.keys(nullReasonNames).length);
});
