import type { DmaCommand, DmaSpecification } from '../../../sim/dma-command';
import { CallSite, type KernelTable } from '../call-site';
import { notModelled } from '../halt';
import { readInteger, writeInteger } from '../memory';
import { Aggregate, uint32, uint64, voidPointer, type Value } from '../values';
import { descriptorOf, optionBits } from './receivers';

/** IODMACommand (iokit/IOKit/IODMACommand.h) and access by physical addresses. */
export const dmaCommandCalls: KernelTable = {
  'IODMACommand::withSpecification': (site) => {
    const object = site.run.objects.make('IODMACommand', site.into);
    const name = site.into === '' ? 'command' : site.into;
    const dma = site.run.kernel.machine.dmaCommand(name, specification(site));
    if (!dma) return 0n;
    object.dma = dma;
    object.state.set('output', site.pointer(0));
    return object.region.base;
  },
  'IODMACommand::setMemoryDescriptor': (site) => {
    const memory = site.pointer(0);
    const found = memory === 0n ? undefined : descriptorOf(site, memory);
    return site.run.kernel.codeResult(commandOf(site).setMemoryDescriptor(found, site.bits(1, 1n) !== 0n));
  },
  'IODMACommand::clearMemoryDescriptor': (site) =>
    site.run.kernel.codeResult(commandOf(site).clearMemoryDescriptor(site.bits(0, 1n) !== 0n)),
  'IODMACommand::getMemoryDescriptor': (site) => memoryOf(site, commandOf(site).memory),
  'IODMACommand::getIOMemoryDescriptor': (site) => {
    const dma = commandOf(site);
    return memoryOf(site, dma.copy ?? dma.memory);
  },
  'IODMACommand::prepare': (site) =>
    site.run.kernel.codeResult(commandOf(site).prepare(site.bits(0), site.bits(1), site.bits(3, 1n) !== 0n)),
  'IODMACommand::complete': (site) => site.run.kernel.codeResult(commandOf(site).complete(site.bits(1, 1n) !== 0n)),
  'IODMACommand::synchronize': (site) => site.run.kernel.codeResult(commandOf(site).synchronize(optionBits(site, 0))),
  'IODMACommand::genIOVMSegments': (site) => segments(site),
  'IODMACommand::gen64IOVMSegments': (site) => segments(site),
  'IODMACommand::gen32IOVMSegments': (site) => segments(site),
  'IODMACommand::readBytes': (site) => {
    const bytes = new Uint8Array(Number(site.bits(2)));
    const done = transferred(site, commandOf(site).transfer(site.bits(0), bytes, false));
    site.run.typed.writeBytes(
      site.pointer(1),
      bytes.subarray(0, done),
      site.run.access(undefined, site.texts[1] ?? ''),
    );
    return BigInt(done);
  },
  'IODMACommand::writeBytes': (site) => {
    const access = site.run.access(undefined, site.texts[1] ?? '');
    const bytes = site.run.typed.readBytes(site.pointer(1), Number(site.bits(2)), access);
    return BigInt(transferred(site, commandOf(site).transfer(site.bits(0), bytes, true)));
  },
  ...Object.fromEntries([8, 16, 32, 64].flatMap((bits) => physicalAccess(bits / 8))),
};

function physicalAccess(size: number): readonly (readonly [string, (site: CallSite) => Value])[] {
  const bits = String(size * 8);
  return [
    [`IOMappedRead${bits}`, (site) => readInteger(site.run.kernel.machine.readPhysical(site.bits(0), size), 0, size)],
    [
      `IOMappedWrite${bits}`,
      (site) => {
        const bytes = new Uint8Array(size);
        writeInteger(bytes, 0, size, site.bits(1));
        site.run.kernel.machine.writePhysical(site.bits(0), bytes);
        return 0n;
      },
    ],
  ];
}

function commandOf(site: CallSite): DmaCommand {
  return (
    site.run.objects.at(site.receiver)?.dma ?? notModelled(`${site.name}() of a command that the run did not make`)
  );
}

function memoryOf(site: CallSite, memory: DmaCommand['memory']): Value {
  return memory ? site.run.objects.ofSim(memory, memory.class).region.base : 0n;
}

function transferred(site: CallSite, done: ReturnType<DmaCommand['transfer']>): number {
  if (typeof done === 'number') return done;
  site.run.kernel.codeResult(done);
  return 0;
}

