import { isName, type ScenarioDocument } from './document';
import type { NameSort } from './fields';
import { memberFormOf, nameForms, subjectFormOf, type MemberForm, type NameForm } from './step-form';
import { verbNamed } from './steps/index';

/** Members that a step is better with, though it may be without them. */
const extras: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  map: { options: 'kIOMapAnywhere' },
  mapDevice: { options: 'kIOMapAnywhere' },
  mapRegister: { options: 'kIOMapAnywhere' },
  connectMap: { options: 'kIOMapAnywhere' },
  buffer: { options: 'kIODirectionInOut|kIOMemoryKernelUserShared' },
  describe: { options: 'kIODirectionInOut' },
};

/** What new things are called. */
const nouns: Readonly<Record<NameSort, string>> = {
  descriptor: 'memory',
  map: 'view',
  memory: 'block',
  task: 'child',
  device: 'card',
  client: 'client',
  call: 'call',
  queue: 'queue',
  instance: 'driver',
};

const sortWords: Readonly<Record<NameSort, string>> = {
  descriptor: 'a descriptor',
  map: 'a map',
  memory: 'allocated memory',
  task: 'a task',
  device: 'a device',
  client: 'a user client',
  call: 'an external method’s call',
  queue: 'a data queue',
  instance: 'an instance of the driver',
};

/** A step of a verb with all that it needs, to be put before the step `index`; or why there can be none. */
export function newStep(
  document: ScenarioDocument,
  verbName: string,
  index: number,
): Readonly<Record<string, unknown>> | string {
  const verb = verbNamed(verbName);
  if (!verb) return `there is no verb "${verbName}"`;
  if (verbName === 'run' && !document.sources.length) return '"run" needs a driver: name its sources in "sources"';
  const all = nameForms(document);
  const names = all.filter(({ step }) => step < index);
  const given = new Map<string, unknown>();
  const subject = subjectFormOf(verb);
  const value = verb.makes ? freeName(nouns[subject.makes ?? 'descriptor'], all) : valueOf(subject, verbName, names);
  if (value === undefined) return missing(verbName, subject);
  given.set(verbName, value);
  const wanted = new Map(Object.entries(extras[verbName] ?? {}));
  if (verbName === 'describe') {
    const memory = names.findLast(({ sort }) => sort === 'memory');
    if (!memory) return '"describe" needs memory: add "allocate" first';
    const owner = memory.owner ?? 'kernel_task';
    for (const [key, each] of Object.entries({ task: owner, address: memory.name, length: `${memory.name}.length` }))
      wanted.set(key, each);
  }
  for (const name of Object.keys(verb.fields)) {
    const form = memberFormOf(verb, name)!;
    if (wanted.has(name)) given.set(name, wanted.get(name));
    else if (form.required) {
      const each = valueOf(form, verbName, names);
      if (each === undefined) return missing(verbName, form);
      given.set(name, each);
    }
  }
  return Object.fromEntries(given);
}

function missing(verb: string, { wants, description }: MemberForm): string {
  const what = wants.map((sort) => sortWords[sort]).join(' or ');
  return what ? `"${verb}" needs ${what}, and nothing before this place makes one` : `"${verb}" needs: ${description}`;
}

function valueOf(form: MemberForm, verb: string, names: readonly NameForm[]): unknown {
  switch (form.kind) {
    case 'name': {
      const fit = names.filter(({ sort }) => form.wants.includes(sort));
      // A mapping is wanted in a task, most of all in one of the user's; memory is the kernel's at first.
      const user = fit.find(({ sort, name }) => sort === 'task' && name !== 'kernel_task');
      const tasks = form.wants.includes('task');
      if (tasks) return form.name === 'task' ? 'kernel_task' : (user?.name ?? 'kernel_task');
      return fit.at(-1)?.name ?? (form.nullable ? null : undefined);
    }
    case 'number':
      if (/^(at|address)$/.test(form.name))
        return names.findLast(({ sort }) => sort === 'map' || sort === 'memory')?.name ?? 0;
      if (/^(read|readBytes)$/.test(verb) && form.name === 'length') return 16;
      return /size|capacity|length/i.test(form.name) ? '1P' : 0;
    case 'options':
      return form.families.includes('direction') ? 'kIODirectionInOut' : '0';
    case 'flag':
      return true;
    case 'choice':
      return form.words[0];
    case 'text':
      return verb === 'check' ? 'machine' : '…';
    case 'json':
      if (form.wants.includes('descriptor'))
        return names.filter(({ sort }) => sort === 'descriptor').map(({ name }) => name);
      return form.name === 'bytes' ? '11 22 33 44' : undefined;
    default:
      return form.kind satisfies never;
  }
}

function freeName(noun: string, taken: readonly NameForm[]): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? noun : `${noun}${String(number)}`;
    if (isName(name) && !taken.some((one) => one.name === name)) return name;
  }
}
