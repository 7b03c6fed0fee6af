import { expect, test } from 'vitest';
import { marked } from '../../support/marked';

const surroundings = `class Grabber : public IOService { IOMemoryMap *fMap; task_t fTask; bool fOpen; void drop(IOMemoryMap *map); };
class Other : public IOService { IOMemoryMap *fMap; };
void unseen(void *pointer);
void Grabber::stop(IOService *provider) { OSSafeReleaseNULL(fMap); }
void Other::stop(IOService *provider) { OSSafeReleaseNULL(fMap); }
void Grabber::drop(IOMemoryMap *map) { map->release(); }
`;

/** The hover's Markdown after the declaration, its lines joined by " / "; the function's first line is line 8. */
function state(body: string): string {
  const text = `${surroundings}void Grabber::grab(IOMemoryDescriptor *md, IOMemoryMap *given, bool flag)
{
${body}
}
`;
  const { service, file, line, column } = marked(text);
  const markdown = service.hover(file, line, column)?.markdown ?? 'nothing';
  return markdown
    .replace(/^```cpp\n.*\n```\n\n/, '')
    .split('\n')
    .filter((each) => each !== '')
    .join(' / ');
}

const made = 'IOMemoryMap *map = md->createMappingInTask(fTask, 0, kIOMapAnywhere | kIOMapReadOnly);';
const owned = 'live: this function has 1 reference to give up';

test.each<[string, string, string]>([
  [
    'what a variable takes',
    made.replace('*map', '*ma‖p'),
    `**Here, depending on the path:** / - ${owned} / - NULL / - Made by \`createMappingInTask()\` at line 9 / - Mapped in \`fTask\` from \`md\`: \`kIOMapAnywhere | kIOMapReadOnly\``,
  ],
  [
    'after a test for NULL it is live',
    `${made}\nif (!map) return;\nma‖p->getLength();\nmap->release();`,
    `**Here:** ${owned} / - Made by \`createMappingInTask()\` at line 9 / - Mapped in \`fTask\` from \`md\`: \`kIOMapAnywhere | kIOMapReadOnly\` / - Given up at line 12`,
  ],
  [
    'a release says what is before and after it',
    `${made}\nif (!map) return;\nma‖p->release();`,
    `**Here:** ${owned} / **After this:** released at line 11: the pointer dangles / `,
  ],
  [
    'released on one of two paths',
    `${made}\nif (!map) return;\nif (flag)\n    map->release();\nunseen(ma‖p);`,
    `**Here, depending on the path:** / - ${owned} / - released at line 12: the pointer dangles / `,
  ],
  [
    'a retained map takes two releases',
    `${made}\nif (!map) return;\nmap->retain();\nma‖p->release();\nmap->release();`,
    'live: this function has 2 references to give up',
  ],
  [
    'a helper that releases',
    `${made}\nif (!map) return;\ndrop(map);\nma‖p->getLength();`,
    '**Here:** released at line 11: the pointer dangles',
  ],
  [
    'unmapped, but not released',
    `${made}\nif (!map) return;\nmap->unmap();\nma‖p->release();`,
    'unmapped at line 11, its address is invalid; the object is live: this function has 1 reference to give up',
  ],
  [
    'a field holds the reference',
    `${made}\nif (!map) return;\nfMap = map;\nma‖p->getLength();`,
    '**Here:** live: `fMap` holds its reference / ',
  ],
  [
    'a smart pointer',
    'OSSharedPtr<IOMemoryMap> map(md->map(), OSNoRetain);\nif (!map) return;\nma‖p->getLength();',
    '**Here:** live: a smart pointer gives its reference up / ',
  ],
  ['a buffer', 'auto *b = IOBufferMemoryDescriptor::withCapacity(64, kIODirectionIn);\nif (b) ‖b->release();', owned],
  [
    'a descriptor that its map retains',
    `auto *b = IOBufferMemoryDescriptor::withCapacity(64, kIODirectionIn);
if (!b) return;
fMap = b->map();
if (!fMap) return;
b->release();
‖b->getLength();`,
    'what retains it keeps it',
  ],
  ['a local that is NULL', 'IOMemoryMap *map = NULL;\nif (flag) map = md->map();\nma‖p->getLength();', '- NULL'],
])('%s', (_, body, expected) => {
  expect(state(body)).toContain(expected);
});

test('a field says where its class sets it and gives it up, and another class does not matter', () => {
  expect(state('if (!fMap)\n    fMap = md->map();\nunseen(fM‖ap);')).toMatch(
    /\*\*In the class\*\* \/ - Set in `grab` \(line 10\) \/ - Given up in `stop` \(line 4\)$/,
  );
});

test.each([
  ['the caller’s object', 'gi‖ven->getLength();'],
  ['what was given to code out of view', `${made}\nif (!map) return;\nunseen(map);\nma‖p->getLength();`],
  ['an object that is no counted one', 'int count = 1;\nunseen(&cou‖nt);'],
  ['what another function returned', 'IOMemoryMap *map = other();\nma‖p->getLength();'],
])('nothing is said of %s', (_, body) => {
  expect(state(body)).toBe('nothing');
});

test('lines are links where the file has a URI', () => {
  const text = `void f(IOMemoryDescriptor *md)\n{\n    IOMemoryMap *map = md->map();\n    if (map) map->release();\n}\n`;
  const { service } = marked(text);
  service.setFile('file:///d.cpp', text);
  expect(service.hover('file:///d.cpp', 4, 9)?.markdown).toContain('[line 3](file:///d.cpp#L3)');
});
