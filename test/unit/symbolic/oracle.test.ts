import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createService } from '../../../server/features/create-service';

/**
 * Random functions over one map, checked against running them for every value of their flags and for every outcome of
 * every call that may fail: a rule speaks exactly when some run has its defect.
 */

type Flag = 'a' | 'b' | 'c';
type Condition =
  | { readonly kind: 'flag'; readonly flag: Flag; readonly not: boolean }
  | { readonly kind: 'both'; readonly left: Flag; readonly right: Flag }
  | { readonly kind: 'map'; readonly not: boolean };
type Statement =
  | { readonly kind: 'make' | 'release' | 'safeRelease' | 'clear' | 'use' | 'keep' | 'leave' }
  | {
      readonly kind: 'if';
      readonly condition: Condition;
      readonly then: readonly Statement[];
      readonly else: readonly Statement[];
    };

const flag = fc.constantFrom<Flag>('a', 'b', 'c');
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ kind: fc.constant('flag' as const), flag, not: fc.boolean() }),
  fc.record({ kind: fc.constant('both' as const), left: flag, right: flag }),
  fc.record({ kind: fc.constant('map' as const), not: fc.boolean() }),
);
const simple: fc.Arbitrary<Statement> = fc.record({
  kind: fc.constantFrom('make', 'make', 'release', 'release', 'safeRelease', 'clear', 'use', 'keep', 'leave'),
});
const { program } = fc.letrec<{ statement: Statement; program: readonly Statement[] }>((tie) => ({
  statement: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    simple,
    fc.record({ kind: fc.constant('if' as const), condition, then: tie('program'), else: tie('program') }),
  ),
  program: fc.array(tie('statement'), { minLength: 1, maxLength: 4 }),
}));

function writeCondition(one: Condition): string {
  switch (one.kind) {
    case 'flag':
      return `${one.not ? '!' : ''}${one.flag}`;
    case 'both':
      return `${one.left} && ${one.right}`;
    case 'map':
      return one.not ? 'map == NULL' : 'map';
  }
}

function write(statements: readonly Statement[]): string {
  return statements
    .map((one) => {
      switch (one.kind) {
        case 'make':
          return 'map = m->map();';
        case 'release':
          return 'map->release();';
        case 'safeRelease':
          return 'OSSafeReleaseNULL(map);';
        case 'clear':
          return 'map = NULL;';
        case 'use':
          return 'fCount += (UInt32)map->getLength();';
        case 'keep':
          return 'fMap = map;';
        case 'leave':
          return 'return;';
        case 'if':
          return `if (${writeCondition(one.condition)}) { ${write(one.then)} } else { ${write(one.else)} }`;
      }
    })
    .join('\n');
}

interface Obj {
  owed: number;
  stored: boolean;
  released: boolean;
}

/** A use of a pointer that the text itself makes NULL: nothing is said of what leads there. */
const plainNull = 'NULL';

/** One run. Undefined for `map` is NULL; `failed`: NULL because the call that made it failed. */
class Run {
  map: Obj | undefined = undefined;
  failed = false;
  next = 0;
  readonly defects: Set<string>;

  constructor(
    readonly flags: Readonly<Record<Flag, boolean>>,
    readonly outcomes: number,
    defects: Set<string>,
  ) {
    this.defects = defects;
  }

  /** False when the run ends there. */
  go(statements: readonly Statement[]): boolean {
    return statements.every((one) => this.step(one));
  }

  step(one: Statement): boolean {
    switch (one.kind) {
      case 'make':
        this.set((this.outcomes >> this.next++) & 1 ? { owed: 1, stored: false, released: false } : undefined);
        this.failed = this.map === undefined;
        return true;
      case 'clear':
        this.set(undefined);
        return true;
      case 'release':
        return this.deref() && this.release();
      case 'safeRelease':
        if (this.map) {
          this.release();
          this.set(undefined);
        }
        return true;
      case 'use':
        if (!this.deref()) return false;
        if (this.map!.released && this.map!.owed <= 0) this.defects.add('use-after-release');
        return true;
      case 'keep':
        if (this.map) this.map.stored = true;
        return true;
      case 'leave':
        return false;
      case 'if':
        return this.go(this.holds(one.condition) ? one.then : one.else);
    }
  }

  holds(one: Condition): boolean {
    switch (one.kind) {
      case 'flag':
        return this.flags[one.flag] !== one.not;
      case 'both':
        return this.flags[one.left] && this.flags[one.right];
      case 'map':
        return (this.map !== undefined) !== one.not;
    }
  }

  crashed = false;

  deref(): boolean {
    if (this.map) return true;
    this.defects.add(this.failed ? 'unchecked-null' : plainNull);
    this.crashed = true;
    return false;
  }

  release(): boolean {
    const map = this.map!;
    if (map.owed <= 0) this.defects.add('over-release');
    map.owed--;
    map.released = true;
    return true;
  }

  set(map: Obj | undefined): void {
    this.lose();
    this.map = map;
    this.failed = false;
  }

  lose(): void {
    if (this.map && this.map.owed > (this.map.stored ? 1 : 0)) this.defects.add('leaked-reference');
  }
}

function countCalls(statements: readonly Statement[]): number {
  return (write(statements).match(/m->map\(\)/g) ?? []).length;
}

function runAll(statements: readonly Statement[]): string[] {
  const calls = countCalls(statements);
  const defects = new Set<string>();
  for (let flags = 0; flags < 8; flags++)
    for (let outcomes = 0; outcomes < 1 << calls; outcomes++) {
      const run = new Run({ a: (flags & 1) > 0, b: (flags & 2) > 0, c: (flags & 4) > 0 }, outcomes, defects);
      run.go(statements);
      if (!run.crashed) run.lose();
    }
  return [...defects].sort();
}

/** Rules that speak of a function; of a pointer that was tested and found NULL none does. */
function diagnose(statements: readonly Statement[]): string[] {
  const service = createService();
  const source = `class Driver : public IOService { IOMemoryMap *fMap; UInt32 fCount;  void free() override { OSSafeReleaseNULL(fMap); IOService::free(); } };
void Driver::run(IOMemoryDescriptor *m, bool a, bool b, bool c)
{
IOMemoryMap *map = NULL;
${write(statements)}
}
`;
  service.setFile('Driver.cpp', source);
  return [...new Set(service.diagnose('Driver.cpp').map((finding) => finding.rule))].sort();
}

/** Whether a NULL that was tested for is used all the same: a defect of another kind, which runs can't tell apart. */
function testsForNull(statements: readonly Statement[]): boolean {
  return statements.some(
    (one) => one.kind === 'if' && (one.condition.kind === 'map' || testsForNull(one.then) || testsForNull(one.else)),
  );
}

test('a rule speaks exactly when some run has its defect', () => {
  fc.assert(
    fc.property(program, (statements) => {
      fc.pre(countCalls(statements) <= 6);
      const expected = runAll(statements);
      fc.pre(!expected.includes(plainNull));
      const said = diagnose(statements);
      const tested = testsForNull(statements);
      const keep = (rule: string): boolean => rule !== 'unchecked-null' || !tested;
      expect(said.filter(keep)).toEqual(expected.filter(keep));
      // With a test in it, a use that is not reported can only be one behind the test.
      if (tested) expect(expected).toEqual(expect.arrayContaining(said));
    }),
    { numRuns: 300, seed: 20 },
  );
});
