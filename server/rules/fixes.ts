import type { CallArgument, CallFacts, Report } from '../symbolic/events';

/** ORs constants into an options word; nothing where the call was written by a macro. */
export function withBits(call: CallFacts, options: CallArgument, names: string): Pick<Report, 'fix'> {
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

/** Writes something else in an argument's place. */
export function instead(call: CallFacts, argument: CallArgument, text: string, title: string): Pick<Report, 'fix'> {
  return call.written ? { fix: { title, edits: [{ span: argument.span, text }] } } : {};
}
