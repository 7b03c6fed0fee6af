/** What a fact of the kernel's mapping model is; scenarios name facts by their id, and docs/model.md lists them. */
export interface Fact {
  /** Its number, e.g. "C.3"; of the introductory text's sentences "seed.1" and on. */
  readonly id: string;
  /** One sentence in our own words. */
  readonly text: string;
  /** Where the kernel says so: XNU file and symbol, e.g. "iokit/Kernel/IOMemoryDescriptor.cpp, makeMapping". */
  readonly source: string;
  /** How something that was only inferred was settled in the source, and whether the notes were wrong. */
  readonly settled?: string;
  /** Why a simulator can't show it; a fact without this needs a scenario. */
  readonly unshown?: string;
}
