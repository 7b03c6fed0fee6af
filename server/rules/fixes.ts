import { bitFamilies } from '../api/attributes';
import type { CallArgument, CallFacts, OptionTerm, Report } from '../symbolic/events';

type Fixed = Pick<Report, 'fix'>;

/** ORs constants into an options word; nothing where the call was written by a macro. */
export function withBits(call: CallFacts, options: CallArgument, names: string): Fixed {
  if (!call.written) return {};
  const { start, end } = options.span;
  const title = `Add ${names}`;
  if (options.constant === 0n && options.shape === 'constant')
    return { fix: { title, edits: [{ span: options.span, text: names }] } };
  const open = options.shape === 'other' ? '(' : '';
  const edits = [{ span: { start, end: start }, text: `${names} | ${open}` }];
  if (open !== '') edits.push({ span: { start: end, end }, text: ')' });
  return { fix: { title, edits } };
}

/** ORs a map option into the options of a call, also where they are left out and would be the next argument. */
export function withMapOption(call: CallFacts, name: string): Fixed {
  const index = call.declaration.parameters.findIndex((one) => bitFamilies(one).includes('kernel_map_options'));
  const options = call.arguments[index];
  if (options) return withBits(call, options, name);
  if (!call.written || index !== call.arguments.length) return {};
  const beforeParenthesis = { start: call.at.end - 1, end: call.at.end - 1 };
  return { fix: { title: `Add ${name}`, edits: [{ span: beforeParenthesis, text: index > 0 ? `, ${name}` : name }] } };
}

/** Takes out of an options word the constants that lie in some bits; nothing where one of them has other bits, too. */
export function withoutBits(call: CallFacts, options: CallArgument, mask: bigint): Fixed {
  const { terms } = options;
  const goes = ({ value }: OptionTerm): boolean => value !== undefined && (value & mask) !== 0n;
  const gone = terms.filter(goes);
  if (!call.written || gone.length === 0 || gone.some(({ value }) => (value! & ~mask) !== 0n)) return {};
  const title = `Remove ${gone.map(({ name, value }) => name ?? `0x${value!.toString(16)}`).join(' and ')}`;
  if (gone.length === terms.length) return instead(call, options, '0', title);
  const first = terms.findIndex((term) => !goes(term));
  const edits = terms.flatMap((term, index) => {
    if (!goes(term)) return [];
    const { start, end } = term.span;
    const span =
      index < first ? { start, end: terms[index + 1]!.span.start } : { start: terms[index - 1]!.span.end, end };
    return [{ span, text: '' }];
  });
  return { fix: { title, edits } };
}

/** Writes another constant in the place of one in an options word. */
export function exchanged(call: CallFacts, options: CallArgument, name: string, by: string): Fixed {
  const term = options.terms.find((one) => one.name === name);
  if (!call.written || !term) return {};
  return { fix: { title: `Use ${by} in place of ${name}`, edits: [{ span: term.span, text: by }] } };
}

/** Writes something else in an argument's place. */
export function instead(call: CallFacts, argument: CallArgument, text: string, title: string): Fixed {
  return call.written ? { fix: { title, edits: [{ span: argument.span, text }] } } : {};
}

/** Passes 0 for what has no effect; nothing where finding its value may do something. */
export function asZero(call: CallFacts, argument: CallArgument): Fixed {
  return argument.shape === 'other' ? {} : instead(call, argument, '0', 'Pass 0');
}
