import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { URI } from 'vscode-uri';

/** Where the language server gets the texts of a workspace from. Files and folders are named by URI. */
export interface WorkspaceFiles {
  /** URIs of the sources below a folder, sorted. Empty where the folder can't be read. */
  list(folder: string): Promise<readonly string[]>;
  /** The text, or undefined where there is none to read. */
  read(uri: string): Promise<string | undefined>;
}

const sourceName = /\.(c|cc|cpp|cxx|m|mm|h|hh|hpp|iig)$|(?:^|\/)\.maplens\.json$/i;
const skippedFolders = new Set(['node_modules', 'build', 'dist', 'out', 'DerivedData', 'Pods', 'xcuserdata']);
const maximumBytes = 16 * 1024 * 1024;

/** Whether a file's name is that of a C, C++, Objective-C++ or DriverKit source or header, or of a configuration. */
export function isSource(name: string): boolean {
  return sourceName.test(name);
}

/** The sources of a folder on this machine's disk. Folders of version control, packages and builds are left out. */
export const diskFiles: WorkspaceFiles = {
  async list(folder) {
    const found: string[] = [];
    const waiting = [URI.parse(folder).fsPath];
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
      for (const entry of entries) {
        const child = join(path, entry.name);
        if (entry.isDirectory()) {
          if (!entry.name.startsWith('.') && !skippedFolders.has(entry.name)) waiting.push(child);
        } else if (entry.isFile() && isSource(entry.name)) found.push(URI.file(child).toString());
      }
    }
    return found.sort();
  },
  async read(uri) {
    try {
      const path = URI.parse(uri).fsPath;
      const { size } = await stat(path);
      if (size > maximumBytes) return undefined;
      const bytes = await readFile(path);
      // A NUL byte near the start means a binary file, as git decides it.
      return bytes.subarray(0, 8000).includes(0) ? undefined : bytes.toString('utf8');
    } catch {
      return undefined;
    }
  },
};