/** Both forms of withSpecification: with the options in a struct, or one by one. */
function specification(site: CallSite): DmaSpecification {
  const narrow = /32$/.test(outputName(site, site.pointer(0)));
  const inStruct = site.types[1]?.kind === 'pointer';
  if (!inStruct) {
    const alignment = site.bits(5, 1n);
    return {
      narrow,
      addressBits: Number(site.bits(1)),
      maxSegmentSize: site.bits(2),
      maxTransferSize: site.bits(4, 0n),
      alignment,
      alignmentLength: 1n,
      alignmentInternalSegments: alignment,
      mappingOptions: optionBits(site, 3),
    };
  }
  const { run } = site;
  const base = site.pointer(1);
  const type = { kind: 'class', name: 'IODMACommand::SegmentOptions' } as const;
  const field = (name: string): bigint => {
    const layout = run.layouts.field(type, name) ?? notModelled(`IODMACommand::SegmentOptions::${name}`);
    const access = run.access(undefined, name);
    return run.integer(run.typed.load(base + BigInt(layout.offset), layout.type, access));
  };
  return {
    narrow,
    addressBits: Number(field('fNumAddressBits')),
    maxSegmentSize: field('fMaxSegmentSize'),
    maxTransferSize: field('fMaxTransferSize'),
    alignment: field('fAlignment'),
    alignmentLength: field('fAlignmentLength'),
    alignmentInternalSegments: field('fAlignmentInternalSegments'),
    mappingOptions: optionBits(site, 2),
  };
}

function outputName(site: CallSite, address: bigint): string {
  const target = site.run.callables.at(address);
  return target?.kind === 'function' ? target.name : '';
}

/** genIOVMSegments(&offset, segments, &numSegments): each segment goes through the output function. */
function segments(site: CallSite): Value {
  const { run } = site;
  const access = (index: number): ReturnType<typeof run.access> => run.access(undefined, site.texts[index] ?? '');
  const [offsetAt, into, countAt] = [site.pointer(0), site.pointer(1), site.pointer(2)];
  const dma = commandOf(site);
  const offset = run.integer(run.typed.load(offsetAt, uint64, access(0)));
  const result = dma.segments(offset, Number(run.integer(run.typed.load(countAt, uint32, access(2)))));
  if (result.kind !== 'segments') return run.kernel.codeResult(result);
  result.segments.forEach((segment, index) => {
    output(site, into, index, segment);
  });
  run.kernel.steps.note();
  if (result.code !== 0) return BigInt(result.code);
  run.store(offsetAt, uint64, result.offset, access(0));
  run.store(countAt, uint32, BigInt(result.segments.length), access(2));
  return 0n;
}

type Segment = { readonly address: bigint; readonly length: bigint };

function output(site: CallSite, into: bigint, index: number, segment: Segment): void {
  const { run } = site;
  const function_ = run.objects.at(site.receiver)?.state.get('output') ?? 0n;
  const [, order, bits] = /^IODMACommand::Output(Host|Little|Big)(32|64)$/.exec(outputName(site, function_)) ?? [];
  const pair = (size: number, big: boolean): Uint8Array => {
    const bytes = new Uint8Array(size * 2);
    writeInteger(bytes, 0, size, segment.address);
    writeInteger(bytes, size, size, segment.length);
    if (big) for (const at of [0, size]) bytes.subarray(at, at + size).reverse();
    return bytes;
  };
  if (order !== undefined) {
    const size = Number(bits) / 8;
    const bytes = pair(size, order === 'Big');
    run.typed.writeBytes(into + BigInt(index * size * 2), bytes, run.access(undefined, site.texts[1] ?? ''));
    return;
  }
  const bytes = pair(8, false);
  const value = new Aggregate(bytes, new Uint8Array(bytes.length).fill(1));
  const type = { kind: 'class', name: 'IODMACommand::Segment64' } as const;
  run.callables.call(
    function_,
    new CallSite(
      run,
      'segment function',
      0n,
      [site.receiver, value, into, BigInt(index)],
      [voidPointer, type, voidPointer, uint32],
      ['command', 'segment', 'segments', 'index'],
      { kind: 'bool' },
      site.place,
      site.text,
      '',
      true,
    ),
  );
}
