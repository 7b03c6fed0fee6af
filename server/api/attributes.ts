import type { Attribute, FunctionDeclaration, ParameterDeclaration } from '../ir/declarations';
import type { Type } from '../ir/types';

/** Questions to MapLens attributes; README.md lists the vocabulary. */

interface Attributed {
  readonly attributes?: readonly Attribute[];
}

export function attribute(of: Attributed, name: string): Attribute | undefined {
  return of.attributes?.find((candidate) => candidate.name === name);
}

export function has(of: Attributed, name: string): boolean {
  return attribute(of, name) !== undefined;
}

/** Who owns a reference that a call answers with. */
export type Ownership = 'retained' | 'borrowed';

export interface ReturnContract {
  /** Undefined where nothing is said. */
  readonly ownership: Ownership | undefined;
  /** Undefined where nothing can be claimed: nothing is said, or NULL hangs on what was set before (`as_set`). */
  readonly nullable: boolean | undefined;
}

export function returnContract(fn: Attributed): ReturnContract {
  const args = attribute(fn, 'returns')?.args ?? [];
  return {
    ownership: args.includes('retained') ? 'retained' : args.includes('borrowed') ? 'borrowed' : undefined,
    nullable: args.includes('nullable') ? true : args.includes('nonnull') ? false : undefined,
  };
}

export function isRetained(fn: Attributed): boolean {
  return returnContract(fn).ownership === 'retained';
}

/** What a call does with a reference that is passed to it. */
export type ParameterEffect =
  'borrows' | 'keeps' | 'keeps-elements' | 'consumes' | 'moves' | 'escapes' | 'out-retained' | 'out-borrowed';

export function parameterEffect(parameter: Attributed): ParameterEffect {
  const keeps = attribute(parameter, 'keeps');
  if (keeps) return keeps.args.includes('elements') ? 'keeps-elements' : 'keeps';
  if (has(parameter, 'consumes')) return 'consumes';
  if (has(parameter, 'moves')) return 'moves';
  if (has(parameter, 'escapes')) return 'escapes';
  const out = attribute(parameter, 'out');
  if (out) return out.args.includes('retained') ? 'out-retained' : 'out-borrowed';
  return 'borrows';
}

/** When a call has stored through its out-parameter: always, when it answers zero, or when it answers anything else. */
export type Success = 'always' | 'zero' | 'nonzero';

/** Zero for a kern_return_t, true for a bool, unless the attribute says it. */
export function outSuccess(parameter: Attributed, result: Type): Success {
  const said = attribute(parameter, 'out')?.args.find((arg) => arg === 'always' || arg === 'zero' || arg === 'nonzero');
  if (said === 'always' || said === 'zero' || said === 'nonzero') return said;
  return result.kind === 'void' ? 'always' : result.kind === 'bool' ? 'nonzero' : 'zero';
}

/** The parameter with that attribute, and its index. */
export function parameterWith(
  fn: FunctionDeclaration,
  name: string,
): { readonly index: number; readonly parameter: ParameterDeclaration } | undefined {
  const index = fn.parameters.findIndex((parameter) => has(parameter, name));
  return index < 0 ? undefined : { index, parameter: fn.parameters[index]! };
}

/** Families of constants that belong into a parameter; empty for one that is not an options word. */
export function bitFamilies(parameter: Attributed): readonly string[] {
  return attribute(parameter, 'bits')?.args ?? [];
}

/** What `maps` says: undefined for a call that makes no mapping. */
export interface MapsContract {
  /** The task where the call fixes it; else a parameter marked `task` gives it. */
  readonly task: 'kernel_task' | 'current_task' | undefined;
  /** The call adds kIOMapAnywhere itself. */
  readonly anywhere: boolean;
  /** A record only: no VM entry. */
  readonly static: boolean;
}

export function mapsContract(fn: Attributed): MapsContract | undefined {
  const maps = attribute(fn, 'maps');
  if (!maps) return undefined;
  const task = maps.args.find((arg) => arg === 'kernel_task' || arg === 'current_task');
  return {
    task: task === 'kernel_task' || task === 'current_task' ? task : undefined,
    anywhere: maps.args.includes('anywhere'),
    static: maps.args.includes('static'),
  };
}

export interface Version {
  readonly platform: string;
  /** As written, e.g. "10.5". */
  readonly version: string;
}

/** The version in `since(macos(10.5))` or `deprecated(macos(10.6))`. */
export function availability(of: Attributed, which: 'since' | 'deprecated'): Version | undefined {
  const match = /^(\w+)\s*\(\s*([\d.]+)\s*\)$/.exec(attribute(of, which)?.args[0] ?? '');
  return match ? { platform: match[1]!, version: match[2]! } : undefined;
}

/** Where a declaration exists; both when nothing is said. */
export function environments(of: Attributed): readonly ('kernel' | 'driverkit')[] {
  const named = (['kernel', 'driverkit'] as const).filter((name) => has(of, name));
  return named.length > 0 ? named : ['kernel', 'driverkit'];
}

/**
 * Apple's naming convention, for calls that nothing declares: what a method that answers with an object pointer does by
 * its name (OSMetaClass.h, DriverKit's OSObject.iig).
 */
export function conventionalOwnership(
  method: string,
  resultClass: string | undefined,
  environment: 'kernel' | 'driverkit',
): Ownership {
  if (environment === 'driverkit') return method.includes('Get') ? 'borrowed' : 'retained';
  return method.startsWith('get') && resultClass !== 'OSIterator' ? 'borrowed' : 'retained';
}
