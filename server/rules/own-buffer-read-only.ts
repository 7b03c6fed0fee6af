import type { Event, Report } from '../symbolic/events';
import { optionsOf, sure } from './calls';
import { withoutBits } from './fixes';
import type { Rule } from './rule';

// xnu iokit/DriverKit/IOMemoryDescriptor.iig: kIOMemoryMapReadOnly.
const readOnly = 0x2n;

function check(event: Event): Report | undefined {
  if (event.kind !== 'call') return undefined;
  const options = optionsOf(event, 'driverkit_map_options');
  if (!options || !sure(options.bits.ones, readOnly)) return undefined;
  const made = event.receiver?.creation?.made;
  if (made?.declaration.name !== 'Create' || made.declaration.class !== 'IOBufferMemoryDescriptor') return undefined;
  return {
    at: options.span,
    about: event.at,
    message:
      "This mapping is writable: the buffer is the driver's own\n" +
      'kIOMemoryMapReadOnly has no effect on a buffer that the same driver made. Do not rely on it to catch a stray ' +
      'write.',
    ...withoutBits(event, options, readOnly),
  };
}

/** DriverKit maps a driver's own buffer writable whatever the options say. */
export const ownBufferReadOnly: Rule = {
  id: 'own-buffer-read-only',
  title: 'A read-only mapping of a buffer of its own',
  severity: 'warning',
  confidence: 'high',
  semantics: ['J97'],
  fix: 'takes `kIOMemoryMapReadOnly` out',
  check,
  explanation: `\`CreateMapping()\` makes a mapping read-only unless the task that asks is the one that created the buffer (xnu
\`IOUserServer.cpp\`, \`IOMemoryDescriptor::CreateMapping_Impl\`). A driver that maps its own buffer can write through the mapping
with or without \`kIOMemoryMapReadOnly\`.`,
  examples: {
    bad: [
      {
        title: 'Made and mapped by the same driver',
        source: `kern_return_t FrameGrabber::mapOwn(IOMemoryMap **map)
{
    IOBufferMemoryDescriptor *buffer = NULL;
    kern_return_t error = IOBufferMemoryDescriptor::Create(kIOMemoryDirectionOut, 4096, 0, &buffer);
    if (error != kIOReturnSuccess)
        return error;
    error = buffer->CreateMapping(kIOMemoryMapReadOnly, 0, 0, 0, 0, map);
//                                ^^^^^^^^^^^^^^^^^^^^ warning: This mapping is writable: the buffer is the driver's own
    OSSafeReleaseNULL(buffer);
    return error;
}
`,
      },
    ],
    good: [
      {
        title: 'Memory of somebody else',
        source: `kern_return_t FrameGrabber::mapForeign(IOMemoryDescriptor *memory, IOMemoryMap **map)
{
    return memory->CreateMapping(kIOMemoryMapReadOnly, 0, 0, 0, 0, map);
}
`,
      },
      {
        title: 'Writable, as it is',
        source: `kern_return_t FrameGrabber::mapOwnWritable(IOMemoryMap **map)
{
    IOBufferMemoryDescriptor *buffer = NULL;
    kern_return_t error = IOBufferMemoryDescriptor::Create(kIOMemoryDirectionOut, 4096, 0, &buffer);
    if (error != kIOReturnSuccess)
        return error;
    error = buffer->CreateMapping(kIOMemoryMapCacheModeInhibit, 0, 0, 0, 0, map);
    OSSafeReleaseNULL(buffer);
    return error;
}
`,
      },
    ],
  },
};
