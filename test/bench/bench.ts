/**
 * Compares, in one run and by ratio, what this machine can tell: reading a text against tree-sitter's reading of it, and
 * an edit against a fresh start, and the simulator's and the interpreter's figures with the ones that they must keep.
 *
 *   npm run bench [-- FILE…]
 */
import { readFileSync } from 'node:fs';
import { createService } from '../../server/features/create-service';
import { Workspace } from '../../server/workspace/workspace';
import { seenByTreeSitter } from '../support/tree-sitter';
import { benchInterpreter } from './interpreter';
import { benchSimulator } from './simulator';

const rounds = 7;

/** The median of several runs, in milliseconds. */
async function median(run: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const from = performance.now();
    await run();
    times.push(performance.now() - from);
  }
  return times.toSorted((a, b) => a - b)[rounds >> 1]!;
}

function readAll(file: string, text: string): void {
  const workspace = new Workspace();
  workspace.setFile(file, text);
  workspace.readAll();
  workspace.functions(file);
}

/** Types a space into the last function's body and takes it back, with findings after each. */
async function edit(file: string, text: string): Promise<number> {
  const service = createService();
  service.setFile(file, text);
  service.diagnose(file);
  const at = text.lastIndexOf(';');
  let typed = 0;
  return median(() => {
    typed++;
    service.setFile(file, `${text.slice(0, at)}${' '.repeat(typed)}${text.slice(at)}`);
    service.diagnose(file);
  });
}

async function main(): Promise<void> {
  benchSimulator();
  benchInterpreter();
  const named = process.argv.slice(2);
  const files = named.length > 0 ? named : ['samples/FrameGrabber/FrameGrabber.cpp'];
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    const read = await median(() => readAll(file, text));
    const oracle = await median(() => seenByTreeSitter(text));
    const fresh = await median(() => {
      const service = createService();
      service.setFile(file, text);
      service.diagnose(file);
    });
    const edited = await edit(file, text);
    const speed = (milliseconds: number): string => `${(text.length / 1000 / milliseconds).toFixed(1)} MB/s`;
    console.log(`${file}, ${text.length} characters`);
    console.log(
      `  read and lowered    ${read.toFixed(1)} ms (${speed(read)}); tree-sitter reads in ${oracle.toFixed(1)} ms: ratio ${(read / oracle).toFixed(2)}`,
    );
    console.log(
      `  checked afresh      ${fresh.toFixed(1)} ms; after one character ${edited.toFixed(1)} ms: ratio ${(edited / fresh).toFixed(3)}`,
    );
  }
}

await main();
