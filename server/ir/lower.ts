import type { DeclarationNode, ExprNode, Node, ParameterNode, StatementNode } from '../syntax/tree';
import type { ExpressionLowering } from './lower-expressions';
import { hasAuto, RangeLowering, type Loop } from './lower-range-for';
import { declare } from './declare';
import { addressOf, isClass } from './lower-operators';
import { LocalNames } from './local-names';
import type { Names } from './names';
import {
  boolType,
  definedName,
  lengthened,
  pointeeType,
  pointerTo,
  resultOf,
  typeOf,
  unknownType,
  voidType,
} from './type-of';
import type { BlockId, Expr, Function, Local, LocalVariable, Place, TemplateArgument, Terminator, Type } from './types';

/** Where a function stands: the scope in which its names are looked up, and the class whose method it is. */
export interface FunctionContext {
  readonly scope: string;
  readonly class?: string;
  readonly static: boolean;
  /** What the parameters of a template stand for. */
  readonly template?: readonly TemplateArgument[];
  /** Of the declaration's text; all other spans are relative to its start. */
  readonly span: { readonly start: number; readonly end: number };
}

/** Lowers a function's syntax tree. What it does not understand becomes opaque instructions and is listed in `gaps`. */
export function lowerFunction(
  node: DeclarationNode & { k: 'function' },
  names: Names,
  context: FunctionContext,
): Function {
  const cut = node.name.lastIndexOf('::');
  const name = cut > 0 ? node.name.slice(cut + 2) : node.name;
  const inside = context.class ?? context.scope;
  const result = resultOf(node, names, context.class ?? context.scope);
  const qualifiedName = inside === '' ? name : `${inside}::${name}`;
  const local = new LocalNames(names, `${qualifiedName}()`);
  const lowering = new FunctionLowering(local, context.scope, context.class, context.static);
  const lowered = lowering.run({
    name,
    qualifiedName,
    ...(context.class !== undefined && { class: context.class }),
    static: context.static,
    result,
    params: node.params,
    initializers: node.initializers,
    body: node.body!,
    span: context.span,
    nameSpan: node.nameSpan,
    at: node,
  });
  return {
    ...lowered,
    ...(local.classes.length > 0 && { classes: local.classes }),
    ...(node.template && { template: context.template ?? 'open' }),
  };
}

/** What gives a global or a static data member its first value, as a function that stores it. */
export function lowerGlobal(
  node: DeclarationNode & { k: 'variable' },
  name: string,
  names: Names,
  scope: string,
): Function {
  const lowering = new FunctionLowering(names, scope, undefined, true);
  const declared = typeOf(node.type, names, scope);
  const values = node.init ? [node.init] : (node.arguments ?? []);
  const type = declared.kind === 'array' && values[0] ? lengthened(declared, values[0]) : declared;
  return lowering.runInitializer(node, `(first value of ${name})`, () => ({
    kind: 'global',
    name,
    type,
    span: node.nameSpan,
  }));
}

/** A default member initialiser, as a method that stores it. */
export function lowerField(node: DeclarationNode & { k: 'variable' }, className: string, names: Names): Function {
  const lowering = new FunctionLowering(names, className, className, false);
  return lowering.runFieldInitializer(node, `(first value of ${className}::${node.name})`);
}

interface Head {
  readonly name: string;
  readonly qualifiedName: string;
  readonly class?: string;
  readonly static: boolean;
  readonly result: Type;
  readonly params: readonly ParameterNode[];
  readonly initializers: readonly {
    readonly name: string;
    readonly args: readonly ExprNode[];
    readonly span: { start: number; end: number };
  }[];
  readonly body: StatementNode;
  readonly span: Function['span'];
  readonly nameSpan: Function['span'];
  readonly at: Node;
}

interface SwitchCases {
  readonly cases: { low: Expr; high?: Expr; to: BlockId }[];
  default: BlockId | undefined;
}

