import type { Expr, Instruction, Type } from '../ir/types';
import { CallSite } from './call-site';
import type { Statement } from './compile';
import {
  asPointer,
  compileAddress,
  compileExpr,
  compileInteger,
  isSmart,
  isVariable,
  placeName,
  type Context,
} from './compile-expr';
import type { Evaluate, Execute, Frame } from './frame';
import type { SourceFunction } from './program';
import { returnsNothing, type Target } from './resolve';
import { normaliser, type Value } from './values';

const functionPointer: Type = {
  kind: 'pointer',
  to: { kind: 'function', result: { kind: 'unknown' }, params: [] },
};

type Call = Extract<Instruction, { op: 'call' }>;

/** Turns a call into a closure: the callee is resolved once, or once a class of receiver. */
export function compileCall(c: Context, call: Call, statement: Statement): Execute {
  const { run } = c;
  const args = call.args.map((arg) => compileExpr(c, arg));
  const types = call.args.map((arg) => arg.type);
  const texts = call.args.map((arg) => run.sourceText(c.source, arg.span));
  const text = run.sourceText(c.source, statement.span);
  const into = statement.into ? placeName(c, statement.into) : '';
  const place = run.place(c.source, call.span);
  const used = call.temp !== undefined && !returnsNothing(call.type);
  const site = (name: string, receiver: bigint, values: readonly Value[]): CallSite =>
    new CallSite(run, name, receiver, values, types, texts, call.type, place, text, into, used, statement.into?.type);
  const perform = compileCallee(c, call, site);
  const normalise = normaliser(call.type);
  const temp = call.temp;
  // Smart pointers that are results: they give their reference up at the end of the statement.
  const temporaries = call.args.flatMap((arg, index) => (isSmart(arg.type) && !isVariable(c, arg) ? [index] : []));
  return (frame) => {
    const values: Value[] = [];
    run.at(c.source, statement.span);
    for (const arg of args) values.push(arg(frame));
    run.at(c.source, statement.span);
    const result = perform(frame, values);
    for (const index of temporaries) run.smart.drop(values[index]!);
    if (temp === undefined) return;
    frame.temps[temp] =
      (typeof result === 'bigint' || typeof result === 'number') && !isSmart(call.type) ? normalise(result) : result;
  };
}

type MakeSite = (name: string, receiver: bigint, values: readonly Value[]) => CallSite;
type Perform = (frame: Frame, values: readonly Value[]) => Value;

function compileCallee(c: Context, call: Call, site: MakeSite): Perform {
  const { run } = c;
  const callee = call.callee;
  switch (callee.kind) {
    case 'function': {
      const types = call.args.map((arg) => arg.type);
      let target: Target | undefined;
      return (_frame, values) => {
        target ??= run.resolver.function(
          callee.name,
          values.length,
          c.source.file,
          types,
          callee.template,
          callee.signature,
        );
        return run.perform(target, site(callee.name, 0n, values));
      };
    }
    case 'method':
      return compileMethod(
        c,
        callee,
        call.args.map((arg) => arg.type),
        site,
      );
    case 'pointer': {
      const { value } = callee;
      // (*f)() calls f, whatever of f is known.
      const unknown =
        value.op === 'load' && value.place.kind === 'deref' && value.place.pointer.type.kind === 'unknown';
      const called = unknown ? value.place.pointer : value;
      const address = compileInteger(
        c,
        called,
        { type: functionPointer },
        called.type.kind === 'unknown' ? functionPointer : called.type,
      );
      const text = run.sourceText(c.source, value.span);
      return (_frame, values) => run.callables.call(address(_frame), site(text, 0n, values));
    }
    case 'constructor':
      return compileConstructor(c, callee.class, callee.object, call.args, site);
  }
}

