import { describe, expect, it } from 'vitest';
import {
  attribute,
  availability,
  bitFamilies,
  conventionalOwnership,
  environments,
  mapsContract,
  parameterEffect,
  parameterWith,
  returnContract,
} from '../../../server/api/attributes';
import { apiHeaders } from '../../../server/api/headers';
import { pointeeClass } from '../../../server/api/model';
import type { FunctionDeclaration } from '../../../server/ir/declarations';
import type { Type } from '../../../server/ir/types';
import { loadApi } from '../../../server/workspace/api-model';

const { model, macros } = loadApi();

function find(name: string, count?: number): FunctionDeclaration {
  const found = model.function(name, count);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

describe('the headers, read by the front end', () => {
  it('yield every class, constant and attribute that is written', () => {
    const text = apiHeaders.map((header) => header.text.replace(/\/\/.*$/gm, '')).join('\n');
    const classes = new Set(
      [...text.matchAll(/^(?:class|struct)(?: \[\[[^\]]*\]\])? (\w+)[^;{]*\{/gm)].map((match) => match[1]!),
    );
    expect([...classes].filter((name) => !model.class(name))).toEqual([]);
    const constants = [...text.matchAll(/^ {4}(k\w+)(?: \[\[[^\n]*\]\])? = /gm)].map((match) => match[1]!);
    expect(constants.length).toBeGreaterThan(150);
    expect(constants.filter((name) => model.constant(name)?.value === undefined)).toEqual([]);
    const returns = [...model.functions()].filter((fn) => fn.attributes.some(({ name }) => name === 'returns'));
    expect(returns.length).toBe(text.split('[[maplens::returns(').length - 1);
  });

  it('use no type that nothing declares', () => {
    const unknown = new Set<string>();
    const visit = (part: Type): void => {
      switch (part.kind) {
        case 'pointer':
        case 'reference':
          visit(part.to);
          break;
        case 'array':
          visit(part.of);
          break;
        case 'class':
          part.args?.forEach(visit);
          break;
        case 'function':
          visit(part.result);
          part.params.forEach(visit);
          break;
        case 'unknown':
          unknown.add(part.name ?? '?');
          break;
        case 'void':
        case 'bool':
        case 'int':
        case 'float':
        case 'enum':
          break;
        default:
          part satisfies never;
      }
    };
    for (const fn of model.functions()) [fn.result, ...fn.parameters.map(({ type }) => type)].forEach(visit);
    expect([...unknown].filter((name) => name !== 'T' && name !== 'Tag')).toEqual([]);
  });

  it('say of each call that answers with an object whose it is and whether it may be NULL', () => {
    const silent = [...model.functions()].filter((fn) => {
      const result = pointeeClass(fn.result);
      if (result === undefined || !model.isObject(result)) return false;
      const { ownership, nullable } = returnContract(fn);
      const asSet = attribute(fn, 'returns')?.args.includes('as_set') ?? false;
      return ownership === undefined || (nullable === undefined && !asSet);
    });
    expect(silent.map((fn) => fn.qualifiedName)).toEqual([]);
  });

  it('follow Apple’s naming rule, but for the exceptions that the table of the semantics names', () => {
    const exceptions = new Set<string>();
    for (const fn of model.functions()) {
      const result = pointeeClass(fn.result);
      const { ownership } = returnContract(fn);
      if (result === undefined || !model.isObject(result) || ownership === undefined || fn.class === undefined)
        continue;
      if (fn.attributes.some(({ name }) => name === 'cast' || name === 'detaches')) continue;
      if (conventionalOwnership(fn.name, result, environments(fn)[0]!) !== ownership) exceptions.add(fn.qualifiedName);
    }
    expect([...exceptions].sort()).toEqual([
      'IODataQueue::getMemoryDescriptor',
      'IOPCIDevice::ioDeviceMemory',
      'IOService::probe',
      'IOService::waitForService',
      'IOSharedDataQueue::getMemoryDescriptor',
    ]);
  });
});

describe('lookup', () => {
  it('goes along the base classes', () => {
    expect(model.lineage('IOBufferMemoryDescriptor')).toEqual([
      'IOBufferMemoryDescriptor',
      'IOGeneralMemoryDescriptor',
      'IOMemoryDescriptor',
      'OSObject',
      'OSMetaClassBase',
    ]);
    expect(model.method('IOBufferMemoryDescriptor', 'createMappingInTask')?.qualifiedName).toBe(
      'IOMemoryDescriptor::createMappingInTask',
    );
    expect(model.method('IOMemoryMap', 'release', 0)?.attributes).toMatchObject([
      { name: 'releases' },
      { name: 'blocks' },
    ]);
    expect(model.isObject('IOMemoryMap')).toBe(true);
    expect(model.isObject('IOLock')).toBe(false);
    expect(model.lineage('Nobody')).toEqual([]);
  });

  it.each([
    [0, 1],
    [1, 1],
    [3, 5],
    [5, 5],
    [9, 5],
  ])('takes the overload of map() for %i arguments: the one with %i parameters', (count, parameters) => {
    expect(model.method('IOMemoryDescriptor', 'map', count)?.parameters).toHaveLength(parameters);
  });

  it('merges what the kernel and DriverKit declare', () => {
    expect(environments(find('IOMemoryDescriptor::CreateMapping'))).toEqual(['driverkit']);
    expect(environments(find('IOMemoryDescriptor::createMappingInTask'))).toEqual(['kernel']);
    expect(environments(model.class('IOMemoryDescriptor')!)).toEqual(['kernel', 'driverkit']);
  });

  it('finds constants by name and family, fields and macros', () => {
    expect(model.constant('kIOMapPrefault')).toMatchObject({ value: 0x10000000n, family: 'kernel_map_options' });
    expect(model.family('cache_mode').map(({ value }) => value)).toEqual([0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n]);
    expect(model.field('IOExternalMethodArguments', 'structureInputDescriptor')?.attributes).toMatchObject([
      { name: 'borrows' },
      { name: 'client_memory' },
    ]);
    expect(macros.get('OSSafeReleaseNULL')?.parameters).toEqual(['inst']);
  });
});

describe('attributes', () => {
  it.each([
    ['IOMemoryDescriptor::createMappingInTask', { task: undefined, anywhere: false, static: false }],
    ['IOMemoryDescriptor::setMapping', { task: undefined, anywhere: false, static: true }],
    ['IOService::mapDeviceMemoryWithIndex', { task: 'kernel_task', anywhere: true, static: false }],
    ['IOMemoryDescriptor::CreateMapping', { task: 'current_task', anywhere: false, static: false }],
    ['IOMemoryDescriptor::getLength', undefined],
  ])('%s maps %j', (name, expected) => {
    expect(mapsContract(find(name))).toEqual(expected);
  });

  it.each([
    ['OSArray::setObject', 'anObject', 'keeps'],
    ['IOMultiMemoryDescriptor::withDescriptors', 'descriptors', 'keeps-elements'],
    ['IOUserClient::exportObjectToClient', 'obj', 'consumes'],
    ['IOUserClient::clientMemoryForType', 'memory', 'out-retained'],
    ['IOUserClient::removeMappingForDescriptor', 'memory', 'borrows'],
    ['IOLog', 'format', 'borrows'],
  ])('%s(%s) %s', (name, parameter, effect) => {
    expect(parameterEffect(find(name).parameters.find((each) => each.name === parameter)!)).toBe(effect);
  });

  it('tell families, positions, versions', () => {
    const map = find('IOMemoryDescriptor::createMappingInTask');
    expect(parameterWith(map, 'bits')?.index).toBe(2);
    expect(bitFamilies(map.parameters[2]!)).toEqual(['kernel_map_options']);
    expect(availability(map, 'since')).toEqual({ platform: 'macos', version: '10.5' });
    expect(availability(map, 'deprecated')).toBeUndefined();
    expect(map.doc).toMatch(/^Maps all or part of this memory into a task\./);
  });
});
