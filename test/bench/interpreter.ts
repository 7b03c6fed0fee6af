/** The speed at which driver code runs in the simulator. */
import { runFunction } from '../../server/concrete/run';
import { ConcreteProgram } from '../../server/features/concrete-program';
import { createService } from '../../server/features/create-service';
import { Workspace } from '../../server/workspace/workspace';

const rounds = 40_000_000;
/** Of one round: `i < …`, `i++`, and the four of the body. */
const statements = 6;

const hotLoop = `
uint32_t f() {
  uint32_t a[64];
  uint32_t sum = 0;
  for (uint32_t i = 0; i < 64; i++) a[i] = i * 3;
  for (uint32_t i = 0; i < ${rounds}; i++) {
    uint32_t at = i & 63;
    a[at] = a[at] + i;
    sum ^= a[at] >> 3;
    if (sum > 0x80000000) sum -= at;
  }
  return sum;
}`;

const ordinary = `
struct Header { uint32_t magic; uint32_t count; uint64_t offset; };
int f() {
  IOBufferMemoryDescriptor *md = IOBufferMemoryDescriptor::inTaskWithOptions(kernel_task, kIODirectionInOut, 4 * page_size, page_size);
  if (!md) return -1;
  Header *header = (Header *)md->getBytesNoCopy();
  bzero(header, sizeof(Header));
  header->magic = 0x1234;
  for (int i = 0; i < 16; i++) header->count += i;
  IOReturn ret = md->prepare();
  if (ret != kIOReturnSuccess) { md->release(); return ret; }
  IOMemoryMap *map = md->createMappingInTask(current_task(), 0, kIOMapAnywhere, 0, page_size);
  if (map) { header->offset = map->getLength(); map->release(); }
  md->complete();
  md->release();
  return map ? 0 : -2;
}`;

/** Prints the interpreter's figures, each with the one that it must keep. */
export function benchInterpreter(): void {
  const line = (name: string, figure: string, target: string, kept: boolean): void =>
    console.log(`  ${name.padEnd(34)} ${figure.padEnd(30)} ${kept ? 'kept' : 'NOT KEPT'}: ${target}`);
  console.log('interpreter');
  const loop = prepare(hotLoop);
  const from = performance.now();
  loop();
  const millions = (rounds * statements) / 1000 / (performance.now() - from);
  line('statements in a hot loop', `${millions.toFixed(0)} million a second`, 'at least 20 million', millions >= 20);
  const whole = median(prepare(ordinary));
  line('a function of ordinary size', `${whole.toFixed(2)} ms`, 'below 5 ms', whole < 5);
  const asked = median(prepareService(ordinary));
  line('the same, of a warm server', `${asked.toFixed(2)} ms`, 'below 5 ms', asked < 5);
}

/** Of many runs, in milliseconds. */
function median(run: () => void): number {
  const times = Array.from({ length: 101 }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return times.toSorted((a, b) => a - b)[times.length >> 1]!;
}

/** Reads a text into a language service, and answers what asks it for the run of `f`. */
function prepareService(text: string): () => void {
  const service = createService();
  service.setFile('bench.cpp', text);
  return () => {
    const result = service.simulate({ file: 'bench.cpp', function: 'f' });
    if (!result.ok || result.trace.outcome.kind !== 'returned') throw new Error('It ended otherwise');
  };
}

/** Reads a text, and answers what runs its function `f` on a fresh machine. */
function prepare(text: string): () => void {
  const workspace = new Workspace();
  workspace.setFile('bench.cpp', text);
  workspace.readAll();
  workspace.refresh();
  const program = new ConcreteProgram(workspace, 'bench.cpp');
  const [source] = program.functions('f');
  if (!source) throw new Error('The function was not read');
  return () => {
    const { outcome } = runFunction(program, { source, steps: 10_000_000_000 });
    if (outcome.kind !== 'returned') throw new Error(`It ended otherwise: ${outcome.kind}`);
  };
}
