import { addressText, sizeText } from '../../sim/text';
import type { Timeline } from '../../sim/timeline';
import type { MapView, Place, Step, Trace } from '../../sim/trace';
import { marksOf } from './steps';
import type { Mark } from './steps';

/** What is mapped where the caret stands, as rows; knows no page. */

export interface MappingRow {
  readonly id: string;
  readonly task: string;
  readonly name: string;
  readonly address: string;
  readonly size: string;
  readonly protection: string;
  readonly cache: string;
  readonly descriptor: string;
  /** References that callers own. */
  readonly references: number;
  /** "new", "leaked", "sub-map of umap"; empty for an ordinary one. */
  readonly state: string;
  readonly mark?: Mark;
  readonly leaked: boolean;
  /** Where it was made. */
  readonly place?: Place;
}

/**
 * The step that a line shows: the last of its own steps, else the last that ran before it in the text; 0 where nothing
 * ran yet. Steps in other files count as nothing.
 */
export function stepForLine({ steps }: Trace, uri: string, line: number): number {
  let own: number | undefined;
  let before: { readonly index: number; readonly line: number } | undefined;
  for (const [index, step] of steps.entries()) {
    const { place } = step;
    if (index === 0 || place?.file !== uri || step.kind === 'end') continue;
    if (place.line <= line && line <= place.endLine) own = index;
    else if (place.line < line && (!before || place.line >= before.line)) before = { index, line: place.line };
  }
  return own ?? before?.index ?? 0;
}

export function mappingRows(timeline: Timeline, index: number): readonly MappingRow[] {
  const state = timeline.stateAt(index);
  const marks = marksOf(timeline, index);
  const tasks = new Map(state.tasks.map((task) => [task.id, task]));
  const descriptors = new Map(state.descriptors.map((one) => [one.id, one.name]));
  const names = new Map(state.maps.map((one) => [one.id, one.name]));
  return state.maps
    .filter((map) => map.mapped && !map.freed)
    .toSorted((a, b) => byTask(tasks.get(a.task), tasks.get(b.task)) || byAddress(a, b))
    .map((map) => {
      const mark = index > 0 ? marks.get(map.id) : undefined;
      const place = madeAt(timeline.trace.steps, map.id)?.place;
      return {
        id: map.id,
        task: tasks.get(map.task)?.name ?? map.task,
        name: map.name,
        address: addressText(map.address),
        size: sizeText(map.length),
        protection: map.protection,
        cache: map.cacheAs === undefined ? map.cache : `${map.cache} (as ${map.cacheAs})`,
        descriptor: `${descriptors.get(map.descriptor) ?? map.descriptor}${map.offset === '0x0' ? '' : ` +${map.offset}`}`,
        references: map.references,
        state: words(map, mark, names),
        ...(mark && { mark }),
        leaked: map.leaked === true,
        ...(place && { place }),
      };
    });
}

function madeAt(steps: readonly Step[], id: string): Step | undefined {
  return steps.find(({ changes }) => changes.some((change) => change.of === 'map' && change.id === id));
}

function byTask(
  a: { readonly kernel: boolean; readonly name: string } | undefined,
  b: { readonly kernel: boolean; readonly name: string } | undefined,
): number {
  if (!a || !b || a === b) return 0;
  if (a.kernel !== b.kernel) return a.kernel ? -1 : 1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function byAddress(a: MapView, b: MapView): number {
  const difference = BigInt(a.address) - BigInt(b.address);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function words(map: MapView, mark: Mark | undefined, names: ReadonlyMap<string, string>): string {
  return [
    ...(mark ? [mark] : []),
    ...(map.leaked ? ['leaked'] : []),
    ...(map.superMap === undefined ? [] : [`sub-map of ${names.get(map.superMap) ?? map.superMap}`]),
    ...(map.static ? ['record only'] : []),
  ].join(', ');
}
