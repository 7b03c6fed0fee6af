/**
 * Reads source trees and says how much of them was understood, with an independent parser beside it:
 *
 *   npm run corpus -- DIRECTORY…
 *
 * A body counts as delimited exactly when our parse reads it to its closing brace; where tree-sitter reads a body
 * without an error, its end must be ours.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Workspace } from '../../server/workspace/workspace';
import { seenByTreeSitter } from '../support/tree-sitter';

function sources(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === '.git' || entry.isSymbolicLink()) return [];
    const inside = join(path, entry.name);
    if (entry.isDirectory()) return sources(inside);
    return /\.(?:c|cc|cpp|cxx|h|hh|hpp|hxx|iig)$/i.test(entry.name) ? [inside] : [];
  });
}

async function main(): Promise<void> {
  for (const root of process.argv.slice(2)) {
    const workspace = new Workspace();
    for (const path of sources(root)) {
      const text = readFileSync(path, 'utf8');
      // Objective-C headers belong to programs, not to drivers.
      if (/^\s*@(?:interface|protocol|class)\b/m.test(text)) continue;
      workspace.setFile(path, text);
    }
    workspace.readAll();
    const from = performance.now();
    const gaps = new Map<string, { count: number; example: string }>();
    let functions = 0;
    let whole = 0;
    let delimited = 0;
    let agreed = 0;
    let compared = 0;
    let bytes = 0;
    let unseen = 0;
    for (const file of workspace.readFiles()) {
      bytes += file.text.length;
      const seen = await seenByTreeSitter(file.text);
      const starts = new Set(
        file.chunks.flatMap((chunk) => (chunk.kind === 'function' ? [chunk.start + chunk.bodyStart] : [])),
      );
      const dead = file.chunks.filter((chunk) => chunk.kind === 'inactive');
      for (const start of seen?.bodies.keys() ?? []) {
        if (starts.has(start) || dead.some((chunk) => chunk.start <= start && start < chunk.end)) continue;
        unseen++;
        console.log(`  only the oracle sees a body: ${file.path}:${file.lines.position(start).line}`);
      }
      for (const lowered of workspace.functions(file.path)) {
        const { chunk } = lowered.entry;
        functions++;
        if (lowered.delimited) delimited++;
        const body = chunk.start + chunk.bodyStart;
        const end = seen?.bodies.get(body);
        if (end !== undefined) {
          compared++;
          if (end === chunk.end) agreed++;
          else console.log(`  differs: ${file.path}:${file.lines.position(chunk.start).line} ${lowered.qualifiedName}`);
        }
        const all = lowered.variants.flatMap((variant) => [variant, ...variant.closures].flatMap((fn) => fn.gaps));
        if (all.length === 0 && lowered.variants.length > 0) whole++;
        if (lowered.variants.length === 0) all.push({ construct: 'no function read', span: { start: 0, end: 0 } });
        for (const construct of new Set(all.map((gap) => gap.construct))) {
          const known = gaps.get(construct);
          const at = all.find((gap) => gap.construct === construct)!;
          if (known) known.count++;
          else
            gaps.set(construct, {
              count: 1,
              example: `${file.path}:${file.lines.position(chunk.start + at.span.start).line}`,
            });
        }
      }
    }
    const share = (part: number, of: number): string => (of === 0 ? '-' : `${((100 * part) / of).toFixed(2)} %`);
    console.log(root);
    console.log(
      `  ${workspace.readFiles().length} files, ${bytes} characters, ${functions} bodies, ${((performance.now() - from) / 1000).toFixed(1)} s with the oracle`,
    );
    console.log(
      `  delimited ${share(delimited, functions)}, lowered whole ${share(whole, functions)} (${functions - whole} not), oracle agrees on ${agreed} of ${compared}, and sees ${unseen} more`,
    );
    for (const [construct, { count, example }] of [...gaps].toSorted((a, b) => b[1].count - a[1].count))
      console.log(`  ${count} × ${construct}: ${example}`);
  }
}

await main();
