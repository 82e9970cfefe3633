/** Where Node finds the codecs' wasm. Never imported by the page. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { CodecLoader } from './codecs.ts';
import type { ImageFormat } from './inspect.ts';

const FILES: Readonly<Record<ImageFormat, string>> = {
  png: '@jsquash/png/codec/pkg/squoosh_png_bg.wasm',
  jpeg: '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm',
  webp: '@jsquash/webp/codec/dec/webp_dec.wasm',
};

/**
 * For setCodecLoader: reads the installed packages, those beside this file (or the bundle it went into), else those
 * of the working directory.
 */
export const nodeCodecLoader: CodecLoader = async (name) => {
  const places = [import.meta.url, join(process.cwd(), 'package.json')];
  for (const place of places) {
    let path: string;
    try {
      path = createRequire(place).resolve(FILES[name]);
    } catch {
      continue;
    }
    return new Uint8Array(await readFile(path));
  }
  throw new Error(
    `The ${name} codec ${FILES[name]} is not installed near ${places.join(' or ')}; run npm ci.`,
  );
};
