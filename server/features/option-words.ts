import type { ConstantDeclaration } from '../ir/declarations';
import type { ApiModel } from '../api/model';
import type { KnownBits } from '../symbolic/values';

/** One constant in an options word. */
export interface OptionWord {
  readonly name: string;
  readonly bits: bigint;
  /** What it does; empty where the name says it. */
  readonly doc: string;
}

/** An options word, read by the constants that belong there. */
export interface OptionsRead {
  readonly words: readonly OptionWord[];
  /** Set bits that no constant has. */
  readonly strange: bigint;
  /** Constants of which it isn't known whether they are set. */
  readonly open: readonly string[];
}

/** A mask whose bits hold one value, as the cache mode and the guard pages do. */
interface Field {
  readonly mask: bigint;
  readonly values: readonly ConstantDeclaration[];
}

// They select bits of several meanings, or are counts.
const isHelper = (name: string): boolean => /Shift$|OptionsMask$/.test(name);

/** kIODirectionInOut: what of its family is above is for prepare() and complete() alone. */
const inOut = 3n;

const valueOf = (constant: ConstantDeclaration): bigint => BigInt.asUintN(64, constant.value ?? 0n);

/** The values that exclude each other, of some families: constants inside of one that ends in "Mask". */
function fieldsOf(constants: readonly ConstantDeclaration[]): Field[] {
  const masks = constants.filter(({ name }) => name.endsWith('Mask') && !isHelper(name));
  return masks.map((mask) => ({
    mask: valueOf(mask),
    values: constants.filter((one) => !isMask(one) && valueOf(one) !== 0n && (valueOf(one) & ~valueOf(mask)) === 0n),
  }));
}

function isMask({ name }: ConstantDeclaration): boolean {
  return name.endsWith('Mask') || isHelper(name);
}

/** The constants of some families that can be OR-ed into a word. */
export function constantsOf(api: ApiModel, families: readonly string[]): readonly ConstantDeclaration[] {
  return families
    .flatMap((family) => api.family(family))
    .filter((one) => !isMask(one) && one.value !== undefined)
    .filter((one) => families.length === 1 || one.family !== 'direction' || valueOf(one) <= inOut);
}

/** Constants that can't stand beside each other, as values of one field: each group by its names. */
export function alternatives(api: ApiModel, families: readonly string[]): readonly ReadonlySet<string>[] {
  const all = families.flatMap((family) => api.family(family));
  return fieldsOf(all).map(({ values }) => new Set(values.map(({ name }) => name)));
}

/** What several paths agree on of a word's bits. */
export function agreedBits(all: readonly KnownBits[]): KnownBits | undefined {
  if (all.length === 0) return undefined;
  return all.reduce((a, b) => ({
    ones: a.ones & b.ones,
    zeros: a.zeros & b.zeros,
    named: [...a.named, ...b.named.filter(({ name }) => !a.named.some((one) => one.name === name))],
  }));
}

/** Which constants make up the known bits of a word; those named in the source win where several have the same bits. */
export function readOptions(api: ApiModel, families: readonly string[], bits: KnownBits): OptionsRead {
  const all = families.flatMap((family) => api.family(family));
  const usable = constantsOf(api, families).filter((one) => valueOf(one) !== 0n);
  const fields = fieldsOf(all);
  const words: OptionWord[] = [];
  let rest = bits.ones;
  const take = (constant: ConstantDeclaration): void => {
    const value = valueOf(constant);
    if (value === 0n || (rest & value) !== value) return;
    const field = fields.find(({ mask, values }) => values.includes(constant) && (rest & mask) !== 0n);
    if (field && (rest & field.mask) !== value) return;
    words.push({ name: constant.name, bits: value, doc: constant.doc });
    rest &= ~value;
  };
  const named = new Set(bits.named.map(({ name }) => name));
  for (const constant of usable) if (named.has(constant.name)) take(constant);
  for (const constant of usable) take(constant);
  words.sort((a, b) => (a.bits < b.bits ? -1 : 1));
  const unknown = ~(bits.ones | bits.zeros) & 0xffffffffn;
  const open = usable.filter((one) => (valueOf(one) & unknown) !== 0n && (valueOf(one) & bits.zeros) === 0n);
  return { words, strange: rest, open: open.map(({ name }) => name) };
}
