/**
 * Makes src/engine/tasks/pictures/atlasData.ts, once: Noto Emoji drawn small, in the order of EMOJI.
 *
 * Needs three packages that this project does not depend on, installed in another folder:
 *   npm install --prefix DIR @iconify-json/noto@1.2.9 emojibase-data@17.0.0 @resvg/resvg-wasm@2.6.2
 *   node scripts/picturesAtlas.mjs DIR
 * An emoji is found by its CLDR short name (emojibase-data, MIT; CLDR's data: Unicode License v3) and drawn from its
 * SVG (Noto Emoji, Copyright Google LLC, Apache License 2.0, as packed by Iconify).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { strToU8, zlibSync } from 'fflate';
import { build } from 'esbuild';
import { root } from './packages.mjs';

const folder = process.argv[2];
if (!folder) {
  console.error('picturesAtlas: got no folder; give the one in which the three packages are installed');
  process.exit(2);
}
const load = createRequire(join(resolve(folder), 'package.json'));
const json = (/** @type {string} */ name) => JSON.parse(readFileSync(load.resolve(name), 'utf8'));

const pictures = join(root, 'src/engine/tasks/pictures');
const source = await build({
  entryPoints: [join(pictures, 'emoji.ts')],
  bundle: true,
  write: false,
  format: 'esm',
});
const { EMOJI, EMOJI_SIDE } = await import(
  `data:text/javascript;base64,${Buffer.from(source.outputFiles[0].text).toString('base64')}`
);

const { Resvg, initWasm } = load('@resvg/resvg-wasm');
await initWasm(readFileSync(load.resolve('@resvg/resvg-wasm/index_bg.wasm')));
const { icons, width, height } = json('@iconify-json/noto/icons.json');
const icon = json('@iconify-json/noto/chars.json');
const cldr = json('emojibase-data/en/data.json');

/** Straight RGBA of an emoji, [EMOJI_SIDE × EMOJI_SIDE × 4]. */
function draw(/** @type {string} */ name) {
  const found = cldr.find((/** @type {{ label: string }} */ { label }) => label === name);
  const code = found?.hexcode.toLowerCase();
  const body = icons[icon[code] ?? icon[code?.replaceAll('-fe0f', '')]]?.body;
  if (!body) throw new Error(`${name}: no such CLDR short name among the icons`);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${EMOJI_SIDE}" height="${EMOJI_SIDE}" viewBox="0 0 ${width} ${height}">${body}</svg>`;
  // resvg gives premultiplied pixels.
  const pixels = Uint8Array.from(new Resvg(svg).render().pixels);
  for (let i = 0; i < pixels.length; i += 4) {
    const alpha = pixels[i + 3];
    for (let c = i; c < i + 3; c++)
      pixels[c] = alpha === 0 ? 0 : Math.min(255, Math.round((255 * pixels[c]) / alpha));
  }
  return pixels;
}

/** As atlas.ts reads it: emoji after emoji, channel planes, each value the difference from the one to its left. */
const area = EMOJI_SIDE * EMOJI_SIDE;
const planes = new Uint8Array(EMOJI.length * 4 * area);
EMOJI.forEach((/** @type {{ name: string }} */ { name }, /** @type {number} */ e) => {
  const pixels = draw(name);
  for (let c = 0; c < 4; c++)
    for (let i = 0; i < area; i++) {
      const left = i % EMOJI_SIDE === 0 ? 0 : pixels[4 * (i - 1) + c];
      planes[(e * 4 + c) * area + i] = pixels[4 * i + c] - left;
    }
});
const text = Buffer.from(zlibSync(planes, { level: 9 })).toString('base64');
const module = `/**
 * Made by scripts/picturesAtlas.mjs; do not edit. Pictures: Noto Emoji, Copyright Google LLC, Apache License 2.0 (its
 * text is in NOTICE), drawn at ${EMOJI_SIDE} px.
 */
export const ATLAS =
  '${text}';
`;
writeFileSync(join(pictures, 'atlasData.ts'), strToU8(module));
console.error(`${EMOJI.length} emoji, ${module.length} bytes`);
