import type { Ownership } from '../api/attributes';
import type { Claim } from '../ir/claim';
import type { FunctionDeclaration, ParameterDeclaration } from '../ir/declarations';
import type { Atomic } from './atomic';
import type { ClientNumber } from './client-data';
import type { RunsIn } from './registrations';
import type { Span } from './span';
import type { Preparation, Undoes } from './preparation';
import type { ObjectState, Outcome } from './state';
import type { KnownBits, Value } from './values';

/**
 * What happens on a path, as rules see it. The interpreter states facts; whether a fact is a defect is a rule's word.
 * Spans are relative to the start of the function's declaration.
 */
export type Event =
  /** The last pointer to an object is gone: nobody in view can give up its reference any more. */
  | {
      readonly kind: 'lost';
      readonly object: ObjectState;
      readonly how:
        /** The call's result is not used at all. */
        | 'dropped'
        /** The result is only used within its expression, as in `d->map()->getLength()`. */
        | 'chained'
        /** The local that held it took another value. */
        | 'overwritten'
        /** The local that held it left its scope. */
        | 'scope'
        /** The function returned. */
        | 'return';
      readonly at: Span;
      /** The function's closing brace rather than a return statement. */
      readonly implicit: boolean;
      /** On no path is an object of this call released, returned or handed on. False too where not all were followed. */
      readonly always: boolean;
    }
  /** release(), or another call that gives up one reference; `object` as it was before. */
  | {
      readonly kind: 'release';
      readonly object: ObjectState;
      readonly at: Span;
      readonly call: string;
      /** It is an IODMACommand that has memory. */
      readonly works: boolean;
      /** The call stands in the text itself. */
      readonly written: boolean;
    }
  /** The function ends with references of a parameter's object that it took and that nobody has. */
  | { readonly kind: 'kept'; readonly object: ObjectState; readonly at: Span }
  /** A counted object is returned by a function whose name says whose reference it is; `object` as it was before. */
  | {
      readonly kind: 'answer';
      readonly object: ObjectState;
      readonly at: Span;
      readonly function: string;
      readonly says: Ownership;
    }
  /** A call that needs memory with physical addresses; `object` is the descriptor, also where a map of it is asked. */
  | {
      readonly kind: 'physical-access';
      readonly object: ObjectState;
      readonly at: Span;
      readonly call: string;
      readonly prepared: Outcome | 'never';
    }
  /** complete() of a descriptor; `object` as it was before. `by`: the IODMACommand that has the memory. */
  | {
      readonly kind: 'complete';
      readonly object: ObjectState;
      readonly at: Span;
      readonly undoes: Undoes;
      readonly by: ObjectState | undefined;
    }
  /** A path returns an error and leaves prepared what it prepared itself, though another path completes that. */
  | {
      readonly kind: 'left-prepared';
      readonly object: ObjectState;
      readonly at: Span;
      readonly preparation: Preparation;
    }
  /** A smart pointer takes an object over with OSNoRetain, that is with a reference that somebody gives up; `object` as it was before. */
  | { readonly kind: 'adopted'; readonly object: ObjectState; readonly at: Span; readonly tag: Span }
  /** A plain pointer is returned to an object whose last reference a smart pointer of the function gives up. */
  | { readonly kind: 'dies-with-function'; readonly object: ObjectState; readonly at: Span }
  /** An object outlives the local variable whose memory it uses. `where`: what holds it; undefined where it is returned. */
  | {
      readonly kind: 'stack-memory';
      readonly object: ObjectState;
      readonly at: Span;
      readonly memory: string;
      readonly where: string | undefined;
    }
  /** An address is stored where an application gets it; `object` is the map or buffer whose address it is. */
  | { readonly kind: 'client-result'; readonly object: ObjectState; readonly at: Span }
  /** A descriptor is initialised while a map of it, `object`, is there. */
  | { readonly kind: 'drops-map'; readonly object: ObjectState; readonly at: Span; readonly call: string }
  /** free() of an object that somebody else may hold as well. */
  | { readonly kind: 'free'; readonly object: ObjectState; readonly at: Span }
  /** A method of an object, its memory, or the pointer as an argument of a call in view. */
  | { readonly kind: 'use'; readonly object: ObjectState; readonly at: Span; readonly how: string }
  /** An address that a map gave is used; `object` is the map. */
  | {
      readonly kind: 'address-use';
      readonly object: ObjectState;
      readonly at: Span;
      /** 'kept': the function ends and a field or global, `name`, still holds the address. */
      readonly how: 'read' | 'write' | 'argument' | 'return' | 'store' | 'kept';
      /** Of what is stored or kept: where, as it is written. */
      readonly name?: string;
    }
  /** A method is called on, or memory is accessed through, a pointer that is NULL when the call that made it fails. */
  | {
      readonly kind: 'null-use';
      readonly object: ObjectState;
      readonly at: Span;
      readonly how: string;
    }
  /** A call of a function that the API model declares and that has to do with memory, maps or tasks; before it runs. */
  | ({
      readonly kind: 'call';
      /** What of a number an application chose freely. */
      readonly fromClient: (value: Value) => ClientNumber | undefined;
    } & CallFacts)
  /** Memory is accessed at an index or offset that an application chose. */
  | { readonly kind: 'client-index'; readonly number: ClientNumber; readonly at: Span }
  /** A call of the API that may sleep, where nothing may. */
  | { readonly kind: 'blocking'; readonly call: string; readonly at: Span; readonly atomic: Atomic }
  /** Memory of a mapping is read or written where nothing may sleep. `object`: the map, `memory`: its descriptor. */
  | {
      readonly kind: 'atomic-access';
      readonly object: ObjectState;
      readonly memory: ObjectState | undefined;
      readonly at: Span;
      readonly atomic: Atomic;
    }
  /** A condition that decides a branch, or that an assertion takes for granted, with whatever it is computed from. */
  | {
      readonly kind: 'condition';
      readonly value: Value;
      readonly at: Span;
      /** The class of the object that a value points at. */
      readonly classOf: (value: Value) => string | undefined;
    }
  /** A path returns from a user client's method that hands out memory to map (`handsOutMemory`). */
  | {
      readonly kind: 'client-memory';
      /** Without its class. */
      readonly function: string;
      readonly at: Span;
      readonly value: Value | undefined;
      /** What the path has left behind parameters that are pointers to pointers. */
      readonly outs: readonly HandedOut[];
    }
  /** A user client's method that hands out memory stores the options to map it with. */
  | {
      readonly kind: 'client-options';
      /** Without its class. */
      readonly function: string;
      readonly at: Span;
      readonly bits: KnownBits;
      readonly constants: CallArgument['constants'];
    }
  /** An address that a map gave is converted to fewer bits, without a cast, where it is stored; `object` is the map. */
  | { readonly kind: 'address-cut'; readonly object: ObjectState; readonly at: Span; readonly bits: number }
  /** A cast that looks at the object's class. */
  | { readonly kind: 'cast'; readonly to: string; readonly at: Span }
  /** IOMemoryMap::redirect; `object` is the map. */
  | {
      readonly kind: 'redirect';
      readonly object: ObjectState;
      readonly at: Span;
      readonly options: KnownBits | undefined;
    };

