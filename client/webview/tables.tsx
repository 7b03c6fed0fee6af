import { useRef } from 'preact/hooks';
import type { JSX } from 'preact';
import type { DescriptorView, EntryView, MapView, State, TaskView, Trace } from '../../sim/trace';
import { addressText, sizeText } from '../../sim/text';
import { host } from './page-host';
import type { Mark } from './steps';
import { distance } from './words';

interface Props {
  readonly trace: Trace;
  readonly index: number;
  readonly state: State;
  readonly marks: ReadonlyMap<string, Mark>;
}

interface Table {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly { readonly id: string; readonly cells: readonly string[]; readonly bad: boolean }[];
  /** Said where there are no rows. */
  readonly empty: string;
}

/** The picture's twin: the same state as tables, for reading aloud and for copying. */
export function Tables({ trace, index, state, marks }: Props): JSX.Element {
  const tables = [
    mapTable(state, marks),
    ...state.tasks.map((task) => taskTable(task, state, marks)),
    descriptorTable(state, marks),
  ];
  const root = useRef<HTMLElement>(null);
  return (
    <section class="view tables" id="view" role="tabpanel" aria-labelledby="tab-table" tabIndex={0} ref={root}>
      {tables.map((table) => (
        <div class="table" key={table.caption}>
          <table>
            <caption>{table.caption}</caption>
            <thead>
              <tr>
                {table.head.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.rows.map(({ id, cells: [first, ...others], bad }) => (
                <tr key={id} class={`${marks.get(id) ?? ''}${bad ? ' is-bad' : ''}`}>
                  <th scope="row">{first}</th>
                  {others.map((cell, at) => (
                    <td key={at}>{cell}</td>
                  ))}
                </tr>
              ))}
              {table.rows.length === 0 && (
                <tr>
                  <td colSpan={table.head.length} class="dim">
                    {table.empty}
                  </td>
                </tr>
              )}
            </tbody>
          </table>
        </div>
      ))}
      <button
        type="button"
        class="text"
        onClick={() => host.postMessage({ type: 'copy', text: asMarkdown(`${trace.title}, step ${index}`, tables) })}
      >
        Copy as Markdown
      </button>
    </section>
  );
}

function mapTable(state: State, marks: ReadonlyMap<string, Mark>): Table {
  const taskName = new Map(state.tasks.map((task) => [task.id, task.name]));
  const descriptor = new Map(state.descriptors.map((one) => [one.id, one.name]));
  const map = new Map(state.maps.map((one) => [one.id, one.name]));
  return {
    caption: 'Memory maps',
    head: ['Map', 'State', 'Task', 'Address', 'Length', 'Memory', 'Protection', 'Cache', 'References', 'Held by'],
    empty: 'No map has been made yet.',
    rows: state.maps.map((one) => ({
      id: one.id,
      bad: one.leaked === true,
      cells: [
        one.name,
        words(mapState(one, map), marks.get(one.id)),
        taskName.get(one.task) ?? one.task,
        addressText(one.address),
        sizeText(one.length),
        `${descriptor.get(one.descriptor) ?? one.descriptor} +${one.offset}`,
        one.protection,
        one.cache,
        String(one.references),
        one.holders.join(', ') || 'nobody',
      ],
    })),
  };
}

function mapState(map: MapView, names: ReadonlyMap<string, string>): string[] {
  return [
    ...(map.leaked ? ['leaked'] : []),
    ...(map.freed ? ['freed'] : map.mapped ? [] : ['unmapped']),
    ...(map.superMap !== undefined ? [`sub-map of ${names.get(map.superMap) ?? map.superMap}`] : []),
    ...(map.static ? ['static'] : []),
  ];
}

function taskTable(task: TaskView, state: State, marks: ReadonlyMap<string, Mark>): Table {
  const maps = new Map(state.maps.map((one) => [one.id, one]));
  const descriptor = new Map(state.descriptors.map((one) => [one.id, one.name]));
  return {
    caption: `Address space of ${task.name}`,
    head: ['Start', 'State', 'End', 'Size', 'Protection', 'What', 'Memory', 'Cache'],
    empty: 'Nothing is mapped here.',
    rows: state.entries
      .filter((entry) => entry.task === task.id)
      .sort((a, b) => (BigInt(a.start) < BigInt(b.start) ? -1 : 1))
      .map((entry) => ({
        id: entry.id,
        bad: maps.get(entry.map ?? '')?.leaked === true,
        cells: [
          addressText(entry.start),
          words(maps.get(entry.map ?? '')?.leaked ? ['leaked'] : [], marks.get(entry.id)),
          addressText(entry.end),
          sizeText(distance(entry.start, entry.end)),
          entry.protection,
          what(entry, maps.get(entry.map ?? '')),
          entry.descriptor === undefined
            ? ''
            : `${descriptor.get(entry.descriptor) ?? entry.descriptor} +${entry.offset ?? '0x0'}`,
          entry.kind === 'reserved' ? '' : entry.cache,
        ],
      })),
  };
}

function what(entry: EntryView, map: MapView | undefined): string {
  if (map) return `${entry.kind} ${map.name}`;
  return entry.note === undefined || entry.note === entry.kind ? entry.kind : `${entry.kind}: ${entry.note}`;
}

function descriptorTable(state: State, marks: ReadonlyMap<string, Mark>): Table {
  return {
    caption: 'Memory descriptors',
    head: ['Descriptor', 'State', 'Class', 'Length', 'Direction', 'Cache', 'Wired', 'References', 'Held by'],
    empty: 'No descriptor has been made yet.',
    rows: state.descriptors.map((one) => ({
      id: one.id,
      bad: one.leaked === true,
      cells: [
        one.name,
        words(descriptorState(one), marks.get(one.id)),
        one.class,
        sizeText(one.length),
        one.direction,
        one.cache,
        one.wired > 0 ? `${one.wired} ×` : 'no',
        String(one.retainCount),
        one.holders.join(', ') || 'nobody',
      ],
    })),
  };
}

function descriptorState(one: DescriptorView): string[] {
  return [...(one.leaked ? ['leaked'] : []), ...(one.freed ? ['freed'] : [])];
}

function words(states: readonly string[], mark: Mark | undefined): string {
  return [...(mark ? [mark] : []), ...states].join(', ');
}

function asMarkdown(title: string, tables: readonly Table[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const one = (table: Table): string =>
    [
      `**${table.caption}**`,
      '',
      line(table.head),
      line(table.head.map(() => '---')),
      ...table.rows.map((row) => line(row.cells)),
    ].join('\n');
  return [`### ${title}`, ...tables.map(one)].join('\n\n') + '\n';
}
