import { describe, expect, test } from 'vitest';
import { createService } from '../../../server/features/create-service';

/** What counts as a limit on a number that an application passed: each body maps `offset` and `length` at its end. */
function findings(body: string): readonly string[] {
  const service = createService();
  service.setFile(
    'Client.cpp',
    `class Client : public IOUserClient { IOMemoryDescriptor *fMemory; uint64_t fLimit; bool fits(uint64_t a, uint64_t b); };
bool unseen(uint64_t a, uint64_t b);
IOReturn Client::mapPart(IOExternalMethodArguments *arguments)
{
    uint64_t offset = arguments->scalarInput[0];
    uint64_t length = arguments->scalarInput[1];
    ${body}
    IOMemoryMap *map = fMemory->createMappingInTask(kernel_task, 0, kIOMapAnywhere, offset, length);
    if (map == NULL) return kIOReturnNoMemory;
    map->release();
    return kIOReturnSuccess;
}
`,
  );
  return service.diagnose('Client.cpp').map(({ rule, message }) => `${rule}: ${message.split('\n')[0]!}`);
}

const chosen = 'client-chosen-range: The application chooses this length';

describe('numbers from an application', () => {
  test.each([
    ['nothing is compared', ''],
    ['another number is compared', 'if (arguments->scalarInputCount < 2) return kIOReturnBadArgument;'],
    ['a lower limit is none', 'if (length < 16) return kIOReturnBadArgument;'],
    ['rounded to pages', 'length = (length + 0xfff) & ~0xfffULL;'],
    ['cast to another type of 64 bits', 'length = (int64_t)length;'],
  ])('free: %s', (_, body) => {
    expect(findings(body)).toEqual([`${chosen}, and nothing limits it`]);
  });

  test('free: only the sum is compared, which may have wrapped around', () => {
    const expected = [`${chosen}, and the sum that was compared may wrap around`];
    expect(findings('if (offset + length > fMemory->getLength()) return kIOReturnBadArgument;')).toEqual(expected);
    expect(findings('if (fMemory->getLength() < offset + length) return kIOReturnBadArgument;')).toEqual(expected);
  });

  test.each([
    ['an upper limit', 'if (length > 4096) return kIOReturnBadArgument;'],
    ['a limit in a field', 'if (length > fLimit) return kIOReturnBadArgument;'],
    ['the rest after the offset', 'if (length > fMemory->getLength() - offset) return kIOReturnBadArgument;'],
    ['the sum, looked at for wrapping', 'if (offset + length < offset) return kIOReturnBadArgument;'],
    ['an overflow check', 'uint64_t end; if (os_add_overflow(offset, length, &end)) return kIOReturnBadArgument;'],
    ['a mask', 'length &= 0xffff;'],
    ['a remainder', 'length %= 4096;'],
    ['the smaller of two', 'length = min(length, 4096);'],
    ['a smaller type', 'length = (uint32_t)length; offset = (uint32_t)offset;'],
    ['one of several', 'switch (length) { case 16: case 32: break; default: return kIOReturnBadArgument; }'],
    ['code that cannot be seen', 'if (!unseen(offset, length)) return kIOReturnBadArgument;'],
    ['a number of the driver’s own', 'length = fLimit;'],
    ['compared, whatever comes of it', 'if (length > fLimit) IOLog("long");'],
    ['no offset', 'offset = 0;'],
  ])('limited: %s', (_, body) => {
    expect(findings(body)).toEqual([]);
  });
});
