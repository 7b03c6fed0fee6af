import type { ExprNode, Node, TemplateParameterNode, TypeNode } from '../syntax/tree';
import type { FunctionDeclaration } from './declarations';
import { ObjectLowering } from './lower-objects';
import { isClass } from './lower-operators';
import { classOf } from './lower-places';
import type { Names } from './names';
import { bound, deduce, TemplateNames } from './templates';
import {
  arithmeticType,
  charType,
  constantOf,
  intType,
  longType,
  pointeeType,
  pointerTo,
  typeOf,
  unknownType,
  voidType,
} from './type-of';
import type { Callee, Expr, Place, TemplateArgument, Type } from './types';

/** What a call's arguments are converted to. */
interface Parameters {
  readonly parameters: readonly { readonly type: Type }[];
}

/** Lowers calls. */
export abstract class CallLowering extends ObjectLowering {
  protected abstract sizeOperand(node: ExprNode): Type;

  protected call(node: ExprNode & { k: 'call' }): Expr {
    const { callee } = node;
    if (callee.k === 'member') return this.memberCall(node, callee);
    if (callee.k === 'name') return this.namedCall(node, callee);
    if (callee.k === 'binary' && (callee.operator === '->*' || callee.operator === '.*')) {
      const object = this.objectPlace(callee.left, callee.operator === '->*');
      const receiver = this.addressOf(this.load(object), callee);
      const method = this.early(callee.right, node.args);
      const to = method.type.kind === 'pointer' ? method.type.to : method.type;
      const args = [receiver, ...this.arguments(node.args, parametersOf(to))];
      return this.emitCall(
        node,
        { kind: 'pointer', value: method },
        args,
        to.kind === 'function' ? to.result : unknownType,
      );
    }
    const target = this.early(callee, node.args);
    return this.indirectCall(node, target);
  }

  protected indirectCall(node: ExprNode & { k: 'call' }, target: Expr): Expr {
    if (isClass(target.type)) {
      const name = 'operator()';
      const member = this.names.member(target.type.name, name);
      const declaration = member?.kind === 'method' ? this.overload(member.methods, node.args) : undefined;
      const receiver = this.addressOf(target, node.callee);
      const callee: Callee = { kind: 'method', receiver, class: target.type.name, name, direct: false };
      if (declaration) return this.emitCall(node, callee, this.arguments(node.args, declaration), declaration.result);
    }
    const type = target.type.kind === 'pointer' ? target.type.to : target.type;
    return this.emitCall(
      node,
      { kind: 'pointer', value: target },
      this.arguments(node.args, parametersOf(type)),
      type.kind === 'function' ? type.result : unknownType,
    );
  }

  protected memberCall(node: ExprNode & { k: 'call' }, callee: ExprNode & { k: 'member' }): Expr {
    const base = this.objectPlace(callee.object, callee.arrow);
    const smart = callee.arrow ? undefined : this.smartPointerCall(node, callee, base);
    if (smart) return smart;
    const pointer: Expr =
      base.kind === 'deref'
        ? base.pointer
        : { op: 'address', place: base, type: pointerTo(base.type), span: callee.object.span };
    const receiver = node.args.some((each) => this.hasEffects(each)) ? this.materialize(pointer, callee) : pointer;
    const cut = callee.name.lastIndexOf('::');
    const written = cut > 0 ? callee.name.slice(0, cut) : undefined;
    const name = callee.name.slice(cut > 0 ? cut + 2 : 0);
    const owner = written ?? classOf(base.type);
    const member = owner === undefined ? undefined : this.names.member(owner, name);
    if (member?.kind === 'field')
      return this.indirectCall(
        node,
        this.load({ kind: 'field', base, name, owner: member.owner, type: member.field.type, span: callee.span }),
      );
    const chosen = member && this.overload(member.methods, node.args);
    const { declaration, template } = this.bound(chosen, callee.args, node.args, member?.methods);
    const args = this.arguments(node.args, declaration);
    const direct = written !== undefined;
    return this.emitCall(
      node,
      { kind: 'method', receiver, ...(owner !== undefined && { class: owner }), name, direct, ...template },
      args,
      declaration?.result ?? unknownType,
    );
  }