/** What a parameter leaves with the caller. */
export interface HandedOut {
  readonly parameter: string;
  readonly value: Value;
  readonly at: Span;
  readonly object: ObjectState | undefined;
  /**
   * own: an object of this function with a reference to hand on. none: NULL. borrowed: what a field or the API's getter
   * holds, without a reference of the path's own. unknown: anything else.
   */
  readonly reference: 'own' | 'none' | 'borrowed' | 'unknown';
}

/** A call as the path makes it. */
export interface CallFacts {
  readonly declaration: FunctionDeclaration;
  /** The object that the method is called on, as it was before. */
  readonly receiver: ObjectState | undefined;
  readonly receiverValue: Value | undefined;
  /** The class of the pointer that the method is called through. */
  readonly receiverClass: string | undefined;
  readonly receiverSpan: Span | undefined;
  /** Those that are written; an omitted one has its default. */
  readonly arguments: readonly CallArgument[];
  readonly at: Span;
  /** The result is read by something. */
  readonly used: boolean;
  /** The call stands in the text itself, so that its parts may be edited; not so where a macro wrote it. */
  readonly written: boolean;
  /** In which context the kernel calls the function that makes the call; undefined where that isn't known. */
  readonly runs: RunsIn | undefined;
  /** The function that makes the call, without its class. */
  readonly caller: string;
}

/** none: NULL. current: current_task(). client: the task that a user client serves. */
export type TaskKind = 'none' | 'kernel' | 'current' | 'client';

/** What is kept of a call that made something, for functions that see only the field that holds it. */
export interface Making {
  readonly declaration: FunctionDeclaration;
  readonly arguments: readonly Pick<CallArgument, 'parameter' | 'task' | 'constant' | 'bits' | 'memory'>[];
}

export interface CallArgument {
  readonly parameter: ParameterDeclaration;
  readonly span: Span;
  readonly value: Value;
  /** The object that it points at, as it was before the call. */
  readonly object: ObjectState | undefined;
  /** What it points into, where it is the address of a variable: an object on the heap, or the stack. */
  readonly memory: 'object' | 'stack' | undefined;
  /** Of a parameter that is a task, where it is known. */
  readonly task: TaskKind | undefined;
  /** How it is written: a number or a constant's name, a variable, several things OR-ed, or anything else. */
  readonly shape: 'constant' | 'variable' | 'or' | 'other';
  /** Of an options word: what is OR-ed, as it is written, one after another. */
  readonly terms: readonly OptionTerm[];
  /** As a number, where every run of the path passes the same. */
  readonly constant: bigint | undefined;
  readonly bits: KnownBits;
  /** The constants OR-ed in that the API or the workspace declares. */
  readonly constants: readonly { readonly name: string; readonly value: bigint; readonly family: string }[];
}

export interface OptionTerm {
  readonly span: Span;
  /** Of a constant or a number. */
  readonly value: bigint | undefined;
  readonly name: string | undefined;
}

export interface Report {
  readonly at: Span;
  readonly message: string;
  /** Tells apart findings of one rule at one place; of those with equal keys one is shown. The creating call's span by default. */
  readonly about?: Span;
  /** The last step of the path, where it says more than the finding's own first line. */
  readonly step?: string;
  /** A change of the text that is right whatever the rest of the program does. */
  readonly fix?: Fix;
  /** It is about what no run shows, such as where memory lies. */
  readonly unshown?: true;
}

export interface Fix {
  /** What it does, as a command: "Add kIOMapAnywhere". */
  readonly title: string;
  /** Spans don't overlap; an empty one inserts. */
  readonly edits: readonly { readonly span: Span; readonly text: string }[];
}

/** A rule as the interpreter sees it. */
export interface Check {
  readonly id: string;
  check(event: Event): Report | undefined;
}

export interface PathMessage {
  readonly span: Span;
  readonly message: string;
}

/** A finding in one function; spans are relative to the start of its declaration. */
export interface SymbolicFinding {
  readonly rule: string;
  readonly span: Span;
  readonly message: string;
  readonly path: readonly PathMessage[];
  readonly fix: Fix | undefined;
  /** What a run on its path has to show; undefined where the finding has no path. */
  readonly claim: Claim | undefined;
}
