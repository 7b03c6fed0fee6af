import { CallSite, type KernelTable } from '../call-site';
import { notModelled } from '../halt';
import type { Value } from '../values';
import { relative } from './io-service';

/** IOWorkLoop, IOCommandGate and other event sources: actions run at once, on the caller's thread. */
export const workLoopCalls: KernelTable = {
  'IOService::getWorkLoop': (site) => relative(site, 'getWorkLoop()', 'work loop', 'IOWorkLoop'),
  'IOWorkLoop::workLoop': (site) => site.run.objects.make('IOWorkLoop', site.into).region.base,
  'IOWorkLoop::addEventSource': () => 0n,
  'IOWorkLoop::removeEventSource': () => 0n,
  'IOWorkLoop::disableAllEventSources': () => 0n,
  'IOWorkLoop::enableAllEventSources': () => 0n,
  'IOEventSource::enable': () => 0n,
  'IOEventSource::disable': () => 0n,
  'IOEventSource::getWorkLoop': (site) => relative(site, 'getWorkLoop()', 'work loop', 'IOWorkLoop'),
  'IOTimerEventSource::setTimeoutMS': () => 0n,
  'IOTimerEventSource::setTimeoutUS': () => 0n,
  'IOTimerEventSource::setTimeout': () => 0n,
  'IOTimerEventSource::cancelTimeout': () => 0n,
  'IOCommandGate::commandGate': (site) => {
    const gate = site.run.objects.make('IOCommandGate', site.into);
    gate.state.set('owner', site.pointer(0));
    gate.state.set('action', site.count > 1 ? site.pointer(1) : 0n);
    return gate.region.base;
  },
  'IOCommandGate::runAction': (site) => runAction(site, site.pointer(0), 1),
  'IOCommandGate::attemptAction': (site) => runAction(site, site.pointer(0), 1),
  'IOCommandGate::runCommand': (site) => {
    const action = site.run.objects.at(site.receiver)?.state.get('action') ?? 0n;
    return action === 0n
      ? notModelled('IOCommandGate::runCommand() without a known action')
      : runAction(site, action, 0);
  },
  'IOCommandGate::commandWakeup': () => 0n,
};

/** Calls action(owner, arg0, arg1, arg2, arg3). An assumed gate belongs to the object whose method runs. */
function runAction(site: CallSite, action: bigint, from: number): Value {
  const { run } = site;
  const owner =
    run.objects.at(site.receiver)?.state.get('owner') ?? run.frames.find((frame) => frame.self !== 0n)?.self ?? 0n;
  const args: Value[] = [owner, ...site.args.slice(from)];
  while (args.length < 5) args.push(0n);
  const types = [{ kind: 'pointer', to: { kind: 'class', name: 'OSObject' } } as const, ...site.types.slice(from)];
  const texts = ['owner', ...site.texts.slice(from)];
  return run.callables.call(
    action,
    new CallSite(
      run,
      site.texts[0] ?? site.name,
      0n,
      args,
      types,
      texts,
      site.result,
      site.place,
      site.text,
      site.into,
      site.used,
    ),
  );
}
