import type { Finding, LanguageService, Stats } from '../features/service';
import { addStats } from '../features/stats';

/** A check spread over threads, each of which knows all texts. */

export interface Job {
  /** All that the files may need to be understood, by name: sources and configurations. */
  readonly texts: ReadonlyMap<string, string>;
  /** The files that are counted, in the order of their names. */
  readonly files: readonly string[];
  /** Those of them whose findings are wanted. */
  readonly reported: ReadonlySet<string>;
  readonly stats: 'none' | 'of what is read' | 'of all';
  /** Run each finding's function along its path. */
  readonly replay: boolean;
}

/** What one thread found. */
export interface Share {
  readonly findings: readonly Finding[];
  readonly stats: Stats | undefined;
}

/** A job as one thread sees it. */
export interface ThreadJob extends Job {
  /** A section for each thread, which takes files of others' sections when it is through its own. */
  readonly sections: readonly (readonly string[])[];
  /** The next file of each section, as 32-bit numbers that all threads see. */
  readonly next: SharedArrayBuffer;
  readonly thread: number;
}

/** Has another thread call `work` on a new service. */
export type StartThread = (job: ThreadJob) => Promise<Share>;

/** A thread reads the declarations of all texts once more; below so many characters for each it doesn't pay. */
const charactersForThread = 1_000_000;
const mostThreads = 8;

/** How many threads a check is spread over where nobody says so. */
export function usualJobs(texts: ReadonlyMap<string, string>, cores: number): number {
  let characters = 0;
  for (const text of texts.values()) characters += text.length;
  return Math.max(1, Math.min(cores, mostThreads, Math.floor(characters / charactersForThread)));
}

/** Findings in the order of file names, and in a file of the text; which thread found what makes no difference. */
export async function findAll(
  service: LanguageService,
  job: Job,
  jobs: number,
  startThread: StartThread | undefined,
): Promise<Share> {
  const threads = startThread ? Math.max(1, Math.min(jobs, job.files.length)) : 1;
  const sections = Array.from({ length: threads }, (_, index) => partOf(job.files, job.texts, index + 1, threads));
  const next = new SharedArrayBuffer(4 * threads);
  const ofThread = (thread: number): ThreadJob => ({ ...job, sections, next, thread });
  const others = Promise.all(sections.slice(1).map((_, index) => startThread!(ofThread(index + 1))));
  // One may fail while this thread is at work.
  others.catch(() => undefined);
  const shares = [shareOf(service, ofThread(0)), ...(await others)];
  return {
    findings: shares
      .flatMap(({ findings }) => findings)
      .toSorted((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0)),
    stats: shares.map(({ stats }) => stats).reduce((sum, each) => sum && each && addStats(sum, each)),
  };
}

/** One thread's share of a job. */
export function work(service: LanguageService, job: ThreadJob): Share {
  for (const [file, text] of job.texts) service.setFile(file, text);
  return shareOf(service, job);
}

function shareOf(service: LanguageService, job: ThreadJob): Share {
  const findings: Finding[] = [];
  const mine: string[] = [];
  for (const file of taking(job)) {
    mine.push(file);
    if (!job.reported.has(file)) continue;
    const found = service.diagnose(file);
    findings.push(...(job.replay ? found.map((finding) => replayed(service, finding)) : found));
  }
  return { findings, stats: job.stats === 'none' ? undefined : service.stats(job.stats === 'of all', mine) };
}

function replayed(service: LanguageService, finding: Finding): Finding {
  const { verdict, reason } = service.replay(finding);
  return { ...finding, replay: { verdict, reason } };
}

function* taking({ sections, next, thread }: ThreadJob): Generator<string> {
  const counters = new Int32Array(next);
  for (let offset = 0; offset < sections.length; offset++) {
    const index = (thread + offset) % sections.length;
    for (;;) {
      const file = sections[index]![Atomics.add(counters, index, 1)];
      if (file === undefined) break;
      yield file;
    }
  }
}

/**
 * One of `of` parts of a list of files, `part` from 1 on, with about as much text as the others. Neighbours stay
 * together: they have classes in common, which are looked at as wholes.
 */
export function partOf(
  files: readonly string[],
  texts: ReadonlyMap<string, string>,
  part: number,
  of: number,
): readonly string[] {
  const sizes = files.map((file) => texts.get(file)?.length ?? 0);
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  let before = 0;
  return files.filter((_, index) => {
    const middle = before + sizes[index]! / 2;
    before += sizes[index]!;
    return Math.min(of, Math.floor((middle * of) / Math.max(1, whole)) + 1) === part;
  });
}