class FunctionLowering extends RangeLowering {
  readonly #loops: Loop[] = [];
  readonly #switches: SwitchCases[] = [];
  readonly #labels = new Map<string, { block: BlockId; enclosing: readonly Node[] }>();
  #result: Type = voidType;
  #captures: { default?: '=' | '&'; byReference: ReadonlySet<string>; initial?: ReadonlyMap<string, Local> } = {
    byReference: new Set(),
  };

  run(head: Head): Function {
    this.#result = head.result;
    this.openScope(head.at);
    for (const param of head.params) this.#parameter(param);
    this.#findLabels(head.body, [head.at]);
    for (const initializer of head.initializers) this.#initializer(initializer);
    this.statement(head.body);
    this.closeScope({ span: { start: head.body.span.end, end: head.body.span.end } });
    const end: Terminator = {
      op: head.result.kind === 'void' || head.result.kind === 'unknown' ? 'return' : 'unreachable',
      span: { start: head.body.span.end - 1, end: head.body.span.end },
    };
    return {
      name: head.name,
      qualifiedName: head.qualifiedName,
      ...(head.class !== undefined && { class: head.class }),
      static: head.static,
      result: this.#result,
      locals: this.locals,
      parameters: head.params.length,
      temps: this.temps,
      ...this.finish(end),
      closures: this.closures,
      span: head.span,
      nameSpan: head.nameSpan,
      gaps: this.gaps,
    };
  }

  /** What gives a field of `this` its first value. */
  runFieldInitializer(node: DeclarationNode & { k: 'variable' }, name: string): Function {
    return this.runInitializer(node, name, () => this.namedPlace({ k: 'name', name: node.name, span: node.nameSpan }));
  }

  /** A function that only gives a variable its first value. */
  runInitializer(
    node: DeclarationNode & { k: 'variable' },
    name: string,
    placeOf: (lowering: FunctionLowering) => Place | undefined,
  ): Function {
    this.openScope(node);
    const place = placeOf(this);
    if (place) {
      if (node.init) this.#initialize(place, [node.init], node);
      else if (node.arguments) this.#initialize(place, node.arguments, node, true);
    }
    this.closeScope(node);
    return {
      name,
      qualifiedName: name,
      ...(this.className !== undefined && { class: this.className }),
      static: this.className === undefined,
      result: voidType,
      locals: this.locals,
      parameters: 0,
      temps: this.temps,
      ...this.finish({ op: 'return', span: node.nameSpan }),
      closures: this.closures,
      span: node.span,
      nameSpan: node.nameSpan,
      gaps: this.gaps,
    };
  }

  #parameter(param: ParameterNode): void {
    const type = this.type(param.type);
    const decayed: Type =
      type.kind === 'array' ? pointerTo(type.of) : type.kind === 'function' ? pointerTo(type) : type;
    this.newLocal({ name: param.name, type: decayed, span: param.span, parameter: true, static: false });
  }

  #initializer(initializer: Head['initializers'][number]): void {
    const at: Node = { span: initializer.span };
    const member = this.className === undefined ? undefined : this.names.member(this.className, initializer.name);
    const self: Expr = {
      op: 'this',
      type: pointerTo(this.className ? { kind: 'class', name: this.className } : unknownType),
      span: at.span,
    };
    if (member?.kind !== 'field') {
      const args = initializer.args.map((arg) => this.value(arg));
      this.emit(
        {
          op: 'call',
          callee: { kind: 'constructor', class: { kind: 'class', name: initializer.name }, object: self },
          args,
          type: voidType,
        },
        at,
      );
      return;
    }
    const type = member.field.type;
    const object = self.type.kind === 'pointer' ? self.type.to : unknownType;
    const place = {
      kind: 'field' as const,
      base: { kind: 'deref' as const, pointer: self, type: object, span: at.span },
      name: initializer.name,
      owner: member.owner,
      type,
      span: at.span,
    };
    this.#initialize(place, initializer.args, at);
  }

  // ── Statements ──────────────────────────────────────────────────────────────────────────────────────────────────────

  statement(node: StatementNode): void {
    switch (node.k) {
      case 'block':
        this.openScope(node);
        for (const each of node.body) this.statement(each);
        this.closeScope(node);
        return;
      case 'expression':
        this.value(node.value);
        return;
      case 'declaration':
        for (const declaration of node.declarations) this.#declaration(declaration);
        return;
      case 'if':
        return this.#if(node);
      case 'while': {
        const test = this.newBlock();
        const body = this.newBlock();
        const done = this.newBlock();
        const after = this.newBlock();
        this.jump(test, node);
        this.enter(test);
        this.openScope(undefined);
        this.#test(node.condition, body, done);
        this.enter(body);
        // What the condition declares ends with each round, and where the loop does.
        const again = this.newBlock();
        this.loop({ breakTo: done, continueTo: again, depth: this.scopes.length }, node.body);
        this.jump(again, node.body);
        this.enter(again);
        this.endScopes(this.scopes.length - 1, node.body);
        this.jump(test, node);
        this.enter(done);
        this.closeScope(node.body);
        this.jump(after, node);
        this.enter(after);
        return;
      }
      case 'do': {
        const body = this.newBlock();
        const test = this.newBlock();
        const after = this.newBlock();
        this.jump(body, node);
        this.enter(body);
        this.loop({ breakTo: after, continueTo: test, depth: this.scopes.length }, node.body);
        this.jump(test, node);
        this.enter(test);
        // do { … } while (0) is no loop.
        if (isFalse(node.condition)) this.jump(after, node.condition);
        else this.condition(node.condition, body, after);
        this.enter(after);
        return;
      }
      case 'for':
        return this.#for(node);
      case 'range-for':
        return this.rangeFor(node);
      case 'switch':
        return this.#switch(node);
      case 'case':
      case 'default':
        return this.#case(node);
      case 'label': {
        const label = this.#labels.get(node.name);
        if (!label) return;
        this.jump(label.block, node);
        this.enter(label.block);
        return;
      }
      case 'goto':
        return this.#goto(node);
      case 'break':
      case 'continue': {
        const loop = this.#loops.findLast((each) => node.k === 'break' || each.continueTo !== undefined);
        if (loop) {
          this.endScopes(loop.depth, node);
          this.jump(node.k === 'break' ? loop.breakTo : loop.continueTo!, node);
        } else this.gap(`${node.k} outside a loop`, node);
        this.enter(this.newBlock());
        return;
      }
      case 'return':
        return this.#return(node);
      case 'empty':
        return;
      case 'asm': {
        const touches = node.inputs.map((each) => this.value(each));
        if (node.clobbersMemory) this.emit({ op: 'opaque', reason: 'inline assembly', touches }, node);
        for (const output of node.outputs) {
          const place = this.place(output);
          const value = (type: Type): Expr => ({ op: 'unknown', reason: 'inline assembly', type, span: output.span });
          if (place) this.emit({ op: 'store', place, value: value(place.type), initial: false }, node);
        }
        return;
      }
      case 'try':
        this.gap('try', node);
        this.statement(node.body);
        return;
      case 'error':
        this.gap(node.construct, node);
        return;
    }
  }

  protected override loop(loop: Loop, body: StatementNode): void {
    this.#loops.push(loop);
    this.statement(body);
    this.#loops.pop();
  }

  /** Branches on a condition, which may declare a variable. */
  #test(condition: ExprNode | StatementNode, yes: BlockId, no: BlockId): void {
    const declared = this.#conditionValue(condition);
    if (declared) this.terminate({ op: 'branch', condition: this.truth(declared), then: yes, else: no }, condition);
    else this.condition(condition as ExprNode, yes, no);
  }

  /** The value of the variable that a condition declares; undefined when it is an expression. */
  #conditionValue(condition: ExprNode | StatementNode): Expr | undefined {
    if (condition.k !== 'declaration') return undefined;
    for (const declaration of condition.declarations) this.#declaration(declaration);
    const variable = condition.declarations.at(-1);
    const local = variable?.k === 'variable' ? this.findLocal(variable.name) : undefined;
    return local === undefined
      ? { op: 'unknown', reason: 'condition', type: boolType, span: condition.span }
      : this.load(this.localPlace(local, condition));
  }

  #if(node: StatementNode & { k: 'if' }): void {
    const yes = this.newBlock();
    const no = this.newBlock();
    const after = this.newBlock();
    this.openScope(undefined);
    if (node.init) this.statement(node.init);
    this.#test(node.condition, yes, no);
    this.enter(yes);
    this.statement(node.then);
    this.jump(after, node.then);
    this.enter(no);
    if (node.else) this.statement(node.else);
    this.jump(after, node.else ?? node);
    this.enter(after);
    this.closeScope(node);
  }

  #for(node: StatementNode & { k: 'for' }): void {
    const test = this.newBlock();
    const body = this.newBlock();
    const step = this.newBlock();
    const after = this.newBlock();
    this.openScope(undefined);
    if (node.init) this.statement(node.init);
    this.jump(test, node);
    this.enter(test);
    if (node.condition) this.#test(node.condition, body, after);
    else this.jump(body, node);
    this.enter(body);
    this.loop({ breakTo: after, continueTo: step, depth: this.scopes.length }, node.body);
    this.jump(step, node.body);
    this.enter(step);
    if (node.step) this.value(node.step);
    this.jump(test, node);
    this.enter(after);
    this.closeScope(node);
  }

  #switch(node: StatementNode & { k: 'switch' }): void {
    const after = this.newBlock();
    this.openScope(undefined);
    const value = this.#conditionValue(node.value) ?? this.value(node.value as ExprNode);
    const head = this.current;
    const cases: SwitchCases = { cases: [], default: undefined };
    this.enter(this.newBlock());
    this.#switches.push(cases);
    this.loop({ breakTo: after, continueTo: undefined, depth: this.scopes.length }, node.body);
    this.#switches.pop();
    this.jump(after, node);
    this.enter(head);
    this.terminate({ op: 'switch', value, cases: cases.cases, default: cases.default ?? after }, node);
    this.enter(after);
    this.closeScope(node);
  }

  #case(node: StatementNode & { k: 'case' | 'default' }): void {
    const target = this.#switches.at(-1);
    if (!target) {
      this.gap(`${node.k} outside a switch`, node);
      return;
    }
    const block = this.newBlock();
    this.jump(block, node);
    this.enter(block);
    if (node.k === 'default') target.default = block;
    else target.cases.push({ low: this.value(node.low), ...(node.high && { high: this.value(node.high) }), to: block });
  }

  #goto(node: StatementNode & { k: 'goto' }): void {
    const label = this.#labels.get(node.name);
    if (label) {
      // The scopes that the label stands in stay open; those inside them end.
      let depth = this.scopes.length;
      while (depth > 0 && !this.#staysOpen(depth - 1, label.enclosing)) depth--;
      this.endScopes(depth, node);
      this.jump(label.block, node);
    } else this.gap('goto without its label', node);
    this.enter(this.newBlock());
  }

  #staysOpen(index: number, enclosing: readonly Node[]): boolean {
    const { node } = this.scopes[index]!;
    return node !== undefined && enclosing.includes(node);
  }

  #return(node: StatementNode & { k: 'return' }): void {
    let value = node.value && this.#returned(node.value);
    if (value && this.#result.kind === 'unknown' && this.outer) this.#result = value.type;
    if (value) value = this.convert(value, this.#result);
    // A local that is returned is the result itself: it does not end here.
    const kept = value?.op === 'load' && value.place.kind === 'local' && this.ends(value.type) ? value.place.local : -1;
    // The value is computed before the locals are destroyed.
    if (value && this.#result.kind !== 'void') value = this.materialize(value, node);
    this.endScopes(0, node, kept);
    this.terminate(value && value.type.kind !== 'void' ? { op: 'return', value } : { op: 'return' }, node);
    this.enter(this.newBlock());
  }

  /** A returned value; where the result is a reference, the address of what it is to. */
  #returned(node: ExprNode): Expr {
    if (this.#result.kind !== 'reference') return this.value(node);
    const place = this.place(node);
    return place && place.kind !== 'value'
      ? { op: 'address', place, type: pointerTo(place.type), span: node.span }
      : this.value(node);
  }

  #findLabels(node: StatementNode, enclosing: readonly Node[]): void {
    switch (node.k) {
      case 'block': {
        const inside = [...enclosing, node];
        for (const each of node.body) this.#findLabels(each, inside);
        return;
      }
      case 'label':
        this.#labels.set(node.name, { block: this.newBlock(), enclosing });
        return;
      case 'if':
        this.#findLabels(node.then, enclosing);
        if (node.else) this.#findLabels(node.else, enclosing);
        return;
      case 'while':
      case 'do':
      case 'for':
      case 'range-for':
      case 'switch':
      case 'try':
        this.#findLabels(node.body, enclosing);
        return;
    }
  }

  // ── Declarations ────────────────────────────────────────────────────────────────────────────────────────────────────

  #declaration(node: DeclarationNode): void {
    if (node.k === 'variable') this.lowerLocal(node);
    else if (node.k === 'class' || node.k === 'enum' || node.k === 'typedef') this.#localType(node);
    else if (node.k === 'error') this.gap(node.construct, node);
  }

  /** A class, an enumeration or another name of a type, which the rest of the function may use. */
  #localType(node: DeclarationNode & { k: 'class' | 'enum' | 'typedef' }): void {
    if (!(this.names instanceof LocalNames)) return;
    if (node.k === 'typedef' && node.type.k === 'defined' && node.type.declaration.k === 'class')
      this.#localType(node.type.declaration);
    const named = node.k === 'class' ? { ...node, name: definedName(node) } : node;
    this.names.add(declare(named, this.names, this.names.scope, undefined));
  }

  override lowerLocal(node: DeclarationNode & { k: 'variable' }): void {
    if (node.extern) return;
    let type = this.type(node.type);
    let value: Expr | undefined;
    const isAuto = hasAuto(node.type);
    if (isAuto) {
      if (type.kind === 'reference' && node.init) {
        const place = this.place(node.init);
        type = place ? { kind: 'reference', to: place.type } : this.typeOfExpression(node.init);
      } else if (node.init) {
        value = this.value(node.init);
        type = value.type;
      }
    }
    const variable: LocalVariable = {
      name: node.name,
      type,
      span: node.nameSpan,
      parameter: false,
      static: node.static,
      ...(node.shared && { shared: true }),
    };
    if (type.kind === 'array' && type.length === undefined && node.init) type = lengthened(type, node.init);
    if (node.static) {
      // Initialised once, before: what it holds now is not known here.
      const known = this.newLocal({ ...variable, type, constant: node.constant });
      if (node.init || node.arguments) {
        const inner = new FunctionLowering(this.names, this.scope, this.className, this.isStatic, this);
        inner.#captures = { default: '&', byReference: new Set() };
        const initializer = inner.runInitializer(node, `(first value of ${node.name})`, (lowering) =>
          lowering.namedPlace({ k: 'name', name: node.name, span: node.nameSpan }),
        );
        this.locals[known] = { ...this.locals[known]!, initializer };
      }
      return;
    }
    const local = this.newLocal({ ...variable, type });
    this.emit({ op: 'begin', local }, node);
    const place = this.localPlace(local, node);
    // Whatever the cleanup function does happens at the scope's end, to what the local holds then.
    if (node.attributes.some(({ name }) => name === 'gnu:cleanup')) {
      const address: Expr = { op: 'address', place, type: pointerTo(type), span: node.nameSpan };
      this.emit({ op: 'opaque', reason: 'cleanup', touches: [address] }, node);
    }
    if (value) this.emit({ op: 'store', place, value, initial: true }, node);
    else if (node.init) this.#initialize(place, [node.init], node);
    else if (node.arguments) this.#initialize(place, node.arguments, node, true);
  }

  /** Gives a new object its first value. */
  #initialize(
    place: Parameters<ExpressionLowering['initialize']>[0],
    args: readonly ExprNode[],
    at: Node,
    constructs = false,
  ): void {
    const { type } = place;
    const only = args.length === 1 ? args[0] : undefined;
    if (type.kind === 'reference') {
      const target = only && this.place(only);
      const value: Expr = target
        ? { op: 'address', place: target, type: pointerTo(target.type), span: at.span }
        : only
          ? this.value(only)
          : { op: 'unknown', reason: 'reference', type, span: at.span };
      this.emit({ op: 'store', place, value, initial: true }, at);
      return;
    }
    const listed = only?.k === 'list' && !(constructs && only.items.length > 0 && this.hasConstructor(type));
    if (listed && !(pointeeType(type) && only.items.length > 0)) {
      this.initialize(place, only, true);
      return;
    }
    if (only?.k === 'string' && type.kind === 'array') {
      this.emit({ op: 'store', place, value: this.value(only), initial: true }, at);
      return;
    }
    const isObject = type.kind === 'class' && (constructs || pointeeType(type) === undefined);
    if ((isObject || (type.kind === 'unknown' && constructs)) && (constructs || !only)) {
      const values = this.constructorArguments(type, only?.k === 'list' ? only.items.map(({ value }) => value) : args);
      const object: Expr = { op: 'address', place, type: pointerTo(type), span: at.span };
      this.emit({ op: 'call', callee: { kind: 'constructor', class: type, object }, args: values, type: voidType }, at);
      return;
    }
    if (only && isClass(type) && only.k !== 'list') {
      const value = this.value(only);
      const object: Expr = { op: 'address', place, type: pointerTo(type), span: at.span };
      const callee = { kind: 'constructor', class: type, object } as const;
      const same = isClass(value.type);
      if (same ? value.op === 'load' && this.copies(type) : this.hasConstructor(type) && value.type.kind !== 'unknown')
        this.emit({ op: 'call', callee, args: [same ? addressOf(value) : value], type: voidType }, at);
      else this.emit({ op: 'store', place, value, initial: true }, at);
      return;
    }
    const value: Expr = only
      ? this.value(only.k === 'list' && only.items[0] ? only.items[0].value : only)
      : type.kind === 'pointer'
        ? { op: 'null', type, span: at.span }
        : { op: 'int', value: 0n, type, span: at.span };
    this.emit({ op: 'store', place, value: this.convert(value, type), initial: true }, at);
  }

  // ── Parts that expressions hold ─────────────────────────────────────────────────────────────────────────────────────

  override lowerBlockValue(body: StatementNode): Expr {
    if (body.k !== 'block')
      return { op: 'unknown', reason: 'statement expression', type: unknownType, span: body.span };
    this.#findLabels(
      body,
      this.scopes.flatMap((scope) => scope.node ?? []),
    );
    this.openScope(body);
    let value: Expr = { op: 'unknown', reason: 'void', type: voidType, span: body.span };
    body.body.forEach((statement, index) => {
      if (index === body.body.length - 1 && statement.k === 'expression')
        value = this.materialize(this.value(statement.value), statement);
      else this.statement(statement);
    });
    this.closeScope(body);
    return value;
  }

  override lowerClosure(node: ExprNode & { k: 'lambda' }, params: readonly ParameterNode[]): Function {
    const inner = new FunctionLowering(this.names, this.scope, this.className, this.isStatic, this);
    inner.#captures = {
      ...(node.captureDefault && { default: node.captureDefault }),
      byReference: new Set(node.captures.filter((each) => each.byReference && !each.init).map((each) => each.name)),
      initial: new Map(
        node.captures.flatMap(({ name, byReference, init }) =>
          init ? [[name, this.#captured(init, byReference)] as const] : [],
        ),
      ),
    };
    return inner.run({
      name: '',
      qualifiedName: node.block ? '(block)' : '(lambda)',
      ...(this.className !== undefined && { class: this.className }),
      static: this.isStatic,
      result: node.result ? this.type(node.result) : unknownType,
      params,
      initializers: [],
      body: node.body,
      span: node.span,
      nameSpan: { start: node.span.start, end: node.span.start + 1 },
      at: node,
    });
  }

  /** What a lambda's capture with an initialiser holds. */
  #captured(init: ExprNode, byReference: boolean): Local {
    const place = byReference ? this.place(init) : undefined;
    const value: Expr = place
      ? { op: 'address', place, type: pointerTo(place.type), span: init.span }
      : this.value(init);
    const type: Type = place ? { kind: 'reference', to: place.type } : value.type;
    const local = this.newLocal({ name: '', type, span: init.span, parameter: false, static: false });
    this.emit({ op: 'begin', local }, init);
    this.emit({ op: 'store', place: this.localPlace(local, init), value, initial: true }, init);
    return local;
  }

  protected override initialCapture(name: string): Local | undefined {
    return this.#captures.initial?.get(name);
  }

  protected override capturesByReference(name: string): boolean {
    return this.#captures.byReference.has(name) || this.#captures.default === '&';
  }
}

function isFalse(node: ExprNode): boolean {
  return (node.k === 'number' && /^0+[uUlL]*$/.test(node.text)) || (node.k === 'bool' && !node.value);
}
