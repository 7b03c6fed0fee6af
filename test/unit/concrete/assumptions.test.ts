import { describe, expect, it } from 'vitest';
import { inShort, simulate } from '../../support/simulate';
import type { Trace } from '../../../sim/trace';

function assumed(trace: Trace): readonly string[] {
  return trace.assumptions.map(({ what, value }) => `${what} = ${value}`);
}

const device = `
  struct Ring { uint32_t count; Ring *next; };
  class Device : public IOService {
  public:
    bool init(OSDictionary *properties) override;
    IOReturn initHardware();
    uint32_t total();
    IOMemoryMap *map;
    Ring *rings;
  };
`;

describe('what a run assumes of its object', () => {
  it('is nothing before init(): the fields are zero', () => {
    const trace = simulate(`${device} bool Device::init(OSDictionary *p) { return map == NULL; }`, 'Device::init');
    expect(inShort(trace).outcome).toBe('true');
    expect(assumed(trace)).toEqual(['p = an OSDictionary']);
  });

  it('is that init() has run, for a method whose name only begins so', () => {
    const trace = simulate(
      `${device} IOReturn Device::initHardware() { return map->getLength() == 0x10000 ? 0 : 1; }`,
      'Device::initHardware',
    );
    expect(inShort(trace).outcome).toBe('kIOReturnSuccess');
    expect(assumed(trace)).toEqual(['map = a 64 KiB mapping in kernel_task']);
  });

  it('is that a list has one element', () => {
    const trace = simulate(
      `${device} uint32_t Device::total() {
        uint32_t sum = 0;
        for (Ring *ring = rings; ring; ring = ring->next) sum += ring->count + 1;
        return sum;
      }`,
      'Device::total',
    );
    expect(inShort(trace).outcome).toBe('1');
    expect(assumed(trace)).toEqual(['rings = a Ring', 'ring->count = 0', 'ring->next = NULL, the end of the list']);
  });

  it('is a size where the variable that a value goes to says so', () => {
    const trace = simulate(
      `uint32_t f(const void *data) { uint32_t fifoSize = 1; fifoSize = *(const uint32_t *)data; return fifoSize; }`,
      'f',
    );
    expect(inShort(trace).outcome).toBe('4096');
  });
});

it('an undeclared call may answer 64 bits, so that shifting by 32 is defined', () => {
  const trace = simulate('int f(void) { return (rdmsr64(0x1a0) >> 32) & 1; }', 'f');
  expect(inShort(trace)).toMatchObject({ defects: [], outcome: '0' });
});

describe('a constructor that is not there', () => {
  it('may keep what it is given, so that nothing is said to leak', () => {
    const trace = simulate(
      `int f(IOMemoryDescriptor *md) { Holder<IOMemoryMap> holder(md->map()); return holder.valid() ? 1 : 0; }`,
      'f',
    );
    expect(inShort(trace)).toMatchObject({ defects: [], outcome: '1' });
    expect(assumed(trace)).toContain('Holder() = neither releases nor changes md->map()');
  });

  it('is the implicit one where the class is declared and nothing is given', () => {
    const trace = simulate('struct Pair { int a; int b; }; int f() { Pair pair = Pair(); return pair.a; }', 'f');
    expect(inShort(trace).outcome).toBe('0');
    expect(assumed(trace)).toEqual([]);
  });
});

describe('words that the headers define', () => {
  it.each([
    ['INT_MAX', '2147483647'],
    ['UINT32_MAX', '4294967295'],
    ['(uint64_t)NSEC_PER_SEC', '1000000000'],
    ['__builtin_clz(1)', '31'],
    ['__builtin_ctzll(0x8000000000ULL)', '39'],
    ['__builtin_popcountll(0xF0F0)', '8'],
    ['ffs(8)', '4'],
    ['ffs(0)', '0'],
  ])('%s is %s', (expression, value) => {
    const trace = simulate(`uint64_t f() { return ${expression}; }`, 'f');
    expect(inShort(trace).outcome).toBe(value);
    expect(assumed(trace)).toEqual([]);
  });

  it('compares and adds absolute times, so that a loop with a deadline ends', () => {
    const trace = simulate(
      `int f() {
        AbsoluteTime now, finish; int rounds = 0;
        clock_get_uptime(&now);
        nanoseconds_to_absolutetime(500000, &finish);
        ADD_ABSOLUTETIME(&finish, &now);
        while (CMP_ABSOLUTETIME(&now, &finish) < 0) { IODelay(100); clock_get_uptime(&now); rounds++; }
        return rounds;
      }`,
      'f',
    );
    expect(inShort(trace).outcome).toBe('5');
    expect(assumed(trace)).toEqual([]);
  });
});

it('wireRange() wires a part of a map', () => {
  const trace = simulate(
    `IOReturn f() {
      IOBufferMemoryDescriptor *md = IOBufferMemoryDescriptor::inTaskWithOptions(NULL, kIOMemoryPageable | kIODirectionInOut, 0x20000, page_size);
      IOMemoryMap *map = md->createMappingInTask(kernel_task, 0, kIOMapAnywhere);
      IOReturn wired = map->wireRange(kIODirectionOutIn, 0x4000, 0x4000);
      map->wireRange(0, 0x4000, 0x4000);
      map->release(); md->release();
      return wired;
    }`,
    'f',
  );
  expect(inShort(trace)).toMatchObject({ defects: [], outcome: 'kIOReturnSuccess' });
  expect(trace.steps.map(({ sentence }) => sentence).join(' ')).toContain('Wires 1 page');
});

it('takes an array whose length nothing in view gives for one of a page, in sizeof as well', () => {
  const trace = simulate(
    'int f() { char name[kNameLength]; snprintf(name, sizeof(name), "en%d", 1); return strlen(name); }',
    'f',
  );
  expect(inShort(trace).outcome).toBe('3');
  expect(assumed(trace)).toEqual(['sizeof(name) = 4096']);
});

it('takes a function pointer that nothing declares for one of a function', () => {
  const trace = simulate('int f(int i) { (*write_iic)(1, i); return 3; }', 'f');
  expect(inShort(trace).outcome).toBe('3');
  expect(assumed(trace)).toContain('write_iic = a function');
});

it('lets a call that nothing models keep what it is given: the last known release does not free it', () => {
  const trace = simulate(
    'class Engine : public OSObject { public: int rate; };' +
      'int f() { Engine *engine = new Engine; engine->rate = 3; activate(engine); engine->release(); return engine->rate; }',
    'f',
  );
  expect(inShort(trace).outcome).toBe('3');
});
