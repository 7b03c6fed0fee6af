import { describe, expect, it } from 'vitest';
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
