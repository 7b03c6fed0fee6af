import type { DeclarationNode, ExprNode, Node, StatementNode } from '../syntax/tree';
import { isClass } from './lower-operators';
import { RangeLowering, type Loop } from './lower-range-for';
import { boolType, intType } from './type-of';
import type { BlockId, Expr } from './types';

interface SwitchCases {
  readonly cases: { low: Expr; high?: Expr; to: BlockId }[];
  default: BlockId | undefined;
}

/** Lowers branches, loops, switches and jumps. */
export abstract class ControlLowering extends RangeLowering {
  readonly #loops: Loop[] = [];
  readonly #switches: SwitchCases[] = [];
  readonly #labels = new Map<string, { block: BlockId; enclosing: readonly Node[] }>();

  protected abstract declaration(node: DeclarationNode): void;

  protected label(node: StatementNode & { k: 'label' }): void {
    const label = this.#labels.get(node.name);
    if (!label) return;
    this.jump(label.block, node);
    this.enter(label.block);
  }

  protected leaveLoop(node: StatementNode & { k: 'break' | 'continue' }): void {
    const loop = this.#loops.findLast((each) => node.k === 'break' || each.continueTo !== undefined);
    if (loop) {
      this.endScopes(loop.depth, node);
      this.jump(node.k === 'break' ? loop.breakTo : loop.continueTo!, node);
    } else this.gap(`${node.k} outside a loop`, node);
    this.enter(this.newBlock());
  }

  protected override loop(loop: Loop, body: StatementNode): void {
    this.#loops.push(loop);
    this.statement(body);
    this.#loops.pop();
  }

  /** Branches on a condition, which may declare a variable. */
  protected test(condition: ExprNode | StatementNode, yes: BlockId, no: BlockId): void {
    const { temporaries } = this.collect(() => {
      const declared = this.conditionValue(condition);
      if (declared) this.terminate({ op: 'branch', condition: this.truth(declared), then: yes, else: no }, condition);
      else this.condition(condition as ExprNode, yes, no);
    });
    if (temporaries.length === 0) return;
    // They end on both ways; those that this way did not make end nothing.
    for (const block of [yes, no]) {
      this.enter(block);
      this.endAll(temporaries, condition);
    }
  }

  /** The value of the variable that a condition declares; undefined when it is an expression. */
  protected conditionValue(condition: ExprNode | StatementNode): Expr | undefined {
    if (condition.k !== 'declaration') return undefined;
    for (const declaration of condition.declarations) this.declaration(declaration);
    const variable = condition.declarations.at(-1);
    const local = variable?.k === 'variable' ? this.findLocal(variable.name) : undefined;
    return local === undefined
      ? { op: 'unknown', reason: 'condition', type: boolType, span: condition.span }
      : this.load(this.localPlace(local, condition));
  }

  protected ifElse(node: StatementNode & { k: 'if' }): void {
    const yes = this.newBlock();
    const no = this.newBlock();
    const after = this.newBlock();
    this.openScope(undefined);
    if (node.init) this.statement(node.init);
    this.test(node.condition, yes, no);
    this.enter(yes);
    this.statement(node.then);
    this.jump(after, node.then);
    this.enter(no);
    if (node.else) this.statement(node.else);
    this.jump(after, node.else ?? node);
    this.enter(after);
    this.closeScope(node);
  }

  protected forLoop(node: StatementNode & { k: 'for' }): void {
    const test = this.newBlock();
    const body = this.newBlock();
    const step = this.newBlock();
    const after = this.newBlock();
    this.openScope(undefined);
    if (node.init) this.statement(node.init);
    this.jump(test, node);
    this.enter(test);
    if (node.condition) this.test(node.condition, body, after);
    else this.jump(body, node);
    this.enter(body);
    this.loop({ breakTo: after, continueTo: step, depth: this.scopes.length }, node.body);
    this.jump(step, node.body);
    this.enter(step);
    const { step: next } = node;
    if (next)
      this.fullExpression(next, () => {
        this.discard(next);
      });
    this.jump(test, node);
    this.enter(after);
    this.closeScope(node);
  }

  protected switchCase(node: StatementNode & { k: 'switch' }): void {
    const after = this.newBlock();
    this.openScope(undefined);
    const { result, temporaries } = this.collect(() => {
      const chosen = this.conditionValue(node.value) ?? this.value(node.value as ExprNode);
      return isClass(chosen.type) ? this.convert(chosen, intType) : chosen;
    });
    const value = temporaries.length > 0 ? this.materialize(result, node.value) : result;
    this.endAll(temporaries, node.value);
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

  protected caseLabel(node: StatementNode & { k: 'case' | 'default' }): void {
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

  protected goto(node: StatementNode & { k: 'goto' }): void {
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

  protected findLabels(node: StatementNode, enclosing: readonly Node[]): void {
    switch (node.k) {
      case 'block': {
        const inside = [...enclosing, node];
        for (const each of node.body) this.findLabels(each, inside);
        return;
      }
      case 'label':
        this.#labels.set(node.name, { block: this.newBlock(), enclosing });
        return;
      case 'if':
        this.findLabels(node.then, enclosing);
        if (node.else) this.findLabels(node.else, enclosing);
        return;
      case 'while':
      case 'do':
      case 'for':
      case 'range-for':
      case 'switch':
      case 'try':
        this.findLabels(node.body, enclosing);
        return;
    }
  }

  protected whileLoop(node: StatementNode & { k: 'while' }): void {
    const test = this.newBlock();
    const body = this.newBlock();
    const done = this.newBlock();
    const after = this.newBlock();
    this.jump(test, node);
    this.enter(test);
    this.openScope(undefined);
    this.test(node.condition, body, done);
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
  }

  protected doLoop(node: StatementNode & { k: 'do' }): void {
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
    else if (this.withoutEffects(() => this.collect(() => this.value(node.condition)).temporaries.length === 0))
      this.condition(node.condition, body, after);
    else {
      const again = this.newBlock();
      this.test(node.condition, again, after);
      this.enter(again);
      this.jump(body, node.condition);
    }
    this.enter(after);
  }
}

function isFalse(node: ExprNode): boolean {
  return (node.k === 'number' && /^0+[uUlL]*$/.test(node.text)) || (node.k === 'bool' && !node.value);
}