function compileMethod(
  c: Context,
  callee: Extract<Call['callee'], { kind: 'method' }>,
  types: readonly Type[],
  site: MakeSite,
): Perform {
  const { run } = c;
  const smart = smartReceiver(c, callee.receiver, callee.class);
  if (smart) {
    const { receiver } = callee;
    const held = receiver.op === 'load' || receiver.op === 'address' ? asPointer(c, receiver.place) : undefined;
    const pointer = held && compileInteger(c, held);
    return (frame, values) => {
      // Nothing else looks at what it holds.
      if (callee.name === 'get' || callee.name === 'detach') pointer?.(frame);
      return run.smart.method(callee.name, smart(frame), site(callee.name, 0n, values));
    };
  }
  const staticClass = callee.class;
  const receiver = compileInteger(
    c,
    callee.receiver,
    {},
    callee.receiver.type.kind === 'unknown'
      ? { kind: 'pointer', to: staticClass === undefined ? { kind: 'unknown' } : { kind: 'class', name: staticClass } }
      : callee.receiver.type,
  );
  const targets = new Map<string, Target>();
  const text = run.sourceText(c.source, callee.receiver.span);
  return (frame, values) => {
    const self = receiver(frame);
    const dynamic = run.objects.classAt(self);
    const from = callee.direct ? (staticClass ?? '') : (dynamic ?? staticClass ?? '');
    let target = targets.get(from);
    if (!target)
      targets.set(
        from,
        (target = run.resolver.method(
          from,
          staticClass,
          callee.name,
          values.length,
          types,
          callee.template,
          callee.signature,
        )),
      );
    run.checkReceiver(self, text, callee.name);
    const given = target.kind === 'source' ? withDefaults(target.source, values) : values;
    return run.perform(target, site(target.name, self, given));
  };

  /** A virtual call's arguments: those left out are the defaults of the class that the code names ([dcl.fct.default]). */
  function withDefaults({ function: called }: SourceFunction, values: readonly Value[]): readonly Value[] {
    if (values.length >= called.parameters || callee.direct || staticClass === undefined) return values;
    if (called.class === staticClass) return values;
    const named = run.resolver.method(staticClass, undefined, callee.name, values.length, types);
    if (named.kind !== 'source' || named.source.function === called) return values;
    const { source } = named;
    const left = Math.min(called.parameters, source.function.parameters) - values.length;
    return [
      ...values,
      ...Array.from({ length: left }, (_each, at) => run.assumer.parameterDefault(source, values.length + at, true)),
    ];
  }
}

/** The address of the smart pointer that a method such as reset() is called on, where it is called on one. */
function smartReceiver(
  c: Context,
  receiver: Expr,
  className: string | undefined,
): ((frame: Frame) => bigint) | undefined {
  const type = receiver.type;
  const pointed = type.kind === 'pointer' || type.kind === 'reference' ? type.to : type;
  if (!isSmart(pointed) && !(className !== undefined && isSmart({ kind: 'class', name: className }))) return undefined;
  if (receiver.op === 'load' && isSmart(type)) return compileAddress(c, receiver.place);
  return compileInteger(c, receiver);
}

function compileConstructor(
  c: Context,
  type: Type,
  object: Expr | undefined,
  args: readonly Expr[],
  site: MakeSite,
): Perform {
  const { run } = c;
  const address: Evaluate | undefined = object && compileInteger(c, object);
  const name = object?.op === 'address' ? placeName(c, object.place) : '';
  const types = args.map((arg) => arg.type);
  const own = c.source.function.class;
  const ofBase = object?.op === 'this' && type.kind === 'class' && type.name !== own;
  // A smart pointer constructed from another one copies it where that is a variable, and moves it otherwise.
  const copies = args[0] !== undefined && isVariable(c, args[0]);
  return (frame, values) => {
    const target = address ? run.integer(address(frame) as bigint) : run.temporary(type);
    if (isSmart(type)) {
      run.smart.construct(
        target,
        values,
        args.map((arg) => tagOf(arg)),
        copies,
      );
      if (name !== '') run.named(target, name);
    } else run.construction.construct(target, type, values, types, site('', target, values));
    if (ofBase && own !== undefined) run.construction.afterBase(target, own, c.source);
    return address ? 0n : run.take(target, type);
  };
}

/** The name of a tag argument (OSRetain, OSNoRetain), as far as the expression shows one. */
function tagOf(expr: Expr): string {
  switch (expr.op) {
    case 'name':
      return expr.name;
    case 'int':
      return expr.name ?? '';
    case 'load':
    case 'address':
      return expr.place.kind === 'global' ? expr.place.name : '';
    case 'cast':
      return tagOf(expr.value);
    default:
      return '';
  }
}
