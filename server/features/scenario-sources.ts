/**
 * The files that a member of a scenario's "sources" stands for.
 * @param scenario the scenario's file, by whatever name the workspace gives files: a path or a URI.
 * @param source relative to it; with a slash at its end a folder, of which all sources below are meant.
 */
export function sourcesOf(scenario: string, source: string, files: readonly string[]): readonly string[] {
  const wanted = plain(sourcePath(scenario, source));
  return isFolder(source)
    ? files.filter((file) => plain(file).startsWith(wanted)).toSorted()
    : files.filter((file) => plain(file) === wanted);
}

/** How the front doors name it: the scenario's own path or URI, with the relative path walked. */
export function sourcePath(scenario: string, source: string): string {
  const isUri = /^[a-z][a-z0-9+.-]+:/i.test(scenario);
  const parts = scenario.split('/').slice(0, -1);
  const steps = source
    .replaceAll('\\', '/')
    .split('/')
    .map((step) => (isUri ? encodeURIComponent(step) : step));
  for (const step of steps.slice(0, -1)) walk(parts, step);
  const last = steps.at(-1)!;
  if (last === '.' || last === '..') {
    walk(parts, last);
    parts.push('');
  } else parts.push(last);
  return parts.join('/');
}

/** Whether a member of "sources" names a folder. */
export function isFolder(source: string): boolean {
  return /(^|[/\\])\.{0,2}$/.test(source);
}

function walk(parts: string[], step: string): void {
  if (step === '' || step === '.') return;
  const last = parts.at(-1);
  if (step === '..' && last !== undefined && last !== '..' && last !== '') parts.pop();
  else parts.push(step);
}

/** Without the ways in which the same file can be written as a URI. */
function plain(file: string): string {
  try {
    return decodeURIComponent(file);
  } catch {
    return file;
  }
}
