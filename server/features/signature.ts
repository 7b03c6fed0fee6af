import type { FunctionDeclaration, ParameterDeclaration } from '../ir/declarations';
import type { Type } from '../ir/types';
import { typeName } from '../concrete/values';

/** A declaration as one line, and where its parameters stand in it (offsets, end exclusive). */
export interface SignatureText {
  readonly label: string;
  readonly parameters: readonly (readonly [start: number, end: number])[];
}

export function signatureOf(declaration: FunctionDeclaration): SignatureText {
  const parameters: [number, number][] = [];
  let label = `${typed(declaration.result, declaration.qualifiedName)}(`;
  for (const parameter of declaration.parameters) {
    if (parameters.length > 0) label += ', ';
    const text = parameterText(parameter);
    parameters.push([label.length, label.length + text.length]);
    label += text;
  }
  if (declaration.variadic) label += parameters.length > 0 ? ', ...' : '...';
  return { label: `${label})`, parameters };
}

function parameterText({ type, name, default: standard }: ParameterDeclaration): string {
  return typed(type, name) + (standard === undefined ? '' : ` = ${standard}`);
}

function typed(type: Type, name: string): string {
  const text = typeName(type).replace(/^task \*$/, 'task_t');
  return name === '' ? text : `${text}${text.endsWith('*') || text.endsWith('&') ? '' : ' '}${name}`;
}
