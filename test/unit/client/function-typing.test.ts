import { expect, test } from 'vitest';
import { FunctionRuns } from '../../../client/function-runs';
import type { PanelContent } from '../../../client/panel-subject';
import { createService } from '../../../server/features/create-service';

const file = 'file:///a.cpp';

const whole = `IOReturn Card::show(IOMemoryDescriptor *md, task_t task) {
  IOMemoryMap *map = md->createMappingInTask(task, 0, kIOMapAnywhere);
  if (!map) return kIOReturnNoMemory;
  map->release();
  return kIOReturnSuccess;
}
`;

/** The panel's subject on a driver source, with what it says for one text after another. */
function typing(): (text: string) => Promise<PanelContent> {
  const service = createService();
  const subject = new FunctionRuns(
    file,
    {
      entryPoints: () => Promise.resolve(service.entryPoints().map(({ file: uri, ...rest }) => ({ ...rest, uri }))),
      replay: () => Promise.reject(new Error('no finding is replayed here')),
      simulate: ({ uri, ...plan }) => Promise.resolve(service.simulate({ ...plan, file: uri })),
    },
    undefined,
  );
  return async (text) => {
    service.setFile(file, text);
    const content = (await subject.ask())();
    if (!content) throw new Error('nothing else was chosen, but nothing is shown');
    return content;
  };
}

const labels = ({ trace }: PanelContent): string[] => (trace?.steps ?? []).map(({ label }) => label);

test.each<[what: string, text: string]>([
  [
    'an argument list that is not closed',
    whole.replace('createMappingInTask(task, 0, kIOMapAnywhere);', 'createMappingInTask('),
  ],
  ['a member that is not named yet', whole.replace('md->createMappingInTask(task, 0, kIOMapAnywhere);', 'md->')],
  ['a line that begins', whole.replace('  map->release();', '  map->rel')],
  ['a condition that is not closed', whole.replace('if (!map) return', 'if (!map return')],
  ['a brace that is missing', whole.replace(/\}\n$/, '')],
  ['a name that is being typed', whole.replace('Card::show', 'Card::')],
  ['another name', whole.replace('Card::show', 'Card::showAll')],
  ['no function at all', ''],
])('%s keeps the last good picture', async (_, text) => {
  const type = typing();
  const good = labels(await type(whole));
  expect(good.length).toBeGreaterThan(2);
  const now = await type(text);
  expect(labels(now)).toEqual(good);
  expect(now).toMatchObject({ stale: expect.stringMatching(/./) as string });
  const again = await type(whole);
  expect(again.stale).toBeUndefined();
  expect(labels(again)).toEqual(good);
});

test('what is whole again is shown, though it is another run', async () => {
  const type = typing();
  await type(whole);
  await type(whole.replace('  map->release();', '  map->rel'));
  const now = await type(whole.replace('  map->release();\n', ''));
  expect(now.stale).toBeUndefined();
  expect(now.trace?.steps.flatMap(({ defects }) => defects.map(({ kind }) => kind))).toContain('leak');
});
