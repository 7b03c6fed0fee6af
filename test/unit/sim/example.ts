import { Machine } from '../../../sim/machine';
import {
  kIODirectionInOut,
  kIOMapAnywhere,
  kIOMapGuardedSmall,
  kIOMapReadOnly,
  kIOMapUnique,
  kIOMemoryKernelUserShared,
} from '../../../sim/map-options';
import type { MemoryDescriptor } from '../../../sim/memory-descriptor';
import type { MemoryMap } from '../../../sim/memory-map';
import type { DescriptorResult, MapResult } from '../../../sim/outcomes';
import { Recorder } from '../../../sim/recorder';
import type { Trace } from '../../../sim/trace';

export function made<D extends MemoryDescriptor>(result: DescriptorResult<D>): D {
  if (result.kind !== 'descriptor') throw new Error(result.why);
  return result.descriptor;
}

export function mapped(result: MapResult): MemoryMap {
  if (result.kind !== 'map') throw new Error(JSON.stringify({ ...result, object: undefined }));
  return result.map;
}

/** A run with a bit of everything: a shared buffer, device memory, guards, a sub-map, a refused request, a leak. */
export function frameGrabber(machineName = 'macos-15.4-arm64'): Trace {
  const machine = new Machine(machineName);
  const task = machine.createTask('fTask');
  const bar = made(machine.deviceMemory(0x8_0000_0000n, BigInt(machine.pageSize)));
  machine.setName(bar, 'BAR 0');
  machine.setHolders(bar, ['provider']);
  const recorder = new Recorder(machine, 'FrameGrabber::mapRing');
  let line = 130;
  const step = (label: string): void => {
    line += 3;
    recorder.beginStep({
      label,
      place: { file: 'FrameGrabber.cpp', line, column: 5, endLine: line, endColumn: 5 + label.length },
    });
  };
  const hold = (object: MemoryMap | MemoryDescriptor, name: string): void => {
    recorder.named(object, name);
    recorder.hold(object, name);
  };
  recorder.assume({ what: 'fTask', value: 'a user task' });

  step('fRing = IOBufferMemoryDescriptor::inTaskWithOptions(kernel_task, …, 0x10000)');
  const ring = made(machine.bufferInTask(machine.kernelTask, kIODirectionInOut | kIOMemoryKernelUserShared, 0x10000n));
  hold(ring, 'fRing');
  step('fRegs = bar->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapGuardedSmall)');
  const registers = mapped(
    machine.createMappingInTask(bar, machine.kernelTask, 0n, kIOMapAnywhere | kIOMapGuardedSmall),
  );
  hold(registers, 'fRegs');
  step('kmap = fRing->map()');
  const kmap = mapped(machine.map(ring));
  hold(kmap, 'kmap');
  step('umap = fRing->createMappingInTask(fTask, 0, kIOMapAnywhere | kIOMapReadOnly)');
  const umap = mapped(machine.createMappingInTask(ring, task, 0n, kIOMapAnywhere | kIOMapReadOnly));
  hold(umap, 'umap');
  step('hdr = fRing->createMappingInTask(fTask, 0, kIOMapAnywhere | kIOMapReadOnly, 0, 0x4000)');
  const header = mapped(machine.createMappingInTask(ring, task, 0n, kIOMapAnywhere | kIOMapReadOnly, 0n, 0x4000n));
  hold(header, 'hdr');
  step('tail = fRing->createMappingInTask(fTask, 0, kIOMapReadOnly, 0xc000, 0x8000)');
  machine.createMappingInTask(ring, task, 0n, kIOMapReadOnly, 0xc000n, 0x8000n);
  step('rw = fRing->createMappingInTask(fTask, 0, kIOMapAnywhere | kIOMapUnique, 0x8000, 0x8000)');
  const writable = mapped(machine.createMappingInTask(ring, task, 0n, kIOMapAnywhere | kIOMapUnique, 0x8000n, 0x8000n));
  hold(writable, 'rw');
  step('umap->release()');
  machine.release(umap);
  recorder.drop(umap, 'umap');
  step('rw->release()');
  machine.release(writable);
  recorder.drop(writable, 'rw');
  step('OSSafeReleaseNULL(kmap)');
  machine.release(kmap);
  recorder.drop(kmap, 'kmap');
  recorder.endStep();
  recorder.drop(header, 'hdr');
  recorder.setHolders(ring, ['this->fRing']);
  recorder.setHolders(registers, ['this->fRegs']);
  line += 2;
  return recorder.finish(
    { kind: 'returned', value: 'kIOReturnIOError' },
    {
      label: 'return kIOReturnIOError',
      place: { file: 'FrameGrabber.cpp', line, column: 5, endLine: line, endColumn: 29 },
    },
  );
}
