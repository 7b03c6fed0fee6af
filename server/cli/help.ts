export const helpTexts = {
  all: `MapLens checks IOKit and DriverKit sources for wrong memory mappings and runs them in a simulator.

Usage:
  maplens check PATH…          report findings in files and folders
  maplens merge SHARD…         report what the shards of a check found
  maplens simulate FILE --function NAME
                               run a function and show the mappings that it makes
  maplens simulate SCENARIO…   run scenarios (*.iomap) and check what they expect
  maplens rules                list the rules
  maplens explain RULE         what a rule finds, why it matters and what to do
  maplens help check|merge|simulate
                               all options of a command
  maplens --version

Exit codes: 0 nothing to report; 1 findings, or an expectation that does not hold; 2 wrong usage, or input that can't be read.
`,
  check: `Usage: maplens check PATH… [options]

Reads C, C++, Objective-C++ and .iig files; folders are searched.

  --format text|json|sarif          how to report (default text)
  --rule ID                         report only this rule; may be repeated, or list several with commas
  --fail-on error|warning|info|hint|never
                                    least severity that makes the exit code 1 (default warning)
  --show-suppressed                 show also what comments in the sources suppress
  --baseline FILE                   report only what this file doesn't know
  --write-baseline FILE             write what is found to this file, as known, and report nothing
  --replay                          run each finding's function along its path in the simulator, and say whether the
                                    defect shows; a finding that its run refutes is left out and counted
  --stats                           say how much of the sources was understood
  --read-all                        for --stats: read also files that can't concern a mapping
  -j, --jobs N                      use N threads (default: as many as there are cores and as pay, at most 8)
  --shard I/N                       check the Ith of N parts, and print what "maplens merge" needs of it
  -h, --help
`,
  merge: `Usage: maplens merge SHARD… [options]

Reports what all shards of a check found, as the whole check would. Run it in the same folder as the shards.
  N times:  maplens check PATH… --shard I/N > I.shard
  once:     maplens merge *.shard

  --format text|json|sarif          how to report (default text)
  --fail-on error|warning|info|hint|never
                                    least severity that makes the exit code 1 (default warning)
  --show-suppressed                 show also what comments in the sources suppress
  --baseline FILE                   report only what this file doesn't know
  --write-baseline FILE             write what is found to this file, as known, and report nothing
  -h, --help
`,
  simulate: `Usage: maplens simulate FILE --function NAME [options]
       maplens simulate SCENARIO… [--format text|json]

A scenario (*.iomap) is run on each of its machines; folders are searched for scenarios. Of one scenario the steps and
mappings are shown, of several only what is not as expected. Exit code 1: an expectation did not hold; 2: a scenario
can't be read.

Runs one function against a model of XNU's memory mapping. The other sources in the file's folder are read as well,
and the headers that they include, with their sources.

  --function NAME         qualified name, e.g. FrameGrabber::start; the last part is enough when it is unique
  --value NAME=LITERAL    a parameter's, field's or call's value, e.g. length=4096; may be repeated
  --machine NAME          the Mac to run on, as macos-15.4-arm64 (default)
  --step N                show the mappings after step N instead of the telling one and the last
  --budget N              instructions that the run may take (default 120000000)
  -D NAME, -D NAME=VALUE  a macro, as a compiler is given it: decides #if, in all files; may be repeated
  --include PATH          read declarations from here too; may be repeated
  --format text|json|svg  text, the whole trace, or a picture (default text)
  --fail-on error|warning|info|hint|never
                          never: exit code 0 in spite of defects (default warning)
  -h, --help
`,
} as const;
