import { describe, expect, it } from 'vitest';
import { createService } from '../../../server/features/create-service';
import { Timeline } from '../../../sim/timeline';

/** The maps that a run of `f` leaves in its last picture, each with who points to it. */
function mapsAtTheEnd(body: string): string[] {
  const service = createService();
  service.setFile(
    'a.cpp',
    `class D : public IOService { IOMemoryMap *fMap; void f(IOMemoryDescriptor *md); };\nvoid D::f(IOMemoryDescriptor *md) { ${body} }`,
  );
  const result = service.simulate({ file: 'a.cpp', function: 'D::f' });
  if (!result.ok) throw new Error(result.reason);
  const { maps } = new Timeline(result.trace).stateAt(result.trace.steps.length - 1);
  return maps.map((map) => `${map.freed ? 'freed' : 'alive'}: ${map.holders.join(' ')}`);
}

describe('at the end of a run', () => {
  it('a local that held a released map is gone with it', () => {
    expect(mapsAtTheEnd('IOMemoryMap *map = md->map(); if (map) map->release();')).toEqual(['freed: ']);
  });

  it('a field that still holds one points nowhere', () => {
    expect(mapsAtTheEnd('fMap = md->map(); if (fMap) fMap->release();')).toEqual(['freed: fMap']);
  });
});
