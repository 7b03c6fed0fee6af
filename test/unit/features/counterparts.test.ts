import { expect, test } from 'vitest';
import { createService } from '../../../server/features/create-service';
import { marked } from '../../support/marked';

const header = `class Grabber : public IOService { IOMemoryMap *fMap; IOMemoryDescriptor *fMemory; };
class Other : public IOService { IOMemoryMap *fMap; };
void Grabber::stop(IOService *provider) { OSSafeReleaseNULL(fMap); }
void Other::stop(IOService *provider) { OSSafeReleaseNULL(fMap); }
`;

/** "made 5; given up 7, 9". */
function places(body: string): string {
  const { service, file, line, column } = marked(`${header}${body}\n`);
  const { creations, releases } = service.counterparts(file, line, column);
  const lines = (all: typeof creations): string => all.map((each) => each.line).join(', ');
  return `made ${lines(creations)}; given up ${lines(releases)}`;
}

const local = (text: string): string =>
  `void Grabber::grab(IOMemoryDescriptor *md, bool flag)
{
    IOMemoryMap *map = md->map();
    if (!map) return;
    if (flag) { map->release(); return; }
    map->getLength();
    map->release();
}`.replace(text.replace('‖', ''), text);

test.each<[string, string]>([
  ['the variable where it is made', '*ma‖p = md'],
  ['the call that makes it', '= md->ma‖p()'],
  ['a use', 'map->get‖Length'],
  ['a release', '    ma‖p->release();\n}'],
  ['the word release', '    map->rel‖ease();\n}'],
])('of a local, from %s', (_, text) => {
  expect(places(local(text))).toBe('made 7; given up 9, 11');
});

test('of a field, from one method to another of the class', () => {
  const body = (text: string): string =>
    `void Grabber::grab()\n{\n    fMap = fMemory->map();\n}\nvoid Grabber::drop() { if (fMap) fMap->release(); fMap = NULL; }`.replace(
      text.replace('‖', ''),
      text,
    );
  expect(places(body('fM‖ap = fMemory'))).toBe('made 7; given up 3, 9');
  expect(places(body('fMemory->m‖ap()'))).toBe('made 7; given up 3, 9');
  expect(places(body('fMap->rele‖ase()'))).toBe('made 7; given up 3, 9');
});

test('nothing where there is no object', () => {
  expect(places('int f(int a‖) { return a; }')).toBe('made ; given up ');
});

test('a place tells its function and its line', () => {
  const { service, file, line, column } = marked(local('*ma‖p = md'));
  expect(service.counterparts(file, line, column).releases[0]).toMatchObject({
    file: 'driver.cpp',
    name: 'grab',
    text: 'if (flag) { map->release(); return; }',
  });
});

test('mappings are found by the letters of their names', () => {
  const service = createService();
  service.setFile('a.cpp', `${header}void Grabber::grab() { fMap = fMemory->map(); }\n`);
  service.setFile(
    'b.cpp',
    'void free(IOMemoryDescriptor *md, task_t t)\n{\n    md->createMappingInTask(t, 0, 1);\n}\n',
  );
  const names = (query: string): string[] => service.mappingSymbols(query).map(({ name, line }) => `${name}: ${line}`);
  expect(names('')).toEqual(['map of fMemory in Grabber::grab: 5', 'map of md in free: 3']);
  expect(names('fmem grab')).toEqual(['map of fMemory in Grabber::grab: 5']);
  expect(names('xyz')).toEqual([]);
});

test('rules that comments and configurations name', () => {
  const service = createService();
  service.setFile(
    'a.cpp',
    'int a; // maplens-ignore leaked-reference, no-such -- because\nconst char *s = "leaked-reference";\n',
  );
  expect(service.ruleLinks('a.cpp')).toEqual([
    { line: 1, column: 26, endLine: 1, endColumn: 42, rule: 'leaked-reference' },
  ]);
  const text = '{ "rules": {\n  "null-task": "off", "none": "null-task",\n  "tests/**": { "no-address" : "off" } } }';
  expect(
    service.ruleLinks('x/.maplens.json', text).map(({ line, column, rule }) => `${line}:${column} ${rule}`),
  ).toEqual(['2:4 null-task', '3:18 no-address']);
});
