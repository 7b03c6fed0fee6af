import { describe, expect, it } from 'vitest';
import { Timeline } from '../../../sim/timeline';
import { inShort, simulate } from '../../support/simulate';

/**
 * A display that turns its front and back buffer round by redirect(), which exchanges what is in them
 * (osfmk/vm/vm_object.c, vm_object_transpose). In a development kernel an assertion that is false panics.
 */
const display = `
class Display : public IOService {
public:
  bool open();
  void close();
  void paint(volatile uint32_t *words, uint32_t color);
  IOReturn flip();
private:
  IOBufferMemoryDescriptor *fFront, *fBack;
  IOMemoryMap *fFrontMap, *fBackMap;
};

static const vm_size_t kFrameBytes = 0x8000;

bool Display::open() {
  const IOOptionBits options = kIODirectionInOut | kIOMemoryPageable;
  fFront = IOBufferMemoryDescriptor::inTaskWithOptions(NULL, options, kFrameBytes, page_size);
  fBack = IOBufferMemoryDescriptor::inTaskWithOptions(NULL, options, kFrameBytes, page_size);
  fFrontMap = fFront->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique);
  fBackMap = fBack->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique);
  return fFrontMap != NULL && fBackMap != NULL;
}

void Display::close() {
  OSSafeReleaseNULL(fFrontMap);
  OSSafeReleaseNULL(fBackMap);
  OSSafeReleaseNULL(fFront);
  OSSafeReleaseNULL(fBack);
}

void Display::paint(volatile uint32_t *words, uint32_t color) {
  for (vm_size_t at = 0; at < kFrameBytes / sizeof(uint32_t); at++)
    words[at] = color + (uint32_t)at;
}

IOReturn Display::flip() {
  bool opened = open();
  assert(opened);
  const uint32_t last = kFrameBytes / sizeof(uint32_t) - 1;
  const IOVirtualAddress address = fFrontMap->getVirtualAddress();
  volatile uint32_t *front = (volatile uint32_t *)address;
  volatile uint32_t *back = (volatile uint32_t *)fBackMap->getVirtualAddress();
  paint(front, 0xAA0000);
  paint(back, 0xBB0000);
  assert(front[0] == 0xAA0000 && back[last] == 0xBB0000 + last);

  IOReturn result = fFrontMap->redirect(fBack, 0, 0ULL);
  assert(result == kIOReturnSuccess);
  assert(fFrontMap->getVirtualAddress() == address);
  assert(front[0] == 0xBB0000 && front[last] == 0xBB0000 + last);
  assert(back[0] == 0xAA0000 && back[last] == 0xAA0000 + last);
  front[1] = 1;
  back[1] = 2;

  result = fFrontMap->redirect(fFront, 0, 0ULL);
  assert(result == kIOReturnSuccess);
  assert(front[0] == 0xAA0000 && front[1] == 2);
  assert(back[0] == 0xBB0000 && back[1] == 1);
  close();
  return result;
}
`;

const development = { values: { DEVELOPMENT: '1' } };

describe('a driver that redirects a map', () => {
  it('sees the other buffer at the same address, and gets back what was there', () => {
    const trace = simulate(display, 'Display::flip', development);
    expect(inShort(trace)).toMatchObject({ defects: [], outcome: 'kIOReturnSuccess' });
    const timeline = new Timeline(trace);
    const shown = trace.steps.flatMap((step, index) => {
      if (step.kind !== 'redirect') return [];
      const { maps, descriptors } = timeline.stateAt(index);
      const map = maps.find((each) => each.name === 'fFrontMap');
      return [{ at: map?.address, shows: descriptors.find((each) => each.id === map?.descriptor)?.name }];
    });
    expect(shown.map(({ shows }) => shows)).toEqual(['fBack', 'fFront']);
    expect(shown[0]?.at).toMatch(/^0xf/);
    expect(shown[1]?.at).toBe(shown[0]?.at);
  });

  it.each([
    ['front[0] == 0xBB0000 && front[last]', 'front[0] == 0xAA0000 && front[last]'],
    ['back[0] == 0xAA0000 && back[last]', 'back[0] == 0xBB0000 && back[last]'],
    ['front[1] == 2', 'front[1] == 1'],
  ])('fails where it expects something else: %s', (right, wrong) => {
    const trace = simulate(display.replace(right, wrong), 'Display::flip', development);
    expect(inShort(trace)).toMatchObject({ defects: ['panic'], outcome: 'panic' });
  });
});
