import type { DeclarationNode, ExprNode, Node, ParameterNode, StatementNode } from '../syntax/tree';
import { ControlLowering } from './lower-control';
import { hasAuto } from './lower-range-for';
import { declare } from './declare';
import { isClass } from './lower-operators';
import { LocalNames } from './local-names';
import type { Names } from './names';
import { definedName, lengthened, pointerTo, resultOf, typeOf, unknownType, voidType } from './type-of';
import type { Expr, Function, Local, LocalVariable, Place, TemplateArgument, Terminator, Type } from './types';

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
    ...(node.templateParameters?.length && { template: context.template ?? 'open' }),
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

class FunctionLowering extends ControlLowering {
  #result: Type = voidType;
  #captures: { default?: '=' | '&'; byReference: ReadonlySet<string>; initial?: ReadonlyMap<string, Local> } = {
    byReference: new Set(),
  };

  run(head: Head): Function {
    this.#result = head.result;
    this.openScope(head.at);
    for (const param of head.params) this.#parameter(param);
    this.findLabels(head.body, [head.at]);
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
    if (place)
      this.fullExpression(node, () => {
        if (node.init) this.initializeObject(place, [node.init], node);
        else if (node.arguments) this.initializeObject(place, node.arguments, node, true);
      });
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
      const type: Type = { kind: 'class', name: initializer.name };
      this.fullExpression(at, () => {
        const known = this.names.type(initializer.name, this.scope);
        const args = this.constructorArguments(known ?? type, initializer.args);
        this.emit({ op: 'call', callee: { kind: 'constructor', class: type, object: self }, args, type: voidType }, at);
      });
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
    this.fullExpression(at, () => {
      this.initializeObject(place, initializer.args, at);
    });
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
        this.fullExpression(node, () => {
          this.discard(node.value);
        });
        return;
      case 'declaration':
        for (const declaration of node.declarations) this.declaration(declaration);
        return;
      case 'if':
        return this.ifElse(node);
      case 'while':
        return this.whileLoop(node);
      case 'do':
        return this.doLoop(node);
      case 'for':
        return this.forLoop(node);
      case 'range-for':
        return this.rangeFor(node);
      case 'switch':
        return this.switchCase(node);
      case 'case':
      case 'default':
        return this.caseLabel(node);
      case 'label':
        return this.label(node);
      case 'goto':
        return this.goto(node);
      case 'break':
      case 'continue':
        return this.leaveLoop(node);
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

  #return(node: StatementNode & { k: 'return' }): void {
    // A local that is returned is the result itself: it does not end here.
    let kept = -1;
    const value = this.fullExpression(node, () => {
      let result = node.value && this.#returned(node.value);
      if (result && this.#result.kind === 'unknown' && this.outer) this.#result = result.type;
      if (result) result = this.convert(result, this.#result);
      if (result?.op === 'load' && isClass(result.type) && !result.moved) {
        const local = result.place.kind === 'local' ? result.place.local : undefined;
        const variable = local === undefined ? undefined : this.locals[local];
        if (local !== undefined && variable && !variable.parameter && !variable.static && !variable.captures) {
          if (this.traits.any(result.type)) kept = local;
        } else if (this.traits.copies(result.type))
          result = this.copied(variable?.parameter ? { ...result, moved: true } : result, node);
      } else if (result) result = this.copied(result, node);
      // The value is computed before the locals are destroyed.
      return result && this.#result.kind !== 'void' ? this.materialize(result, node) : result;
    });
    this.endScopes(0, node, kept);
    this.terminate(value && value.type.kind !== 'void' ? { op: 'return', value } : { op: 'return' }, node);
    this.enter(this.newBlock());
  }

  /** A returned value; where the result is a reference, the address of what it is to. */
  #returned(node: ExprNode): Expr {
    if (node.k === 'list' && isClass(this.#result)) return this.construct(this.#result, [node], node);
    if (this.#result.kind !== 'reference') return this.value(node);
    const place = this.place(node);
    return place && place.kind !== 'value'
      ? { op: 'address', place, type: pointerTo(place.type), span: node.span }
      : this.value(node);
  }

  // ── Declarations ────────────────────────────────────────────────────────────────────────────────────────────────────

  protected override declaration(node: DeclarationNode): void {
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
    // Again, when the types that it declares inside of itself are known to its fields.
    for (let pass = 0; pass < 2; pass++) this.names.add(declare(named, this.names, this.names.scope, undefined));
  }

  override lowerLocal(node: DeclarationNode & { k: 'variable' }): void {
    if (!node.extern)
      this.fullExpression(node, () => {
        this.#local(node);
      });
  }

  #local(node: DeclarationNode & { k: 'variable' }): void {
    let type = this.type(node.type);
    let value: Expr | undefined;
    const isAuto = hasAuto(node.type);
    if (isAuto) {
      if (type.kind === 'reference' && node.init) {
        type = { kind: 'reference', to: this.typeOfPlace(node.init) };
      } else if (node.init) {
        value = this.copied(this.value(node.init), node);
        type = value.type;
        // What a lambda took a copy of lives as long as the lambda.
        if (value.op === 'closure') this.extend('all');
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
    else if (node.init) this.initializeObject(place, [node.init], node);
    else if (node.arguments) this.initializeObject(place, node.arguments, node, true);
  }

  // ── Parts that expressions hold ─────────────────────────────────────────────────────────────────────────────────────

  override lowerBlockValue(body: StatementNode): Expr {
    if (body.k !== 'block')
      return { op: 'unknown', reason: 'statement expression', type: unknownType, span: body.span };
    this.findLabels(
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
      : this.copied(this.value(init), init);
    const type: Type = place ? { kind: 'reference', to: place.type } : value.type;
    const local = this.newTemporary(type, init);
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
