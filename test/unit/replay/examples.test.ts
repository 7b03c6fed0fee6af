import { describe, expect, test } from 'vitest';
import { createService } from '../../../server/features/create-service';
import { allRules } from '../../../server/rules/index';
import { surroundings } from '../../support/rule-examples';

/** Rules whose findings no run of one function can show: they look at what several methods do, or at what a run has not. */
const unshown = new Set([
  'closed-during-call',
  'complete-during-dma',
  'initialised-again',
  'kept-argument-memory',
  'kernel-address-given-out',
  'pageable-while-atomic',
  'part-of-page-mapped',
  'redirect-not-unique',
  'released-under-handler',
  'scattered-as-linear',
  'stack-memory-described',
  'truncated-address',
  'unmap-of-shared-map',
]);

/** Examples that could be shown, and why they are not. */
const open = new Map<string, RegExp>([
  ['dma-memory-kept A command in a field', /several methods/],
  ["user-address-in-kernel A store through the client's mapping", /the pointer is NULL/],
]);

describe('each bad example of a rule, replayed', () => {
  for (const rule of allRules)
    test.each(rule.examples.bad.map(({ title, source }) => [`${rule.id} ${title}`, source] as const))(
      '%s',
      (name, source) => {
        const service = createService();
        service.setFile('FrameGrabber.cpp', surroundings + source);
        for (const finding of service.diagnose('FrameGrabber.cpp')) {
          if (finding.suppressed) continue;
          const { verdict, reason, trace } = service.replay(finding);
          const why = open.get(name);
          if (finding.path.length === 0) expect(reason).toContain('no path');
          else if (unshown.has(finding.rule)) expect(verdict).toBe('not-replayable');
          else if (why !== undefined) expect(reason).toMatch(why);
          else {
            expect({ verdict, reason }).toEqual({ verdict: 'confirmed', reason: '' });
            expect(trace?.steps.length).toBeGreaterThan(1);
          }
        }
      },
    );
});
