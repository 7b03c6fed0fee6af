import { describe, expect, it } from 'vitest';
import { createService } from '../../../server/features/create-service';
import { loadApi } from '../../../server/workspace/api-model';
import { availability } from '../../../server/api/attributes';

describe('constants of the API', () => {
  const { model } = loadApi();
  const since = (name: string): unknown => {
    const constant = model.constant(name);
    return constant && availability({ attributes: constant.attributes ?? [] }, 'since');
  };

  it.each(['kIOMapPrefault', 'kIOMapOverwrite', 'kIOMapGuardedSmall'])('%s says since when it exists', (name) =>
    expect(since(name)).toBeDefined(),
  );
  it('kIOMapAnywhere is as old as the call', () => expect(since('kIOMapAnywhere')).toBeUndefined());
});

it('knows TRUE and FALSE in checks: a way that FALSE closes is none', () => {
  const leaks = (condition: string): number => {
    const service = createService();
    service.setFile(
      'a.cpp',
      `#include <IOKit/IOMemoryDescriptor.h>
      IOReturn f(IOMemoryDescriptor *memory) {
        IOMemoryMap *map = memory->map();
        if (!map) return kIOReturnNoMemory;
        if (${condition}) return kIOReturnError;
        map->release();
        return kIOReturnSuccess;
      }`,
    );
    return service.diagnose('a.cpp').filter(({ rule }) => rule === 'leaked-reference').length;
  };
  expect([leaks('FALSE'), leaks('TRUE != FALSE')]).toEqual([0, 1]);
});
