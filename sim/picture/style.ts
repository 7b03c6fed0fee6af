/** The one style sheet of the pictures. It uses `--ml-*` variables only; `palettes` has values for standalone files. */

export const pictureStyle = `
.ml text{fill:var(--ml-text);font:12px var(--ml-sans)}
.ml text.mono,.ml .mono{font-family:var(--ml-mono);font-size:11.5px}
.ml text.small,.ml .small{font-size:11px}
.ml text.small.mono{font-size:11px}
.ml .dim{fill:var(--ml-dim)}
.ml .strong,.ml text.lane-title,.ml text.title{font-weight:600}
.ml text.lane-title{font-size:13px}
.ml .plain{font-weight:400}
.ml text.title{font:600 13px var(--ml-mono)}
.ml .bad,.ml text.bad{fill:var(--ml-bad)}
.ml .good{fill:var(--ml-good)}
.ml text.tone-rw{fill:var(--ml-rw)}
.ml text.tone-ro{fill:var(--ml-ro)}
.ml text.tone-dev{fill:var(--ml-dev)}
.ml text.tone-none{fill:var(--ml-dim)}
.ml .ground{fill:var(--ml-ground)}
.ml .band{fill:var(--ml-side)}
.ml .chip{fill:none;stroke:var(--ml-line)}
.ml .chip.bad{stroke:var(--ml-bad)}
.ml .lane-rule{stroke:var(--ml-line)}
.ml .lane-axis{stroke:var(--ml-line);stroke-width:2}
.ml .gap-back{fill:var(--ml-ground)}
.ml .gap-mark{stroke:var(--ml-dim);fill:none}
.ml .card{fill:var(--ml-card);stroke:var(--ml-line)}
.ml .block-back{fill:var(--ml-ground)}
.ml .block,.ml .range{fill-opacity:.13;stroke-opacity:.55}
.ml .block.sub{fill-opacity:.2}
.ml .block.tone-rw,.ml .range.tone-rw{fill:var(--ml-rw);stroke:var(--ml-rw)}
.ml .block.tone-ro,.ml .range.tone-ro{fill:var(--ml-ro);stroke:var(--ml-ro)}
.ml .block.tone-dev,.ml .range.tone-dev{fill:var(--ml-dev);stroke:var(--ml-dev)}
.ml .block.tone-none,.ml .range.tone-none{fill:var(--ml-dim);stroke:var(--ml-dim);fill-opacity:.06}
.ml .range-page{stroke-opacity:.55}
.ml .range-page.tone-rw{stroke:var(--ml-rw)}
.ml .range-page.tone-dev{stroke:var(--ml-dev)}
.ml .is-current{stroke-opacity:1}
.ml .block.is-new,.ml .card.is-new{stroke:var(--ml-good);stroke-width:2;stroke-dasharray:6 3;stroke-opacity:1}
.ml .block.is-changed,.ml .card.is-changed{stroke:var(--ml-accent);stroke-width:2;stroke-opacity:1}
.ml .block.is-gone,.ml .card.is-gone,.ml .guard.is-gone{stroke:var(--ml-dim);stroke-dasharray:2 3;stroke-opacity:1;fill-opacity:.03}
.ml .block.is-fault,.ml .card.is-fault,.ml .guard.is-fault{stroke:var(--ml-bad);stroke-width:3;stroke-opacity:1}
.ml .block.is-leaked,.ml .card.is-leaked{stroke:var(--ml-bad);stroke-width:2;stroke-dasharray:10 3;stroke-opacity:1}
.ml .block.is-dangling,.ml .card.is-dangling{stroke:var(--ml-bad);stroke-width:2;stroke-dasharray:2 2;stroke-opacity:1}
.ml .badge{fill:none;stroke-width:1}
.ml .badge.is-new{stroke:var(--ml-good)}
.ml .badge.is-changed{stroke:var(--ml-accent)}
.ml .badge.is-gone{stroke:var(--ml-dim)}
.ml .badge.is-leaked,.ml .badge.is-dangling,.ml .badge.is-fault{stroke:var(--ml-bad)}
.ml text.badge-text{font-size:10px;font-weight:600;letter-spacing:.3px}
.ml text.badge-text.is-new{fill:var(--ml-good)}
.ml text.badge-text.is-changed{fill:var(--ml-accent)}
.ml text.badge-text.is-gone{fill:var(--ml-dim)}
.ml text.badge-text.is-leaked,.ml text.badge-text.is-dangling,.ml text.badge-text.is-fault{fill:var(--ml-bad)}
.ml .hatch{stroke:var(--ml-dim);stroke-opacity:.55;fill:none}
.ml .guard{fill:none;stroke:var(--ml-dim);stroke-opacity:.5}
.ml .ribbon{stroke:none}
.ml .ribbon.is-faint{fill-opacity:.1}
.ml .ribbon.is-current{fill-opacity:.3}
.ml .ribbon.tone-rw{fill:var(--ml-rw)}
.ml .ribbon.tone-ro{fill:var(--ml-ro)}
.ml .ribbon.tone-dev{fill:var(--ml-dev)}
.ml .ribbon.tone-none{fill:var(--ml-dim)}
.ml .timeline-back{fill:var(--ml-side)}
.ml .timeline-rule{stroke:var(--ml-line)}
.ml .now{stroke:var(--ml-accent);stroke-width:2}
.ml .now-cap{fill:var(--ml-accent)}
.ml text.now-number{fill:var(--ml-on-accent);font-weight:600}
.ml .defect-mark{fill:var(--ml-bad)}
.ml .track{fill:none;stroke-width:2;stroke-linejoin:round}
.ml .track.tone-rw,.ml .track-start.tone-rw{stroke:var(--ml-rw)}
.ml .track.tone-ro,.ml .track-start.tone-ro{stroke:var(--ml-ro)}
.ml .track.tone-dev,.ml .track-start.tone-dev{stroke:var(--ml-dev)}
.ml .track.tone-none,.ml .track-start.tone-none{stroke:var(--ml-dim)}
.ml .track-start{fill:var(--ml-side);stroke-width:2}
.ml .track-end{stroke:var(--ml-dim);stroke-width:2;fill:none}
.ml text.track-note{paint-order:stroke;stroke:var(--ml-side);stroke-width:4px;stroke-linejoin:round}
.ml .track-leak{stroke:var(--ml-bad);stroke-width:2;stroke-dasharray:5 3;fill:none}
.ml .track-row{stroke:var(--ml-line);stroke-opacity:.5}
.ml .hit{fill:transparent;cursor:pointer}
`.trim();

