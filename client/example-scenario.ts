/** What a new scenario begins with (docs/iomap.md). */
export const exampleScenario = `{
  "title": "A second request for the same range shares the map",
  "machine": ["macos-15.4-arm64", "macos-15.4-x86_64"],
  "tasks": ["app"],
  "steps": [
    // A driver's ring buffer, shown to an application.
    { "buffer": "ring", "task": "kernel_task", "options": "kIODirectionInOut|kIOMemoryKernelUserShared", "capacity": "4P" },
    { "map": "first", "of": "ring", "into": "app", "options": "kIOMapAnywhere", "expect": { "how": "new", "length": "4P" } },
    { "map": "second", "of": "ring", "into": "app", "options": "kIOMapAnywhere", "expect": { "how": "shared", "sameAs": "first" } },

    // What the application writes, the driver reads.
    { "write": "app", "at": "first + 1P", "bytes": "11 22" },
    { "readBytes": "ring", "offset": "1P", "length": 2, "expect": { "bytes": "11 22" } },

    { "release": "second", "expect": "released" },
    { "release": "first", "expect": "freed" },
    { "release": "ring", "expect": "freed" },
    { "check": "machine", "expect": { "space": "as at the start" } }
  ]
}
`;
