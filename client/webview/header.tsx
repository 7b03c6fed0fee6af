import type { JSX } from 'preact';
import type { Defect } from '../../sim/trace';
import type { PanelRun, ReplayHead, ScenarioHead } from '../panel-messages';
import { countText } from '../../sim/text';
import { host } from './page-host';
import { defectsOf } from './steps';
import { machineText } from '../../sim/picture/layout';

export type Tab = 'picture' | 'table';

interface Props {
  readonly run: PanelRun;
  readonly busy: boolean;
  readonly tab: Tab;
  readonly onTab: (tab: Tab) => void;
  readonly showAssumptions: boolean;
  readonly onAssumptions: () => void;
  /** Whether the form of a scenario is open; undefined where there is none. */
  readonly editor: boolean | undefined;
  readonly onEditor: () => void;
  readonly onDefect: () => void;
}

/** The function, the machine, what was assumed, what went wrong, and how to look at it. */
export function Header({
  run,
  busy,
  tab,
  onTab,
  showAssumptions,
  onAssumptions,
  editor,
  onEditor,
  onDefect,
}: Props): JSX.Element {
  const { trace } = run;
  const all = trace ? defectsOf(trace) : [];
  const failed = all.filter(({ kind }) => kind === 'expectation').length;
  const defects = all.filter(({ kind }) => kind !== 'expectation');
  const { scenario } = run;
  const given = Object.keys(run.values).length;
  return (
    <header>
      {run.functions.length > 0 && <FunctionChoice run={run} />}
      {run.replay && <Replay replay={run.replay} />}
      {scenario && <strong class="title">{scenario.title}</strong>}
      {scenario && scenario.machines.length > 1 ? (
        <MachineChoice scenario={scenario} machine={run.function} />
      ) : (
        trace && <span class="chip">{machineText(trace)}</span>
      )}
      {scenario && trace && trace.assumptions.length > 0 && (
        <span class="chip" title={trace.assumptions.map(({ what, value }) => `${what} = ${value}`).join('\n')}>
          {trace.assumptions.length} assumed
        </span>
      )}
      {!scenario && trace && trace.assumptions.length + given > 0 && (
        <button
          type="button"
          class="chip"
          aria-expanded={showAssumptions}
          title="Values that nothing in the code gives"
          onClick={onAssumptions}
        >
          {given > 0 ? `${given} given, ` : ''}
          {trace.assumptions.length} assumed {showAssumptions ? '▴' : '▾'}
        </button>
      )}
      {failed > 0 && (
        <button type="button" class="chip bad" title="Go to the next defect (n)" onClick={onDefect}>
          ◆ {failed} of {countText(failed + (scenario?.held ?? 0), 'expectation')} failed
        </button>
      )}
      {defects.length > 0 && (
        <button type="button" class="chip bad" title="Go to the next defect (n)" onClick={onDefect}>
          ◆ {countText(defects.length, 'defect')}: {kindsOf(defects)}
        </button>
      )}
      {scenario && trace && failed === 0 && (
        <span class={scenario.held > 0 ? 'chip good' : 'chip'}>
          {scenario.held > 0 ? `✓ ${heldText(scenario.held)}` : 'expects nothing'}
        </span>
      )}
      {!scenario && trace && defects.length === 0 && trace.outcome.kind === 'returned' && (
        <span class="chip good">✓ no defect</span>
      )}
      {busy && (
        <span class="chip" role="status">
          running…
        </span>
      )}
      {trace && (
        <div class="tools">
          <Tabs tab={tab} onTab={onTab} />
          {editor !== undefined && (
            <button type="button" class="chip" aria-expanded={editor} onClick={onEditor}>
              Edit {editor ? '▾' : '▸'}
            </button>
          )}
        </div>
      )}
    </header>
  );
}

/** What the run is a replay of, and what came of it. */
function Replay({ replay: { rule, verdict, reason } }: { readonly replay: ReplayHead }): JSX.Element {
  const word = { confirmed: 'confirmed', refuted: 'refuted', 'not-replayable': 'not replayable' }[verdict];
  const shows = `The run follows the finding’s path, and the defect shows${reason === '' ? '' : `; ${reason}`}.`;
  const why = verdict === 'confirmed' ? shows : reason;
  return (
    <span class={verdict === 'confirmed' ? 'chip bad' : 'chip'} title={why}>
      ▶ replay of {rule}: {word}
    </span>
  );
}

/** "2 × leak, fault" */
function kindsOf(defects: readonly Defect[]): string {
  const kinds = new Map<string, number>();
  for (const { kind } of defects) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  return [...kinds].map(([kind, times]) => `${times > 1 ? `${times} × ` : ''}${kind.replaceAll('-', ' ')}`).join(', ');
}

function FunctionChoice({ run }: { readonly run: PanelRun }): JSX.Element {
  const known = run.functions.some((one) => one.name === run.function);
  return (
    <select
      class="function"
      aria-label="Function"
      title="Function whose mappings are shown"
      value={run.function}
      onChange={(event) => host.postMessage({ type: 'choose', choice: event.currentTarget.value })}
    >
      {!known && run.function !== undefined && <option value={run.function}>{run.function}</option>}
      {run.functions.map((one) => (
        <option key={one.name} value={one.name}>
          {one.name}
        </option>
      ))}
    </select>
  );
}

/** The machines of a scenario; those on which something fails are marked. */
function MachineChoice({
  scenario,
  machine,
}: {
  readonly scenario: ScenarioHead;
  readonly machine: string | undefined;
}): JSX.Element {
  return (
    <select
      class="chip machine"
      aria-label="Machine"
      title="Machine whose run is shown"
      value={machine}
      onChange={(event) => host.postMessage({ type: 'choose', choice: event.currentTarget.value })}
    >
      {scenario.machines.map(({ name, failed }) => (
        <option key={name} value={name}>
          {name}
          {failed > 0 ? ` ◆ ${failed} failed` : ''}
        </option>
      ))}
    </select>
  );
}

/** "6 expectations hold" */
function heldText(held: number): string {
  return `${countText(held, 'expectation')} ${held === 1 ? 'holds' : 'hold'}`;
}

function Tabs({ tab, onTab }: { readonly tab: Tab; readonly onTab: (tab: Tab) => void }): JSX.Element {
  const other: Tab = tab === 'picture' ? 'table' : 'picture';
  const one = (name: Tab, label: string): JSX.Element => (
    <button
      type="button"
      role="tab"
      id={`tab-${name}`}
      aria-selected={tab === name}
      aria-controls="view"
      tabIndex={tab === name ? 0 : -1}
      onClick={() => onTab(name)}
    >
      {label}
    </button>
  );
  return (
    <div
      class="tabs"
      role="tablist"
      aria-label="View"
      onKeyDown={(event) => {
        if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
        onTab(other);
        document.getElementById(`tab-${other}`)?.focus();
      }}
    >
      {one('picture', 'Picture')}
      {one('table', 'Table')}
    </div>
  );
}
