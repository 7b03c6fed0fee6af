// Makes the README's pictures, docs/images, from those that the end-to-end test took of the workbench:
//
//   npm run test:e2e && npm run pictures
//
// With a palette of 256 colours they need a third of the room.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const from = fileURLToPath(new URL('../test-results/', import.meta.url));
const to = fileURLToPath(new URL('../docs/images/', import.meta.url));
const pictures = ['panel-light', 'replay-dark', 'side-light', 'editing-dark'];
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const most = 250_000;

mkdirSync(to, { recursive: true });
for (const name of readdirSync(to)) rmSync(to + name);
for (const name of pictures) {
  const small = encode(decode(readFileSync(`${from}${name}.png`)));
  if (small.length > most) throw new Error(`${name}.png would have ${small.length} bytes`);
  writeFileSync(`${to}${name}.png`, small);
  console.log(`docs/images/${name}.png: ${Math.round(small.length / 1000)} kB`);
}

/** Reads a PNG of 8 bits a channel, as Chromium writes them: RGB or RGBA, not interlaced. */
function decode(png) {
  const parts = [];
  let header;
  for (let at = signature.length; at < png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') header = data;
    if (type === 'IDAT') parts.push(data);
    at += length + 12;
  }
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const channels = { 2: 3, 6: 4 }[header[9]];
  if (header[8] !== 8 || !channels || header[12] !== 0) throw new Error('a PNG of another kind');
  const raw = inflateSync(Buffer.concat(parts));
  const line = width * channels;
  const rows = Buffer.alloc(line * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (line + 1)];
    for (let x = 0; x < line; x++) {
      const left = x >= channels ? rows[y * line + x - channels] : 0;
      const above = y > 0 ? rows[(y - 1) * line + x] : 0;
      const corner = x >= channels && y > 0 ? rows[(y - 1) * line + x - channels] : 0;
      const guess = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter];
      rows[y * line + x] = raw[y * (line + 1) + 1 + x] + guess;
    }
  }
  const pixels = new Uint32Array(width * height);
  for (let at = 0; at < pixels.length; at++) {
    const byte = at * channels;
    pixels[at] = (rows[byte] << 16) | (rows[byte + 1] << 8) | rows[byte + 2];
  }
  return { width, height, pixels };
}

/** PNG specification, 9.4: the neighbour that is closest to left + above - corner. */
function paeth(left, above, corner) {
  const [a, b, c] = [Math.abs(above - corner), Math.abs(left - corner), Math.abs(left + above - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? above : corner;
}

/** Writes a PNG with the colours that the picture has most of; each other one becomes the nearest of these. */
function encode({ width, height, pixels }) {
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const palette = choose(counts);
  const nearest = new Map([...counts.keys()].map((colour) => [colour, indexOf(palette, colour)]));
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = nearest.get(pixels[y * width + x]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((one) => [(one >> 16) & 255, (one >> 8) & 255, one & 255]));
  const chunks = [
    ['IHDR', header],
    ['PLTE', colours],
    ['IDAT', deflateSync(rows, { level: 9 })],
    ['IEND', Buffer.alloc(0)],
  ];
  return Buffer.concat([signature, ...chunks.map(([type, data]) => chunk(type, data))]);
}

/** Colours that are frequent, and far enough from those that are there. */
function choose(counts) {
  const byCount = [...counts].sort((a, b) => b[1] - a[1]).map(([colour]) => colour);
  const chosen = [];
  for (const apart of [300, 40, 0])
    for (const colour of byCount) {
      if (chosen.length === 256) return chosen;
      if (chosen.every((one) => distance(one, colour) > apart)) chosen.push(colour);
    }
  return chosen;
}

function indexOf(palette, colour) {
  let best = 0;
  for (let at = 1; at < palette.length; at++)
    if (distance(palette[at], colour) < distance(palette[best], colour)) best = at;
  return best;
}

function distance(one, other) {
  const [r, g, b] = [16, 8, 0].map((shift) => ((one >> shift) & 255) - ((other >> shift) & 255));
  return r * r + g * g + b * b;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