export interface Palette {
  readonly ground: string;
  readonly side: string;
  readonly card: string;
  readonly line: string;
  readonly text: string;
  readonly dim: string;
  readonly accent: string;
  readonly 'on-accent': string;
  readonly rw: string;
  readonly ro: string;
  readonly dev: string;
  readonly good: string;
  readonly bad: string;
}

export const palettes: { readonly light: Palette; readonly dark: Palette } = {
  light: {
    ground: '#ffffff',
    side: '#f6f8fa',
    card: '#f6f8fa',
    line: '#d8dee4',
    text: '#1f2328',
    dim: '#59636e',
    accent: '#0550ae',
    'on-accent': '#ffffff',
    rw: '#0969da',
    ro: '#7a3ee0',
    dev: '#8a6100',
    good: '#1a7f37',
    bad: '#c4231c',
  },
  dark: {
    ground: '#1b1d21',
    side: '#15171a',
    card: '#23262b',
    line: '#363b42',
    text: '#d5dae1',
    dim: '#949da8',
    accent: '#58a6ff',
    'on-accent': '#0b1526',
    rw: '#58a6ff',
    ro: '#bc96ff',
    dev: '#e0b050',
    good: '#6cc983',
    bad: '#ff6b62',
  },
};

export const fonts = {
  sans: 'system-ui, -apple-system, "Segoe UI", "Helvetica Neue", "DejaVu Sans", sans-serif',
  mono: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
} as const;
