import { describe, expect, it } from 'vitest';
import { createService } from '../../../server/features/create-service';

const header = `#include <IOKit/IOService.h>
#include <IOKit/IOMemoryDescriptor.h>
class Scope : public IOService {
    IOMemoryMap *fWindow;
    IOInterruptEventSource *fSource;
public:
    void openWindow(IOMemoryDescriptor *memory) { fWindow = memory->map(); }
    bool listen(IOService *provider);
    static bool look(OSObject *owner, IOFilterInterruptEventSource *source);
    void free() override { OSSafeReleaseNULL(fWindow); OSSafeReleaseNULL(fSource); IOService::free(); }
};
`;
const handler = `#include "Scope.h"
bool Scope::look(OSObject *owner, IOFilterInterruptEventSource *source)
{
    OSSafeReleaseNULL(((Scope *)owner)->fWindow);
    return true;
}
`;
const registering = (action: string, filter: string): string => `#include "Scope.h"
bool Scope::listen(IOService *provider)
{
    fSource = IOFilterInterruptEventSource::filterInterruptEventSource(this, ${action}, ${filter}, provider);
    return fSource != NULL;
}
`;

describe('a function that another file hands to the kernel', () => {
  it('is told anew when that file changes', () => {
    const service = createService();
    const rules = (): string[] => service.diagnose('Look.cpp').map(({ rule }) => rule);
    service.setFile('Scope.h', header);
    service.setFile('Look.cpp', handler);
    expect(rules()).toEqual([]);
    service.setFile('Listen.cpp', registering('&other', '&Scope::look'));
    expect(rules()).toEqual(['mapping-while-atomic']);
    service.setFile('Listen.cpp', registering('&Scope::look', '&other'));
    expect(rules()).toEqual([]);
    service.setFile('Listen.cpp', registering('&Scope::look', '&Scope::look'));
    expect(rules()).toEqual(['mapping-while-atomic']);
    service.removeFile('Listen.cpp');
    expect(rules()).toEqual([]);
  });

  it('is not the one of the same name in another file', () => {
    const service = createService();
    const free = (text: string): string => text.replaceAll('Scope::look', 'look');
    service.setFile('Scope.h', header);
    service.setFile('Look.cpp', free(handler).replace('bool look', 'static bool look'));
    service.setFile('Listen.cpp', registering('&other', '&look'));
    expect(service.diagnose('Look.cpp')).toEqual([]);
  });
});

describe('what a call does with locks', () => {
  const rulesOf = (body: string, before = ''): string[] => {
    const service = createService();
    const signature = 'void close(IOMemoryMap *window, IOSimpleLock *lock, IOSimpleLock *second, bool often)';
    service.setFile('a.cpp', `#include <IOKit/IOMemoryDescriptor.h>\n${before}\n${signature}\n{\n${body}\n}\n`);
    return service.diagnose('a.cpp').map(({ rule }) => rule);
  };

  it.each([
    [
      'the second lock is still held',
      'IOSimpleLockLock(lock); IOSimpleLockLock(second); IOSimpleLockUnlock(lock); window->unmap();',
    ],
    [
      'held on one of two ways',
      'if (often) IOSimpleLockLock(lock); window->unmap(); if (often) IOSimpleLockUnlock(lock);',
    ],
    [
      'round a loop',
      'for (int i = 0; i < 9; i++) { IOSimpleLockLock(lock); window->unmap(); IOSimpleLockUnlock(lock); }',
    ],
  ])('%s', (_, body) => {
    expect(rulesOf(body)).toContain('mapping-while-atomic');
  });

  it.each([
    [
      'given up on both ways',
      'IOSimpleLockLock(lock); if (often) { IOSimpleLockUnlock(lock); } else { IOSimpleLockUnlock(lock); } window->unmap();',
    ],
    ['code out of view runs', 'IOSimpleLockLock(lock); leave(); window->unmap();'],
    ['a callback runs', 'IOSimpleLockLock(lock); callback(); window->unmap();', 'extern void (*callback)();'],
    [
      'a helper two calls down gives it up',
      'IOSimpleLockLock(lock); outer(lock); window->unmap();',
      'static void inner(IOSimpleLock *lock) { IOSimpleLockUnlock(lock); }\nstatic void outer(IOSimpleLock *lock) { inner(lock); }',
    ],
  ])('%s', (_, body, before = '') => {
    expect(rulesOf(body, before)).not.toContain('mapping-while-atomic');
  });
});
