import { describe, expect, it } from 'vitest';
import { createService } from '../../../server/features/create-service';

const header = `#include <IOKit/IOService.h>
#include <IOKit/IOMemoryDescriptor.h>
class Scope : public IOService {
    IOMemoryMap *fWindow;
public:
    void openWindow(IOMemoryDescriptor *memory);
    void free() override;
};
`;
const taking = '#include "Scope.h"\nvoid Scope::openWindow(IOMemoryDescriptor *memory) { fWindow = memory->map(); }\n';
const releasing = '#include "Scope.h"\nvoid Scope::free() { OSSafeReleaseNULL(fWindow); IOService::free(); }\n';
const forgetting = '#include "Scope.h"\nvoid Scope::free() { IOService::free(); }\n';

function scope(ending: string): ReturnType<typeof createService> {
  const service = createService();
  service.setFile('Scope.h', header);
  service.setFile('Scope.cpp', taking);
  service.setFile('End.cpp', ending);
  return service;
}

const rulesOf = (service: ReturnType<typeof createService>): string[] =>
  service.diagnose('Scope.cpp').map((finding) => finding.rule);

describe('a field whose class is spread over files', () => {
  it('is released in another file', () => {
    expect(rulesOf(scope(releasing))).toEqual([]);
  });

  it('is never released, and the path shows the method that was looked at', () => {
    const [finding] = scope(`${forgetting}static IOMemoryMap *other;\n`).diagnose('Scope.cpp');
    expect(finding?.rule).toBe('member-never-released');
    expect(finding?.path.map((step) => `${step.file}:${String(step.line)}`)).toEqual(['Scope.cpp:2', 'End.cpp:2']);
  });

  it('is told anew after an edit of the other file', () => {
    const service = scope(releasing);
    expect(rulesOf(service)).toEqual([]);
    service.setFile('End.cpp', `${forgetting}static IOMemoryMap *other;\n`);
    expect(rulesOf(service)).toEqual(['member-never-released']);
    service.setFile('End.cpp', releasing);
    expect(rulesOf(service)).toEqual([]);
  });

  it('is left alone while a function that names it cannot be read', () => {
    expect(rulesOf(scope(`${forgetting}void Scope::odd() { try { fWindow; } catch (...) {} }\n`))).toEqual([]);
  });
});
