import { expect, test } from 'vitest';
import { optionGroups } from '../../../server/features/scenario-options';
import { verbForms } from '../../../server/scenario/step-form';
import { Workspace } from '../../../server/workspace/workspace';

const workspace = new Workspace();

/** "Cache mode 0xf00: kIOMapDefaultCache …" */
function offered(...families: string[]): string[] {
  return optionGroups(workspace, families).map(
    ({ title, mask, options }) => `${title} 0x${mask.toString(16)}: ${options.map(({ name }) => name).join(' ')}`,
  );
}

test('cache modes and guard pages of a mapping are alternatives, the others are not', () => {
  expect(offered('kernel_map_options')).toEqual([
    'Options 0x0: kIOMapAnywhere kIOMapReadOnly kIOMapStatic kIOMapReference kIOMapUnique kIOMapPrefault kIOMapOverwrite',
    'Cache mode 0xf00: kIOMapDefaultCache kIOMapInhibitCache kIOMapWriteThruCache kIOMapCopybackCache kIOMapWriteCombineCache kIOMapCopybackInnerCache kIOMapPostedWrite kIOMapRealTimeCache kIOMapPostedReordered kIOMapPostedCombinedReordered',
    'Guard pages 0xc0000000: kIOMapGuardedSmall kIOMapGuardedLarge',
  ]);
});

test('directions are alternatives', () => {
  expect(offered('direction', 'buffer_options')).toEqual([
    'Options 0x0: kIOMemoryPhysicallyContiguous kIOMemoryPageable kIOMemoryPurgeable kIOMemoryHostPhysicallyContiguous kIOMemoryKernelUserShared',
    'Direction 0x3: kIODirectionNone kIODirectionIn kIODirectionOut kIODirectionInOut',
  ]);
  expect(offered('driverkit_map_options')[0]).toBe('Options 0x0: kIOMemoryMapFixedAddress kIOMemoryMapReadOnly');
});

test('every constant that a form offers is explained, has bits of its own, and lies in its field', () => {
  const families = new Set(
    verbForms().flatMap(({ members }) =>
      members.flatMap((member) => (member.families.length ? [member.families.join()] : [])),
    ),
  );
  expect(families.size).toBeGreaterThan(4);
  for (const family of families) {
    const groups = optionGroups(workspace, family.split(','));
    const all = groups.flatMap(({ options }) => options);
    expect(all.filter(({ doc }) => doc === '').map(({ name }) => name)).toEqual([]);
    const bits = all.map((one) => one.bits).filter((one) => one !== 0);
    expect(new Set(bits).size).toBe(bits.length);
    for (const { mask, options } of groups)
      if (mask !== 0) for (const one of options) expect((one.bits & ~mask) >>> 0).toBe(0);
  }
});
