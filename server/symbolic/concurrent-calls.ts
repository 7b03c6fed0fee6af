import type { Expr, Function } from '../ir/types';
import type { FieldRelease } from './field-facts';
import type { FieldHistory, FieldProgram, Located } from './field-history';
import { readOf } from './field-reads';
import type { Span } from './span';

/** clientClose() releases a field that an external method uses, and the class has declined the kernel's lock. */
export interface ClosedMeanwhile {
  readonly release: Located<FieldRelease>;
  readonly declined: Located<{ readonly at: Span }>;
  readonly use: Located<{ readonly at: Span }>;
}

/** xnu iokit/IOKit/IOKitKeys.h. */
const lockingKey = { name: 'kIOUserClientDefaultLockingKey', value: 'IOUserClientDefaultLocking' };
const beginnings: ReadonlySet<string> = new Set(['init', 'initWithTask', 'start']);
const locking = /lock|gate|mutex|synchron/i;

/** Of a user client's field: where its release runs beside a call that uses it, and nothing keeps them apart. */
export function closedMeanwhile(history: FieldHistory, world: FieldProgram): readonly ClosedMeanwhile[] {
  const { field, addresses } = history;
  if (!history.program.isA(field.owner, 'IOUserClient')) return [];
  const releases = history.releases.filter(({ own, fn }) => own && fn.name === 'clientClose');
  if (releases.length === 0) return [];
  const declined = world
    .methods(field.owner, beginnings)
    .flatMap((fn) => declinesLocking(fn).map((at) => ({ fn, at })))[0];
  const touching = world.functionsNaming(field);
  if (!declined || !touching || touching.some(locks)) return [];
  const names = new Set([field.name, ...addresses.map((each) => each.field.name)]);
  const methods = world.functionsNaming({ owner: field.owner, name: 'IOExternalMethodArguments' }) ?? [];
  const uses = methods.flatMap((fn) => {
    if (fn.class === undefined || !history.program.isA(field.owner, fn.class) || !isExternal(fn)) return [];
    const at = readOf(fn, { owner: field.owner, names }, world.programOf(fn), locks);
    return at ? [{ fn, at }] : [];
  });
  const use = uses[0];
  return use ? releases.map((release) => ({ release, declined, use })) : [];
}

function isExternal(fn: Function): boolean {
  return fn.locals
    .slice(0, fn.parameters)
    .some(
      ({ type }) => type.kind === 'pointer' && type.to.kind === 'class' && type.to.name === 'IOExternalMethodArguments',
    );
}

/** Whether a function calls anything that may keep others out. */
function locks(fn: Function): boolean {
  return fn.blocks.some(({ instructions }) =>
    instructions.some(({ op, ...each }) => {
      if (op !== 'call' || !('callee' in each)) return false;
      const { callee } = each;
      return callee.kind === 'pointer' || (callee.kind !== 'constructor' && locking.test(callee.name));
    }),
  );
}

/** Calls of setProperty() by which a class does without the lock that the kernel holds in its calls. */
function declinesLocking(fn: Function): readonly Span[] {
  return fn.blocks.flatMap(({ instructions }) =>
    instructions.flatMap((each) => {
      if (each.op !== 'call' || each.callee.kind !== 'method' || each.callee.name !== 'setProperty') return [];
      const [key, value] = each.args;
      return key && value && isNamed(key, lockingKey.name, lockingKey.value) && isNamed(value, 'kOSBooleanFalse')
        ? [each.span]
        : [];
    }),
  );
}

function isNamed(expr: Expr, name: string, text?: string): boolean {
  switch (expr.op) {
    case 'cast':
      return isNamed(expr.value, name, text);
    case 'name':
      return expr.name === name;
    case 'string':
      return expr.value === text;
    case 'load':
      return expr.place.kind === 'global' && expr.place.name === name;
    default:
      return false;
  }
}
