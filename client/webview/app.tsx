import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { tellingStep } from '../../sim/picture/layout';
import { Timeline } from '../../sim/timeline';
import type { Trace } from '../../sim/trace';
import type { PanelRun, Reveal, StepMove } from '../panel-messages';
import { Assumptions } from './assumptions';
import { Guard } from './guard';
import { Header } from './header';
import { host, listen } from './page-host';
import { Picture } from './picture';
import { ScenarioEditor } from './scenario-editor';
import { StepList } from './step-list';
import { Stepper } from './stepper';
import { followStep, nextDefect } from './steps';
import { Tables } from './tables';
import { Tools } from './tools';
import type { ZoomWay } from './tools';
import { Why } from './why';

const zoomStep = 1.25;
const [smallest, largest] = [0.3, 4];

/** The panel's page. */
export function App(): JSX.Element {
  const saved = useMemo(() => host.getState(), []);
  const [run, setRun] = useState<PanelRun>();
  const [busy, setBusy] = useState(false);
  const [step, setStep] = useState(saved?.step ?? -1);
  const [shownFunction, setShownFunction] = useState(saved?.function);
  const [tab, setTab] = useState(saved?.tab ?? 'picture');
  const [zoom, setZoom] = useState(saved?.zoom ?? 1);
  const [list, setList] = useState(saved?.list ?? false);
  const [editor, setEditor] = useState(saved?.editor ?? true);
  const [assumptions, setAssumptions] = useState(false);
  const [marked, setMarked] = useState<string>();

  const trace = run?.trace;
  const timeline = useMemo(() => (trace ? new Timeline(trace) : undefined), [trace]);
  const last = (timeline?.length ?? 0) - 1;
  const userSteps = useRef(0);
  const current = Math.min(Math.max(step, 0), Math.max(last, 0));

  const go = useCallback(
    (index: number, reveal: Reveal) => {
      const target = Math.min(Math.max(index, 0), last);
      setStep(target);
      if (last < 0) return;
      if (reveal !== 'none') userSteps.current++;
      host.postMessage({ type: 'step', index: target, reveal });
    },
    [last],
  );
  const scale = useCallback((factor: number) => setZoom((before) => zoomed(before, factor)), []);
  const zoomBy = useCallback(
    (way: ZoomWay) => (way === 'fit' ? setZoom(1) : scale(way === 'in' ? zoomStep : 1 / zoomStep)),
    [scale],
  );
  const move = useCallback(
    (to: StepMove) => {
      const steps = trace?.steps ?? [];
      switch (to) {
        case 'next':
          return go(current + 1, 'scroll');
        case 'previous':
          return go(current - 1, 'scroll');
        case 'next-defect':
          return go(nextDefect(steps, current, 1) ?? current, 'scroll');
        case 'previous-defect':
          return go(nextDefect(steps, current, -1) ?? current, 'scroll');
        default: {
          const never: never = to;
          return never;
        }
      }
    },
    [trace, current, go],
  );

  // Layout effects: the next key may come before the next paint, and must find this step's listeners.
  useLayoutEffect(
    () =>
      listen((message) => {
        switch (message.type) {
          case 'run': {
            setBusy(false);
            setRun(message.run);
            const { trace: next } = message.run;
            if (!next) return;
            const same = shownFunction === message.run.function && step >= 0 && sameValues(run, message.run);
            const wanted = message.heard < userSteps.current ? undefined : message.run.step;
            const index =
              wanted ?? (same ? followStep(trace?.steps ?? next.steps, step, next.steps) : tellingStep(next));
            setShownFunction(message.run.function);
            setStep(index);
            host.postMessage({ type: 'step', index, reveal: 'none' });
            return;
          }
          case 'busy':
            return setBusy(true);
          case 'move':
            return move(message.move);
          case 'select':
            return go(message.index, 'none');
          case 'words':
          case 'refused':
            return;
          default: {
            const never: never = message;
            return never;
          }
        }
      }),
    [shownFunction, step, run, move, go],
  );
  useEffect(() => host.postMessage({ type: 'ready', ...(saved?.function && { function: saved.function }) }), []);
  useEffect(() => {
    if (run)
      host.setState({ uri: run.uri, ...(run.function && { function: run.function }), step, tab, zoom, list, editor });
  }, [run, step, tab, zoom, list, editor]);
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const key = keyMove(event);
      if (key === undefined || !trace) return;
      event.preventDefault();
      if (key === 'first') go(0, 'scroll');
      else if (key === 'last') go(last, 'scroll');
      else if (key === 'open') go(current, 'open');
      else if (key === 'in' || key === 'out' || key === 'fit') zoomBy(key);
      else move(key);
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [trace, current, last, go, move]);

  if (!run) return <p class="waiting">Running the simulation…</p>;
  const shown = trace?.steps[current];
  return (
    <div class={`page${run.stale ? ' is-stale' : ''}`}>
      <h1 class="visually-hidden">Mappings of {run.scenario?.title || (run.function ?? run.file)}</h1>
      {(run.functions.length > 0 || trace) && (
        <Header
          run={run}
          busy={busy}
          tab={tab}
          onTab={setTab}
          showAssumptions={assumptions}
          onAssumptions={() => setAssumptions(!assumptions)}
          editor={run.form && editor}
          onEditor={() => setEditor(!editor)}
          onDefect={() => {
            const steps = trace?.steps ?? [];
            const target = nextDefect(steps, current, 1) ?? nextDefect(steps, -1, 1);
            if (target !== undefined) go(target, 'scroll');
          }}
        />
      )}
      {run.stale !== undefined && (
        <p class="banner" role="status">
          <strong>Stale</strong> {capital(run.stale)} — the picture is of the last text that could be read.{' '}
          <ReasonLink run={run} />
          <button type="button" class="link" onClick={() => host.postMessage({ type: 'again' })}>
            Show what there is
          </button>
        </p>
      )}
      {run.note !== undefined && (
        <p class="banner" role="status">
          <strong>In part</strong> What can’t be read was left out: {run.note}. <ReasonLink run={run} />
        </p>
      )}
      {run.problem && (
        <section class="problem" role="status">
          {run.scenario && <p class="file">{run.file}</p>}
          <h2>{run.problem.title}</h2>
          <p>{run.problem.hint}</p>
          <ProblemButton run={run} />
        </section>
      )}
      {trace && assumptions && <Assumptions trace={trace} values={run.values} />}
      {trace && timeline && shown && (
        <>
          <Why trace={trace} index={current} step={shown} uri={run.uri} onOpen={() => go(current, 'open')} />
          <Stepper trace={trace} index={current} onStep={(index) => go(index, 'scroll')} onMove={move}>
            <Tools
              timeline={timeline}
              index={current}
              zoom={tab === 'picture' ? zoom : undefined}
              onZoom={zoomBy}
              onMark={(object) => {
                setMarked(object);
                if (object !== undefined) setTab('picture');
              }}
              onStep={(index) => go(index, 'scroll')}
            />
          </Stepper>
          <div class="work">
            <Guard of={`${tab} ${current} ${trace.steps.length}`}>
              {tab === 'picture' ? (
                <Picture
                  timeline={timeline}
                  index={current}
                  zoom={zoom}
                  marked={marked}
                  onStep={(index) => go(index, 'scroll')}
                  onMark={setMarked}
                  onZoom={scale}
                />
              ) : (
                <Tables timeline={timeline} index={current} />
              )}
            </Guard>
            {run.form && editor && (
              <ScenarioEditor
                form={run.form}
                trace={trace}
                state={timeline.stateAt(current)}
                index={current}
                uri={run.uri}
              />
            )}
          </div>
          <StepList
            trace={trace}
            index={current}
            open={list}
            onOpen={setList}
            onStep={(index) => go(index, choice(trace, index, run))}
          />
        </>
      )}
    </div>
  );
}

