import { has } from '../api/attributes';
import type { Event, Report } from '../symbolic/events';
import type { FieldHistory, FieldReport } from '../symbolic/field-history';
import { mapBits, mapRequest, sure } from './calls';
import type { Rule } from './rule';
import { isCertain, nameOf } from './wording';

const why =
  'A mapping that exists already is handed out again to whoever asks for the same memory, task and range, each with a ' +
  'reference. unmap() takes it from all of them. Call release() only: the last one removes the mapping.';

function check(event: Event): Report | undefined {
  if (event.kind !== 'call' || !has(event.declaration, 'frees_mapping')) return undefined;
  const map = event.receiver;
  const made = map?.creation?.made;
  if (!made || !isCertain(map)) return undefined;
  const request = mapRequest(made);
  if (!request || !sure(request.zeros, mapBits.unique)) return undefined;
  // Nobody else can map what only this function knows.
  if (made.receiver?.origin === 'created' && !made.receiver.escaped) return undefined;
  return {
    at: event.at,
    about: made.at,
    message: `unmap() of ${nameOf(map)}, which others may share\n${why}`,
    step: `unmap() removes the mapping of ${nameOf(map)}`,
  };
}

/** Calls that map what belongs to a provider, and that other drivers map as well. */
const mapsProvidersMemory = /^mapDeviceMemoryWith/;

function checkField(history: FieldHistory): readonly FieldReport[] {
  const take = history.takes.find(
    ({ call, options }) => mapsProvidersMemory.test(call) && options !== undefined && (options & mapBits.unique) === 0n,
  );
  if (!take) return [];
  const { name } = history.field;
  return history.uses
    .filter(({ kind, what }) => kind === 'calls' && what === 'unmap')
    .map(({ fn, at }) => ({
      fn,
      at,
      message: `unmap() of '${name}', which others may share\n${why}`,
      steps: [{ fn: take.fn, span: take.created, message: `'${name}' takes the map from ${take.call}()` }],
    }));
}

/** unmap() on a map made without kIOMapUnique of memory that others know. */
export const unmapOfSharedMap: Rule = {
  id: 'unmap-of-shared-map',
  title: 'unmap() of a map that others may share',
  severity: 'warning',
  confidence: 'medium',
  semantics: ['J13'],
  check,
  checkField,
  explanation: `A request for a mapping is answered with a map of the same memory that fits, where there is one (xnu
\`IOMemoryDescriptor.cpp\`, \`IOMemoryMap::copyCompatible\`): two drivers that map a device's registers hold one map, with a
reference each. \`unmap()\` removes the mapping at once and sets the address to 0 for both; the other driver's next access
is a fault. \`release()\` does what is wanted: the mapping goes with the last reference.

Nothing is said of maps made with \`kIOMapUnique\`, and of memory that nobody else knows.`,
  examples: {
    bad: [
      {
        title: "A provider's registers",
        source: `IOReturn FrameGrabber::probeRegisters(IOService *provider, UInt32 *version)
{
    IOMemoryMap *map = provider->mapDeviceMemoryWithIndex(0);
    if (map == NULL)
        return kIOReturnNoMemory;
    *version = *(volatile UInt32 *)map->getVirtualAddress();
    map->unmap();
//  ^^^^^^^^^^^^ warning: unmap() of 'map', which others may share
    map->release();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: 'From start() to stop()',
        source: `class Scope : public IOService {
    IOMemoryMap *fWindow;
public:
    bool start(IOService *provider) override;
    void stop(IOService *provider) override;
};

bool Scope::start(IOService *provider)
{
    fWindow = provider->mapDeviceMemoryWithIndex(0);
    return fWindow != NULL;
}

void Scope::stop(IOService *provider)
{
    fWindow->unmap();
//  ^^^^^^^^^^^^^^^^ warning: unmap() of 'fWindow', which others may share
    fWindow->release();
    IOService::stop(provider);
}
`,
      },
    ],
    good: [
      {
        title: 'release() is enough',
        source: `IOReturn FrameGrabber::readVersion(IOService *provider, UInt32 *version)
{
    IOMemoryMap *map = provider->mapDeviceMemoryWithIndex(0);
    if (map == NULL)
        return kIOReturnNoMemory;
    *version = *(volatile UInt32 *)map->getVirtualAddress();
    map->release();
    return kIOReturnSuccess;
}
`,
      },
      {
        title: "A map of one's own",
        source: `void FrameGrabber::touchOwn(IOMemoryDescriptor *memory)
{
    IOMemoryMap *map = memory->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique);
    if (map == NULL)
        return;
    map->unmap();
    map->release();
}
`,
      },
      {
        title: 'Memory that nobody else knows',
        source: `void FrameGrabber::touchBuffer()
{
    IOBufferMemoryDescriptor *buffer = IOBufferMemoryDescriptor::withCapacity(4096, kIODirectionInOut);
    if (buffer == NULL)
        return;
    IOMemoryMap *map = buffer->createMappingInTask(kernel_task, 0, kIOMapAnywhere);
    if (map != NULL) {
        map->unmap();
        map->release();
    }
    buffer->release();
}
`,
      },
      {
        title: 'A unique one, from start() to stop()',
        source: `class Scope : public IOService {
    IOMemoryMap *fWindow;
public:
    bool start(IOService *provider) override;
    void stop(IOService *provider) override;
};

bool Scope::start(IOService *provider)
{
    fWindow = provider->mapDeviceMemoryWithIndex(0, kIOMapUnique);
    return fWindow != NULL;
}

void Scope::stop(IOService *provider)
{
    fWindow->unmap();
    fWindow->release();
    IOService::stop(provider);
}
`,
      },
      {
        title: "A buffer's map, from start() to stop()",
        source: `class Scope : public IOService {
    IOMemoryMap *fWindow;
public:
    bool open(IOMemoryDescriptor *memory);
    void free() override;
};

bool Scope::open(IOMemoryDescriptor *memory)
{
    fWindow = memory->map();
    return fWindow != NULL;
}

void Scope::free()
{
    fWindow->unmap();
    fWindow->release();
    IOService::free();
}
`,
      },
    ],
  },
};
