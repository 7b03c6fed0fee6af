import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { asMarkdown, tablesAt } from '../../../client/webview/table-content';
import { createService } from '../../../server/features/create-service';
import { contentAt } from '../../../sim/picture/content';
import type { BlockSlot } from '../../../sim/picture/mapped-blocks';
import { Timeline } from '../../../sim/timeline';
import { addressText } from '../../../sim/text';
import { frameGrabber } from '../sim/example';

const folder = 'test/conformance';

/** The scenarios of the kernel's facts: copies, redirects, composed descriptors, faults and leaks. */
const scenarios = ['seed', 'A', 'B', 'C', 'D', 'E', 'G'].flatMap((section) =>
  readdirSync(join(folder, section))
    .filter((name) => name.endsWith('.iomap'))
    .map((name) => join(folder, section, name)),
);

/** The words of the picture, and how the tables say them. */
const said: Readonly<Record<string, string>> = {
  NEW: 'new',
  GONE: 'gone|unmapped',
  LEAKED: 'leaked',
  DANGLING: 'dangling',
};

function badges(slot: BlockSlot): readonly string[] {
  return [slot.block().badge?.word ?? '', ...slot.inner.flatMap(badges)];
}

test.each(scenarios)('the tables say all that the picture says: %s', (path) => {
  const service = createService();
  service.setFile(path, readFileSync(path, 'utf8'));
  const result = service.simulateScenario(path);
  if (!result.ok) throw new Error(result.reason);
  for (const { trace } of result.runs.slice(0, 1)) {
    const timeline = new Timeline(trace);
    trace.steps.forEach((step, index) => {
      const { cards, lanes } = contentAt(timeline, index);
      const text = asMarkdown('', tablesAt(timeline, index));
      const items = lanes.flatMap((lane) => lane.items);
      const words = [
        ...cards.map(({ card }) => card().badge?.word ?? ''),
        ...items.flatMap((item) => (item.kind === 'block' ? badges(item.slot) : [])),
      ];
      for (const [word, told] of Object.entries(said))
        if (words.includes(word)) expect(text, `step ${index}: ${word}`).toMatch(new RegExp(`\\b(?:${told})\\b`));
      for (const { task, address, message } of step.defects)
        if (task !== undefined && address !== undefined) {
          expect(text).toContain(addressText(address));
          expect(text).toContain(message.replaceAll('|', '\\|'));
        }
      for (const { copy, blocked } of timeline.stateAt(index).entries) {
        if (copy) expect(text).toContain('copy-on-write copy');
        if (blocked !== undefined) expect(text).toContain('blocked: ');
      }
      for (const { view } of cards) for (const holder of view.holders) expect(text).toContain(holder);
    });
  }
});

test('rows stand in the order of the addresses, also what is gone', () => {
  const timeline = new Timeline(frameGrabber());
  timeline.trace.steps.forEach((_, index) => {
    for (const table of tablesAt(timeline, index).filter(({ caption }) => caption.startsWith('Address space'))) {
      const starts = table.rows.map(({ cells }) => BigInt(cells[0]!.replaceAll('_', '')));
      expect(starts).toEqual([...starts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
    }
  });
});

test('each row has a cell for each column', () => {
  const timeline = new Timeline(frameGrabber());
  for (const table of tablesAt(timeline, timeline.trace.steps.length - 1))
    for (const { cells } of table.rows) expect(cells).toHaveLength(table.head.length);
});
