/** The wasm codecs (@jsquash: squoosh PNG in Rust, MozJPEG, libwebp), one decode at a time. */
import decodeJpeg, { init as initJpeg } from '@jsquash/jpeg/decode.js';
import decodePng, { init as initPngDecoder } from '@jsquash/png/decode.js';
import encodePngData from '@jsquash/png/encode.js';
import decodeWebp, { init as initWebp } from '@jsquash/webp/decode.js';
import type { RasterImage } from '../types.ts';
import type { ImageFormat } from './inspect.ts';

/** Brings a codec's wasm: compiled, or as bytes. */
export type CodecLoader = (name: ImageFormat) => Promise<WebAssembly.Module | BufferSource>;

let loader: CodecLoader | null = null;
const compiled = new Map<ImageFormat, Promise<WebAssembly.Module>>();
/** Codecs that hold a live wasm instance. */
const ready = new Set<ImageFormat>();

/** Says where wasm comes from; codecs.browser.ts and codecs.node.ts know. */
export function setCodecLoader(next: CodecLoader): void {
  loader = next;
}

function compile(name: ImageFormat): Promise<WebAssembly.Module> {
  const known = compiled.get(name);
  if (known) return known;
  if (!loader) throw new Error('No image codecs: call setCodecLoader before the first image.');
  const promise = loader(name).then((wasm) =>
    wasm instanceof WebAssembly.Module ? wasm : WebAssembly.compile(wasm),
  );
  compiled.set(name, promise);
  // A failed fetch must not stick: the next image tries again.
  promise.catch(() => compiled.delete(name));
  return promise;
}

/** What MozJPEG said while decoding: libjpeg fills what is missing with grey and only warns. */
let warnings: string[] = [];

/** Emscripten options the codec's type leaves out: instantiate from a module, keep what it prints. */
function emscriptenOptions(module: WebAssembly.Module): Record<string, unknown> {
  return {
    instantiateWasm: (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => {
      const instance = new WebAssembly.Instance(module, imports);
      done(instance);
      return instance.exports;
    },
    print: () => undefined,
    printErr: (line: string) => warnings.push(line),
  };
}

async function prepare(name: ImageFormat): Promise<void> {
  if (ready.has(name)) return;
  const module = await compile(name);
  if (name === 'png') await initPngDecoder(module);
  if (name === 'jpeg') await initJpeg(emscriptenOptions(module));
  if (name === 'webp') await initWebp(emscriptenOptions(module));
  ready.add(name);
}

/** Serialises codec calls: they share warnings, and two large photos at once double the peak memory. */
let queue: Promise<unknown> = Promise.resolve();
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = queue.then(work);
  queue = result.catch(() => undefined);
  return result;
}

const FATAL_WARNING = /premature end|bad huffman|instead of RST/i;
/** Above this many pixels a codec's instance is let go after use, for wasm memory never shrinks. */
const KEEP_PIXELS = 8_000_000;

/** Straight RGBA as stored, orientation and alpha untouched. Throws the codec's reason when the data is damaged. */
export function runDecoder(name: ImageFormat, bytes: Uint8Array): Promise<RasterImage> {
  return inTurn(async () => {
    await prepare(name);
    warnings = [];
    try {
      const buffer = bytes.slice().buffer;
      const decode = { png: decodePng, jpeg: decodeJpeg, webp: decodeWebp }[name];
      const { width, height, data } = await decode(buffer);
      const fatal = warnings.find((line) => FATAL_WARNING.test(line));
      if (fatal) throw new Error(fatal);
      if (width * height > KEEP_PIXELS) ready.delete(name);
      return { width, height, data: new Uint8ClampedArray(data.buffer, data.byteOffset, data.length) };
    } catch (error) {
      // A trapped or exited instance may hold a broken heap: the next image gets a fresh one.
      ready.delete(name);
      throw new Error(warnings.at(-1) ?? (error instanceof Error ? error.message : String(error)));
    }
  });
}

/** RGBA → a PNG file. */
export function encodePng(image: RasterImage): Promise<Uint8Array> {
  return inTurn(async () => {
    await prepare('png');
    // The encoder takes the whole buffer under `data`, so a view must be cut out first.
    const { width, height } = image;
    const data = new Uint8ClampedArray(image.data);
    return new Uint8Array(await encodePngData({ width, height, data, colorSpace: 'srgb' }));
  });
}
