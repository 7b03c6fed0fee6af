import { useMemo, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Timeline } from '../../sim/timeline';
import { host } from './page-host';
import { asMarkdown, tablesAt, type Table } from './table-content';

interface Props {
  readonly timeline: Timeline;
  readonly index: number;
}

/** Rows of a table that are there at first. */
const atFirst = 300;

/** The picture's twin: the same state as tables, for reading aloud and for copying. */
export function Tables({ timeline, index }: Props): JSX.Element {
  const tables = useMemo(() => tablesAt(timeline, index), [timeline, index]);
  return (
    <section class="view tables" id="view" role="tabpanel" aria-labelledby="tab-table" tabIndex={0}>
      {tables.map((table) => (
        <OneTable key={table.caption} table={table} />
      ))}
      <button
        type="button"
        class="text"
        onClick={() =>
          host.postMessage({ type: 'copy', text: asMarkdown(`${timeline.trace.title}, step ${index}`, tables) })
        }
      >
        Copy as Markdown
      </button>
    </section>
  );
}

function OneTable({ table: { caption, head, rows, empty } }: { readonly table: Table }): JSX.Element {
  const [all, setAll] = useState(false);
  const shown = all ? rows : rows.slice(0, atFirst);
  return (
    <div class="table">
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map(({ id, cells: [first, ...others], mark, bad }) => (
            <tr key={id} class={`${mark ?? ''}${bad ? ' is-bad' : ''}`}>
              <th scope="row">{first}</th>
              {others.map((cell, at) => (
                <td key={at}>{cell}</td>
              ))}
            </tr>
          ))}
          {rows.length === 0 && (
            <tr>
              <td colSpan={head.length} class="dim">
                {empty}
              </td>
            </tr>
          )}
        </tbody>
      </table>
      {shown.length < rows.length && (
        <button type="button" class="text" onClick={() => setAll(true)}>
          Show the other {(rows.length - shown.length).toLocaleString('en')} rows
        </button>
      )}
    </div>
  );
}
