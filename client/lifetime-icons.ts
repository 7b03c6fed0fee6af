/** Gutter icons that draw tracks side by side, as SVG. Knows no VS Code. */

/** What a line shows of one track; the shape alone tells it, whatever the colours. */
export type TrackMark =
  /** A dot from which a line goes down: the map is made here. */
  | 'made'
  /** A line. */
  | 'live'
  /** A dashed line. */
  | 'maybe'
  /** A line that ends in a bar: the reference is given up here. */
  | 'end'
  /** As `end`, where the map may live on after it. */
  | 'maybe-end'
  /** Small crosses. */
  | 'released'
  | 'none';

/** As many tracks as a gutter has room for; further ones are not drawn. */
export const mostLanes = 3;

const width = 18;
const height = 24;
const laneWidth = 6;

/** One colour for each mark: of a light and of a dark theme. */
const colors = {
  light: { live: '#1a7f37', maybe: '#8a5d00', released: '#c0271f' },
  dark: { live: '#73c991', maybe: '#e2b04a', released: '#f4706b' },
} as const;

/** A data URI of the icon. */
export function trackIcon(marks: readonly TrackMark[], theme: 'light' | 'dark'): string {
  const color = colors[theme];
  const shapes = marks.slice(0, mostLanes).map((mark, lane) => {
    const x = laneWidth * lane + laneWidth / 2;
    const line = (from: number, to: number, stroke: string, dash = ''): string =>
      `<path d="M${x} ${from}V${to}" stroke="${stroke}" stroke-width="2"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}/>`;
    const bar = (y: number, stroke: string): string =>
      `<path d="M${x - 3} ${y}H${x + 3}" stroke="${stroke}" stroke-width="2.5"/>`;
    switch (mark) {
      case 'none':
        return '';
      case 'made':
        return `${line(12, height, color.live)}<circle cx="${x}" cy="10" r="3" fill="${color.live}"/>`;
      case 'live':
        return line(0, height, color.live);
      case 'maybe':
        return line(0, height, color.maybe, '4 4');
      case 'end':
        return `${line(0, 12, color.live)}${bar(12, color.released)}`;
      case 'maybe-end':
        return `${line(0, height, color.maybe, '4 4')}${bar(12, color.maybe)}`;
      case 'released':
        return [4, 12, 20]
          .map(
            (y) =>
              `<path d="M${x - 2} ${y - 2}L${x + 2} ${y + 2}M${x + 2} ${y - 2}L${x - 2} ${y + 2}" stroke="${color.released}" stroke-width="1.4"/>`,
          )
          .join('');
      default: {
        const never: never = mark;
        return never;
      }
    }
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none">${shapes.join('')}</svg>`;
  return `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`;
}
