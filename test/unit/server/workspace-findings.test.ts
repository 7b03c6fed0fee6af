import { afterEach, expect, test } from 'vitest';
import type { ProtocolConnection } from 'vscode-languageserver/node';
import { createService } from '../../../server/features/create-service';
import type { LanguageService } from '../../../server/features/service';
import { messages } from '../../../server/protocol';
import type { FileFindings, Reading } from '../../../server/protocol';
import { connectTo } from '../../support/connection';

const cleanup: (() => unknown)[] = [];
afterEach(() => {
  for (const clean of cleanup.splice(0)) clean();
});

async function start(service: LanguageService): Promise<ProtocolConnection> {
  const client = connectTo(service);
  cleanup.push(() => client.dispose());
  client.listen();
  await client.sendRequest('initialize', { processId: null, rootUri: null, capabilities: {} });
  await client.sendNotification('initialized', {});
  return client;
}

const leak = `class D : public IOService { public: IOReturn go(IOMemoryDescriptor *md); };
IOReturn D::go(IOMemoryDescriptor *md)
{
    IOMemoryMap *map = md->map();
    return map ? kIOReturnSuccess : kIOReturnVMError;
}
`;
const fine = 'class E : public IOService {};\n';

test('findings of all files come with their rule’s title and their path, by URI', async () => {
  const service = createService();
  service.setFile('file:///d/b.cpp', leak);
  service.setFile('file:///d/a.cpp', fine);
  const client = await start(service);
  const uris = await client.sendRequest<string[]>(messages.checkedFiles);
  expect(uris).toEqual(['file:///d/a.cpp', 'file:///d/b.cpp']);
  const [none, some] = await client.sendRequest<FileFindings[]>(messages.findings, { uris });
  expect(none).toEqual({ uri: 'file:///d/a.cpp', findings: [] });
  const [finding] = some!.findings;
  expect(finding).toMatchObject({
    uri: 'file:///d/b.cpp',
    rule: 'leaked-reference',
    title: 'A reference is leaked',
    function: 'D::go',
  });
  expect(finding!.path.length).toBeGreaterThan(1);
  for (const step of finding!.path) expect(step.uri).toBe('file:///d/b.cpp');
});

test('a suppressed finding is not listed', async () => {
  const service = createService();
  const known = leak.replace(/^(?=.*md->map)/m, '    // maplens-ignore-next-line leaked-reference -- kept\n');
  service.setFile('file:///d/b.cpp', known);
  expect(service.diagnose('file:///d/b.cpp').map(({ suppressed }) => suppressed?.reason)).toEqual(['kept']);
  const client = await start(service);
  const [all] = await client.sendRequest<FileFindings[]>(messages.findings, { uris: ['file:///d/b.cpp'] });
  expect(all!.findings.map(({ rule }) => rule)).toEqual([]);
});

test('what of a source is not understood is told by its constructs', async () => {
  const service = createService();
  service.setFile(
    'file:///d/c.cpp',
    `void go(IOMemoryDescriptor *md) { IOMemoryMap *map = md->map(); try { md->complete(); } catch (...) {} map->release(); }`,
  );
  const client = await start(service);
  const reading = await client.sendRequest<Reading>(messages.reading, { uri: 'file:///d/c.cpp' });
  expect(reading).toEqual({ functions: 1, part: 1, gaps: ['try'], budgetEnded: [] });
});

test('a question that fails is announced', async () => {
  const service = createService();
  const broken: LanguageService = {
    ...service,
    diagnose() {
      throw new Error('as told');
    },
  };
  broken.setFile('file:///d/b.cpp', leak);
  const client = await start(broken);
  const told = new Promise<{ what: string }>((done) => void client.onNotification(messages.failed, done));
  expect(await client.sendRequest(messages.findings, { uris: ['file:///d/b.cpp'] })).toEqual([]);
  expect(await told).toEqual({ what: 'findings' });
});