/** Goes to where the reason stands for what the banner says. */
function ReasonLink({ run }: { readonly run: PanelRun }): JSX.Element | null {
  if (!run.place) return null;
  return (
    <>
      <button type="button" class="link" onClick={() => host.postMessage({ type: 'reason' })}>
        Go to line {run.place.line}
      </button>{' '}
    </>
  );
}

/** What helps most where there is no picture. */
function ProblemButton({ run }: { readonly run: PanelRun }): JSX.Element {
  const what = run.place ? 'reason' : run.functions.length > 0 || run.scenario ? 'again' : 'runs';
  const label = { reason: `Go to line ${run.place?.line}`, again: 'Run again', runs: 'Show simulation runs' }[what];
  return (
    <button type="button" onClick={() => host.postMessage({ type: what })}>
      {label}
    </button>
  );
}

/** A scenario in the panel is its own editor: choosing a step there opens no text that is not open. */
function choice(trace: Trace, index: number, run: PanelRun): Reveal {
  return run.scenario && trace.steps[index]?.place?.file === run.uri ? 'select' : 'open';
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Whether a run goes on from the one before, rather than asking another question. */
function sameValues(before: PanelRun | undefined, now: PanelRun): boolean {
  return !before || JSON.stringify(before.values) === JSON.stringify(now.values);
}

/** A zoom that comes near to the fit is the fit. */
function zoomed(before: number, factor: number): number {
  const next = Math.min(Math.max(before * factor, smallest), largest);
  return Math.abs(next - 1) < 0.02 ? 1 : next;
}

function keyMove(event: KeyboardEvent): StepMove | ZoomWay | 'first' | 'last' | 'open' | undefined {
  if (event.ctrlKey || event.altKey || event.metaKey) return undefined;
  const target = event.target instanceof HTMLElement ? event.target : undefined;
  const slider = target instanceof HTMLInputElement && target.type === 'range';
  if (target && !slider && ['SELECT', 'INPUT', 'TEXTAREA'].includes(target.tagName)) return undefined;
  if (target?.getAttribute('role') === 'tab' && event.key.startsWith('Arrow')) return undefined;
  switch (event.key) {
    case 'ArrowLeft':
      return event.shiftKey ? 'previous-defect' : 'previous';
    case 'ArrowRight':
      return event.shiftKey ? 'next-defect' : 'next';
    case 'n':
      return 'next-defect';
    case 'p':
      return 'previous-defect';
    case '+':
    case '=':
      return 'in';
    case '-':
      return 'out';
    case '0':
      return 'fit';
    case 'Home':
      return 'first';
    case 'End':
      return 'last';
    case 'Enter':
      return target?.tagName === 'BUTTON' || target?.tagName === 'SUMMARY' ? undefined : 'open';
    default:
      return undefined;
  }
}
