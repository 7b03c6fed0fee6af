import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { split } from '../../../server/syntax/split';
import { driver } from '../../support/driver';
import { seenByTreeSitter } from '../../support/tree-sitter';

const texts: Readonly<Record<string, string>> = {
  driver,
  'FrameGrabber.cpp': readFileSync('samples/FrameGrabber/FrameGrabber.cpp', 'utf8'),
  'FrameGrabber.hpp': readFileSync('samples/FrameGrabber/FrameGrabber.hpp', 'utf8'),
};

describe('an independent parser delimits the same bodies', () => {
  it.each(Object.entries(texts))('%s', async (_name, text) => {
    const seen = await seenByTreeSitter(text);
    const ours = new Map(
      split(text).flatMap((chunk) =>
        chunk.kind === 'function' ? [[chunk.start + chunk.bodyStart, chunk.end] as const] : [],
      ),
    );
    const differing = [...seen!.bodies].filter(([start, end]) => ours.get(start) !== end);
    expect(differing).toEqual([]);
  });
});
