/**
 * A scene: the picture of one step as positioned shapes, with no DOM in sight. `svg.ts` turns it into a standalone
 * SVG; the panel draws the same shapes with its own elements. Lengths are CSS pixels, the origin is at the top left.
 * Shapes are drawn in order: later ones lie on top.
 *
 * Class names say what a shape is; `style.ts` has the one style sheet for them, over `--ml-*` variables only.
 *
 * | class | what |
 * | --- | --- |
 * | `object` | a group: everything of one object of the state |
 * | `title`, `step`, `sentence`, `chip`, `band` | header of a standalone picture: function, statement, why, machine and defects, its ground |
 * | `lane-title`, `lane-note`, `lane-rule`, `lane-axis` | a lane's name, its summary, the line under the names, its left edge |
 * | `card` | box of one descriptor in the memory lane |
 * | `range` | one range of a descriptor, `range-page` the lines between its pages |
 * | `ribbon` | from a descriptor's range to a mapping; `ribbon-over` where it crosses another lane |
 * | `block-back` | opaque backing of a block, so that ribbons pass behind |
 * | `block` | a mapping, buffer or other VM entry; `sub` when it is a sub-map inside its super map |
 * | `guard` | outline of a guard page, `hatch` its diagonal lines |
 * | `gap` | text of a compressed gap, with its size; `gap-mark` the break in the axis, `gap-back` what it covers |
 * | `badge`, `badge-text` | the word of a state: NEW, CHANGED, GONE, LEAKED, DANGLING, FAULT |
 * | `timeline-back`, `timeline-rule`, `tick-label` | the timeline's ground, the line above it, steps' source text in short |
 * | `defect-mark` | the diamond of a step with a defect |
 * | `now`, `now-cap`, `now-number` | the vertical line of the current step, and its number on a pill |
 * | `track`, `track-row`, `track-start`, `track-end`, `track-note` | an object's retain count over the steps |
 * | `track-leak` | the dashed line that goes on after the last holder is gone |
 * | `hit` | a transparent rectangle over a step's column; carries `step` |
 *
 * Text classes: `mono`, `dim`, `small`, `strong`, `bad`, `good`, `plain` (not bold), and a tone. Tones: `tone-rw` (writable), `tone-ro`
 * (read-only), `tone-dev` (device or physical memory), `tone-none` (no access). States: `is-current`, `is-faint`,
 * `is-new`, `is-changed`, `is-gone`, `is-leaked`, `is-dangling`, `is-fault`, `is-static`, `is-freed`.
 */

interface Shape {
  /** Space separated class names of the table above. */
  readonly class: string;
  /** The object of the state that the shape shows (TaskView, DescriptorView, MapView or EntryView id). */
  readonly object?: string;
  /** The step that choosing the shape goes to. */
  readonly step?: number;
  /** Full text of what is shown in short: a tooltip, and the accessible name of a group. */
  readonly title?: string;
}

export interface RectShape extends Shape {
  readonly kind: 'rect';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Corner radius. */
  readonly radius?: number;
}

export interface LineShape extends Shape {
  readonly kind: 'line';
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

export interface PathShape extends Shape {
  readonly kind: 'path';
  /** SVG path data with absolute commands. */
  readonly d: string;
}

export interface TextRun {
  readonly text: string;
  /** Added to the text's own classes. */
  readonly class?: string;
}

export interface TextShape extends Shape {
  readonly kind: 'text';
  readonly x: number;
  /** The baseline. */
  readonly y: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly runs: readonly TextRun[];
}

/** Shapes of one object, in drawing order: one element to focus and to choose. */
export interface GroupShape extends Shape {
  readonly kind: 'group';
  readonly children: readonly SceneShape[];
}

export type SceneShape = RectShape | LineShape | PathShape | TextShape | GroupShape;

export interface Scene {
  readonly width: number;
  readonly height: number;
  /** What the picture shows, in one sentence: its accessible name. */
  readonly title: string;
  readonly shapes: readonly SceneShape[];
}

export interface PictureOptions {
  /** Width in pixels to lay out for; narrow widths stack less text into blocks. Default 1180. */
  readonly width?: number;
  /** Ids of objects to draw strong besides those that the step changed, e.g. the one under the pointer. */
  readonly highlight?: readonly string[];
}
