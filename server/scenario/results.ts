import type { KernelObject } from '../../sim/kernel-object';
import type { MemoryDescriptor } from '../../sim/memory-descriptor';
import type {
  AllocateResult,
  CodeResult,
  DescriptorResult,
  MapResult,
  NotModelled,
  Panic,
  ReadResult,
  ReleaseResult,
  UseAfterFree,
  WriteResult,
} from '../../sim/outcomes';
import { returnName } from '../../sim/returns';
import type { Task } from '../../sim/task';
import type { Call, StepResult } from './verb';

/** The machine's answers as results of steps. A verb that makes something defines its name here. */

/** Outcomes that mean the same for every call. */
export function failed(result: Panic | UseAfterFree | NotModelled): StepResult {
  switch (result.kind) {
    case 'panic':
      return { outcome: 'panic', reason: result.reason, why: result.why };
    case 'use-after-free':
      return {
        outcome: 'use-after-free',
        why: result.why,
        ...(result.object ? { about: { kind: 'object', object: result.object } } : {}),
      };
    case 'not-modelled':
      return { outcome: 'not-modelled', reason: result.what, why: `not modelled: ${result.what}` };
    default:
      return result satisfies never;
  }
}

/** No object was made: the name stands for NULL. */
export function nothing(call: Call, why: string, reason?: string): StepResult {
  call.scope.define(call.name, { kind: 'nothing', why });
  return { outcome: 'NULL', why, ...(reason === undefined ? {} : { reason }) };
}

export function made(call: Call, object: KernelObject, outcome: string, why: string): StepResult {
  call.scope.define(call.name, { kind: 'object', object });
  return { outcome, why, about: { kind: 'object', object } };
}

export function descriptorStep(call: Call, result: DescriptorResult): StepResult {
  switch (result.kind) {
    case 'descriptor':
      return made(call, result.descriptor, 'made', result.why);
    case 'null':
      return nothing(call, result.why);
    default:
      call.scope.spoil(call.name);
      return failed(result);
  }
}

export function mapStep(call: Call, result: MapResult): StepResult {
  switch (result.kind) {
    case 'map':
      return made(call, result.map, result.how, result.why);
    case 'null':
      return nothing(call, result.why, result.reason);
    default:
      call.scope.spoil(call.name);
      return failed(result);
  }
}

export function allocateStep(call: Call, task: Task, length: bigint, result: AllocateResult): StepResult {
  if (result.kind === 'null') return nothing(call, result.why);
  const memory = { kind: 'memory', name: call.name, task, address: result.address, length } as const;
  call.scope.define(call.name, memory);
  return { outcome: 'made', about: memory };
}

export function codeStep(object: KernelObject, result: CodeResult): StepResult {
  if (result.kind !== 'code') return failed(result);
  const outcome = result.code === 0 ? 'kIOReturnSuccess' : returnName(result.code);
  return { outcome, code: result.code, why: result.why, about: { kind: 'object', object } };
}

export function releaseStep(object: KernelObject, result: ReleaseResult): StepResult {
  const about = { kind: 'object', object } as const;
  switch (result.kind) {
    case 'released':
      return { outcome: result.freed ? 'freed' : 'released', why: result.why, about };
    case 'over-release':
      return { outcome: 'over-release', why: result.why, about };
    default:
      return failed(result);
  }
}

/** A call without an answer of its own, e.g. setLength(). */
export function doneStep(object: KernelObject, result: UseAfterFree | undefined): StepResult {
  return result ? failed(result) : { outcome: 'done', about: { kind: 'object', object } };
}

export function transferStep(
  object: MemoryDescriptor,
  result: { readonly kind: 'transferred'; readonly bytes: Uint8Array } | Panic | UseAfterFree,
): StepResult {
  if (result.kind !== 'transferred') return failed(result);
  return {
    outcome: 'transferred',
    value: BigInt(result.bytes.length),
    bytes: result.bytes,
    about: { kind: 'object', object },
  };
}

export function accessStep(task: Task, result: ReadResult | WriteResult): StepResult {
  const about = { kind: 'task', task } as const;
  switch (result.kind) {
    case 'bytes':
      return { outcome: 'read', bytes: result.bytes, about };
    case 'written':
      return { outcome: 'written', about };
    case 'fault':
      return { outcome: 'fault', reason: result.reason, why: result.why, at: result.address, about };
    default:
      return result satisfies never;
  }
}
