import { render } from 'preact';
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Timeline } from '../../sim/timeline';
import type { MappingsContent, MappingsHostMessage, MappingsPageMessage } from '../mappings-messages';
import { mappingRows, stepForLine } from './mappings-at';
import type { MappingRow } from './mappings-at';
import './mappings-page.css';

declare function acquireVsCodeApi(): { postMessage(message: MappingsPageMessage): void };

const host = acquireVsCodeApi();

const heads = ['Task', 'Map', 'Address', 'Size', 'Protection', 'Cache', 'Descriptor', '+refs', 'State'] as const;

function App(): JSX.Element {
  const [content, setContent] = useState<MappingsContent>();
  useEffect(() => {
    const take = ({ data }: MessageEvent<MappingsHostMessage>): void => {
      if (data.type === 'content') setContent(data.content);
      else
        setContent((now) =>
          now?.kind === 'run' ? { ...now, caret: { ...now.caret, line: data.line, column: data.column } } : now,
        );
    };
    window.addEventListener('message', take);
    host.postMessage({ type: 'ready' });
    return () => window.removeEventListener('message', take);
  }, []);
  return (
    <>
      <h1 class="visually-hidden">Mappings at the cursor</h1>
      <Content content={content} />
    </>
  );
}

function Content({ content }: { readonly content: MappingsContent | undefined }): JSX.Element {
  if (!content) return <p class="hint">Starting…</p>;
  if (content.kind === 'empty')
    return (
      <section class="empty" role="status">
        <h2>{content.title}</h2>
        <p>{content.hint}</p>
      </section>
    );
  return <Run content={content} />;
}

function Run({ content }: { readonly content: Extract<MappingsContent, { readonly kind: 'run' }> }): JSX.Element {
  const { trace, caret, stale } = content;
  const timeline = useMemo(() => new Timeline(trace), [trace]);
  const index = stepForLine(trace, caret.uri, caret.line);
  const rows = mappingRows(timeline, index);
  const step = trace.steps[index];
  return (
    <section>
      <p class="where">
        <button type="button" class="link" title="Open the panel on this function" onClick={() => post('panel')}>
          {content.title}
        </button>{' '}
        <span class="dim">
          line {caret.line}, step {index} of {trace.steps.length - 1}
        </span>
      </p>
      {stale !== undefined && (
        <p class="stale" role="status">
          ⚠ From before the last edit: {stale}
        </p>
      )}
      <p class="sentence" aria-live="polite">
        {index === 0 ? 'No step of the run is at this line or before it.' : step?.sentence}
      </p>
      {rows.length === 0 ? (
        <p class="hint">
          Nothing is mapped here{index === 0 ? ' yet. Move the cursor down, past a mapping call' : ''}.
        </p>
      ) : (
        <Table title={`${content.title}, line ${caret.line}`} rows={rows} />
      )}
    </section>
  );
}

function Table({ title, rows }: { readonly title: string; readonly rows: readonly MappingRow[] }): JSX.Element {
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label="Mappings at the cursor">
        <table>
          <caption class="visually-hidden">Mappings at {title}</caption>
          <thead>
            <tr>
              {heads.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id} class={row.leaked ? 'leaked' : (row.mark ?? '')}>
                <td>{row.task}</td>
                <th scope="row">{row.place ? <Place row={row} /> : row.name}</th>
                <td class="number">{row.address}</td>
                <td>{row.size}</td>
                <td class="number">{row.protection}</td>
                <td>{row.cache}</td>
                <td>{row.descriptor}</td>
                <td>+{row.references}</td>
                <td>{row.state}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <button type="button" class="link" onClick={() => host.postMessage({ type: 'copy', text: asText(title, rows) })}>
        Copy as text
      </button>
    </>
  );
}

function Place({ row }: { readonly row: MappingRow }): JSX.Element {
  const { place } = row;
  return (
    <button
      type="button"
      class="link"
      title={`Go to where ${row.name} is made, line ${place?.line ?? 0}`}
      onClick={() => place && host.postMessage({ type: 'go', place })}
    >
      {row.name}
    </button>
  );
}

function post(type: 'panel'): void {
  host.postMessage({ type });
}

function asText(title: string, rows: readonly MappingRow[]): string {
  const lines = rows.map((row) =>
    [
      row.task,
      row.name,
      row.address,
      row.size,
      row.protection,
      row.cache,
      row.descriptor,
      `+${row.references}`,
      row.state,
    ].join('\t'),
  );
  return [title, heads.join('\t'), ...lines].join('\n') + '\n';
}

window.addEventListener('error', (event) => host.postMessage({ type: 'failed', reason: event.message }));
const root = document.getElementById('root');
if (root) render(<App />, root);