  /** p.get(), p.reset(…) and so on of a smart pointer; get() is the pointer itself. */
  protected smartPointerCall(
    node: ExprNode & { k: 'call' },
    callee: ExprNode & { k: 'member' },
    base: Place,
  ): Expr | undefined {
    const type = pointeeType(base.type);
    if (!type) return undefined;
    if (callee.name === 'get' && node.args.length === 0)
      return { op: 'pointee', value: this.load(base), type, span: node.span };
    const receiver: Expr = { op: 'address', place: base, type: pointerTo(base.type), span: callee.object.span };
    const args = this.arguments(node.args, undefined);
    const result =
      callee.name === 'detach' ? type : callee.name === 'reset' || callee.name === 'swap' ? voidType : unknownType;
    return this.emitCall(
      node,
      {
        kind: 'method',
        receiver,
        class: base.type.kind === 'class' ? base.type.name : '',
        name: callee.name,
        direct: true,
      },
      args,
      result,
    );
  }

  protected namedCall(node: ExprNode & { k: 'call' }, callee: ExprNode & { k: 'name' }): Expr {
    const { name } = callee;
    const moved = this.#moved(node, callee);
    if (moved) return moved;
    if (callee.args) return this.templateCall(node, callee, callee.args);
    const place = this.namedPlace(callee);
    if (place) return this.indirectCall(node, this.load(place));
    const cut = name.lastIndexOf('::');
    if (cut > 0) return this.qualifiedCall(node, name.slice(0, cut), name.slice(cut + 2));
    if (this.className !== undefined) {
      const member = this.names.member(this.className, name);
      const constructs = member?.owner.slice(member.owner.lastIndexOf(':') + 1) === name;
      if (constructs) return this.construct({ kind: 'class', name: member.owner }, node.args, node);
      if (member?.kind === 'method') return this.methodOfClass(node, member.owner, name, member.methods, false);
    }
    const variadic = this.#variadic(node, name);
    if (variadic) return variadic;
    const functions = this.names.functions(name, this.scope);
    const lesser = this.#extreme(node, name, functions);
    if (lesser) return lesser;
    if (functions) {
      const { declaration, template } = this.bound(
        this.overload(functions, node.args),
        undefined,
        node.args,
        functions,
      );
      return this.emitCall(
        node,
        { kind: 'function', name: declaration?.qualifiedName ?? name, ...template },
        this.arguments(node.args, declaration),
        declaration?.result ?? unknownType,
      );
    }
    const type = this.names.type(name, this.scope);
    if (type) return this.construct(type, node.args, node);
    if (name.startsWith('__builtin_')) {
      const builtin = this.builtin(node, name);
      if (builtin) return builtin;
    }
    return this.emitCall(node, { kind: 'function', name }, this.arguments(node.args, undefined), unknownType);
  }

  /** std::move(object) and std::forward<T>(object) are the object itself. */
  #moved(node: ExprNode & { k: 'call' }, { name, args }: ExprNode & { k: 'name' }): Expr | undefined {
    const [only] = node.args;
    const forwards = name === 'std::forward' && args?.[0] !== undefined;
    if (!only || node.args.length > 1 || !(forwards || (name === 'std::move' && !args) || name === 'os::move'))
      return undefined;
    const place = this.place(only);
    if (!place) return this.value(only);
    if (place.kind === 'value') return place.value;
    const value = this.load(place);
    return value.op === 'load' && !(forwards && this.type(args[0]!).kind === 'reference')
      ? { ...value, moved: true }
      : value;
  }

  /** min and max, IOKit's macros (iokit/IOKit/IOLib.h) and those of std: the workspace's own are called. */
  #extreme(
    node: ExprNode & { k: 'call' },
    name: string,
    functions: readonly FunctionDeclaration[] | undefined,
    of?: TypeNode,
  ): Expr | undefined {
    const short = /^(?:std::)?(min|max)$/.exec(name)?.[1];
    const [left, right] = node.args;
    if (!short || !left || !right || node.args.length > 2 || functions?.some((each) => !isKernels(each)))
      return undefined;
    const [a, b] = [this.early(left, [right]), this.value(right)];
    const type = of ? this.type(of) : arithmeticType('<', a.type, b.type);
    const args = [a, b].map((value): Expr => ({ op: 'cast', value, type, explicit: false, span: value.span }));
    return this.emitCall(node, { kind: 'function', name: `maplens_${short}` }, args, type);
  }

  #variadic(node: ExprNode & { k: 'call' }, name: string): Expr | undefined {
    if (name === 'va_arg' || name === '__builtin_va_arg') return this.#nextArgument(node);
    if (/^(?:__builtin_)?va_(?:start|copy)$/.test(name) && node.args[0]) {
      const list = this.place(node.args[0]);
      if (list) {
        const rest = name.endsWith('copy') ? node.args.slice(1).map((each) => this.value(each)) : [];
        const address: Expr = { op: 'address', place: list, type: pointerTo(list.type), span: node.args[0].span };
        return this.emitCall(
          node,
          { kind: 'function', name: name.replace('__builtin_', '') },
          [address, ...rest],
          voidType,
        );
      }
    }
    return undefined;
  }

  /** va_arg(list, type): arguments lie one after the other in slots of 8 bytes, as in Apple's ABI for arm64. */
  #nextArgument(node: ExprNode & { k: 'call' }): Expr | undefined {
    const [first, second] = node.args;
    const list = first && this.place(first);
    const type =
      second?.k === 'sizeof' && second.type
        ? this.type(second.type)
        : second?.k === 'name'
          ? this.names.type(second.name, this.scope)
          : undefined;
    if (!list || !type) return undefined;
    const pointer = pointerTo(charType);
    const at: Expr = this.materialize({ op: 'load', place: list, type: pointer, span: node.span }, node);
    const slot: Expr = { op: 'int', value: 8n, type: longType, span: node.span };
    const next: Expr = { op: 'binary', operator: '+', left: at, right: slot, type: pointer, span: node.span };
    this.emit({ op: 'store', place: { ...list, type: pointer }, value: next, initial: false }, node);
    const argument: Expr = { op: 'cast', value: at, type: pointerTo(type), explicit: true, span: node.span };
    return this.materialize(this.load({ kind: 'deref', pointer: argument, type, span: node.span }), node);
  }

  protected builtin(node: ExprNode & { k: 'call' }, name: string): Expr | undefined {
    if (name === '__builtin_expect' && node.args[0]) return this.value(node.args[0]);
    if (name === '__builtin_constant_p') return { op: 'int', value: 0n, type: intType, span: node.span };
    if (name === '__builtin_unreachable' || name === '__builtin_trap') {
      this.terminate({ op: 'unreachable' }, node);
      this.enter(this.newBlock());
      return { op: 'unknown', reason: name, type: voidType, span: node.span };
    }
    return undefined;
  }

  protected qualifiedCall(node: ExprNode & { k: 'call' }, qualifier: string, name: string): Expr {
    const super_ =
      qualifier === 'super' && this.className !== undefined ? this.names.class(this.className)?.bases[0] : undefined;
    const type = this.names.type(qualifier, this.scope);
    const owner = super_ ?? (type?.kind === 'class' ? type.name : qualifier);
    const member = this.names.member(owner, name);
    if (member?.kind === 'method') return this.methodOfClass(node, owner, name, member.methods, true);
    const functions = this.names.functions(`${qualifier}::${name}`, this.scope);
    const lesser = this.#extreme(node, `${qualifier}::${name}`, functions);
    if (lesser) return lesser;
    const { declaration, template } = this.bound(
      functions && this.overload(functions, node.args),
      undefined,
      node.args,
      functions,
    );
    const isBase =
      this.className !== undefined &&
      !this.isStatic &&
      !declaration &&
      (qualifier === 'super' || this.names.derives(this.className, owner));
    const args = this.arguments(node.args, declaration);
    const callee: Callee = isBase
      ? { kind: 'method', receiver: this.self(node), class: owner, name, direct: true }
      : { kind: 'function', name: declaration?.qualifiedName ?? `${owner}::${name}`, ...template };
    return this.emitCall(node, callee, args, declaration?.result ?? unknownType);
  }

  protected methodOfClass(
    node: ExprNode & { k: 'call' },
    owner: string,
    name: string,
    methods: readonly FunctionDeclaration[],
    direct: boolean,
    typeArgs?: readonly TypeNode[],
  ): Expr {
    const { declaration, template } = this.bound(this.overload(methods, node.args), typeArgs, node.args, methods);
    const args = this.arguments(node.args, declaration);
    const ownName = declaration?.class ?? owner;
    const callee: Callee =
      declaration?.static || this.isStatic || this.className === undefined || !this.names.derives(this.className, owner)
        ? { kind: 'function', name: `${ownName}::${name}`, ...template }
        : {
            kind: 'method',
            receiver: this.self(node),
            class: direct ? owner : this.className,
            name,
            direct,
            ...template,
          };
    return this.emitCall(node, callee, args, declaration?.result ?? unknownType);
  }

  /** name<T>(args): a construction, a dynamic cast, or a function template. */
  protected templateCall(
    node: ExprNode & { k: 'call' },
    callee: ExprNode & { k: 'name' },
    typeArgs: readonly TypeNode[],
  ): Expr {
    const args = typeArgs.map((arg) => this.type(arg));
    const type: Type = { kind: 'class', name: callee.name, args };
    if (pointeeType(type)) return this.construct(type, node.args, node);
    const first = typeArgs[0];
    if ((callee.name === 'OSDynamicCast' || callee.name === 'OSRequiredCast') && args[0]) {
      const name = first?.k === 'named' ? first.name : '';
      return this.emitCall(
        node,
        { kind: 'function', name: `${callee.name}<${name}>` },
        this.arguments(node.args, undefined),
        pointerTo(args[0]),
      );
    }
    const member = this.className === undefined ? undefined : this.names.member(this.className, callee.name);
    if (member?.kind === 'method')
      return this.methodOfClass(node, member.owner, callee.name, member.methods, false, typeArgs);
    const functions = this.names.functions(callee.name, this.scope);
    const lesser = this.#extreme(node, callee.name, functions, typeArgs[0]);
    if (lesser) return lesser;
    const chosen = functions && this.overload(functions, node.args);
    if (chosen && isOwnTemplate(chosen)) {
      const { declaration, template } = this.bound(chosen, typeArgs, node.args, functions);
      return this.emitCall(
        node,
        { kind: 'function', name: chosen.qualifiedName, ...template },
        this.arguments(node.args, declaration),
        declaration?.result ?? unknownType,
      );
    }
    const values = this.arguments(node.args, undefined);
    return this.emitCall(node, { kind: 'function', name: callee.name }, values, unknownType);
  }

  /** What a call of a template calls: its declaration with the types of this call, where they can be told. */
  protected bound(
    declaration: FunctionDeclaration | undefined,
    typeArgs: readonly TypeNode[] | undefined,
    nodes: readonly ExprNode[],
    among?: readonly FunctionDeclaration[],
  ): {
    declaration: FunctionDeclaration | undefined;
    template?: { template?: readonly TemplateArgument[]; signature?: readonly Type[] };
  } {
    // template <> int f<0>(): which one a call of several means hangs on what it names.
    const special = typeArgs && declaration && among?.find((each) => each.template?.length === 0);
    if (special) this.gap(`a specialisation of ${special.name}`, { span: nodes[0]?.span ?? special.span });
    if (!declaration || !isOwnTemplate(declaration))
      return { declaration, template: this.signature(declaration, among, nodes.length) };
    const argument = (
      { name, kind }: TemplateParameterNode,
      node: TypeNode | undefined,
      names: Names,
    ): TemplateArgument | undefined => {
      if (!node) return undefined;
      if (kind === 'type') return { name, type: typeOf(node, names, this.scope) };
      const expr: ExprNode | undefined =
        node.k === 'value'
          ? node.value
          : node.k === 'named'
            ? { k: 'name', name: node.name, span: declaration.span }
            : undefined;
      const value = expr && constantOf(expr, names, this.scope);
      return value === undefined ? undefined : { name, value };
    };
    const bindings = deduce(
      declaration,
      (declaration.template ?? []).map((each, index) => argument(each, typeArgs?.[index], this.names)),
      nodes.map((each) => this.sizeOperand(each)),
      (parameter, found) => argument(parameter, parameter.default, new TemplateNames(this.names, found)),
    );
    if (!bindings) return { declaration };
    const instance = bound(declaration, bindings);
    const { signature } = this.signature(declaration, among, nodes.length);
    return {
      declaration: instance,
      template: {
        template: [...bindings.values()],
        ...(signature && { signature: instance.parameters.map(({ type }) => type) }),
      },
    };
  }

  protected arguments(nodes: readonly ExprNode[], declaration: Parameters | undefined): Expr[] {
    return nodes.map((node, index) => {
      const parameter = declaration?.parameters[index]?.type;
      if (node.k === 'string' && parameter?.kind === 'reference' && parameter.to.kind === 'array')
        return this.value(node);
      if (parameter?.kind === 'reference' && pointeeType(parameter.to) === undefined) {
        const address = (at: Place): Expr => {
          const type: Type = parameter.rvalue ? { ...parameter, to: at.type } : pointerTo(at.type);
          return { op: 'address', place: at, type, span: node.span };
        };
        if (node.k === 'list' && isClass(parameter.to))
          return address(this.objectOf(this.construct(parameter.to, [node], node), node));
        const place = this.place(node);
        if (place)
          return address(place.kind === 'value' ? this.objectOf(this.convert(place.value, parameter.to), node) : place);
        const value = this.early(node, nodes.slice(index + 1));
        if (value.type.kind === 'unknown' || value.type.kind === 'void') return value;
        // A temporary that the reference is bound to.
        const type = parameter.to.kind === 'unknown' ? value.type : parameter.to;
        const converted = this.convert(value, type);
        if (isClass(converted.type)) return address(this.objectOf(converted, node));
        return address({ kind: 'value', value, type, span: node.span });
      } else if (parameter?.kind === 'reference') {
        const place = this.place(node);
        if (place && place.kind !== 'value')
          return { op: 'address', place, type: pointerTo(place.type), span: node.span };
      }
      if (node.k === 'list' && parameter && isClass(parameter)) return this.construct(parameter, [node], node);
      const value = this.copied(this.early(node, nodes.slice(index + 1)), node);
      return parameter ? this.convert(value, parameter) : value;
    });
  }

  protected emitCall(node: Node, callee: Callee, args: readonly Expr[], result: Type): Expr {
    if (result.kind === 'reference') {
      const type = pointerTo(result.to);
      const temp = this.newTemp(type);
      this.emit({ op: 'call', temp, callee, args, type }, node);
      return this.load({ kind: 'deref', pointer: this.temp(temp, node), type: result.to, span: node.span });
    }
    if (result.kind === 'void') {
      this.emit({ op: 'call', callee, args, type: result }, node);
      return { op: 'unknown', reason: 'void', type: result, span: node.span };
    }
    const temp = this.newTemp(result);
    this.emit({ op: 'call', temp, callee, args, type: result }, node);
    return this.temp(temp, node);
  }
}

function parametersOf(type: Type): Parameters | undefined {
  return type.kind === 'function' ? { parameters: type.params.map((type) => ({ type })) } : undefined;
}

/** A template of the workspace's; the kernel's are modelled as they are called. */
function isOwnTemplate(declaration: FunctionDeclaration): boolean {
  return declaration.template !== undefined && declaration.template.length > 0 && !isKernels(declaration);
}

/** A declaration of the API. */
function isKernels({ attributes }: FunctionDeclaration): boolean {
  return attributes.some(({ name }) => name === 'kernel' || name === 'driverkit');
}
