/** Where the page's worker finds the codecs' wasm: assets the bundler copies beside the scripts. */
import jpegUrl from '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm?url';
import pngUrl from '@jsquash/png/codec/pkg/squoosh_png_bg.wasm?url';
import webpUrl from '@jsquash/webp/codec/dec/webp_dec.wasm?url';
import { setCodecLoader } from './codecs.ts';

const URLS = { png: pngUrl, jpeg: jpegUrl, webp: webpUrl };

/** Lets decodeImage and encodePng work in a browser, page or worker. */
export function useBrowserCodecs(): void {
  setCodecLoader(async (name) => {
    const response = await fetch(URLS[name]);
    if (!response.ok)
      throw new Error(`The ${name} codec did not load (HTTP ${response.status}); reload the page.`);
    return response.arrayBuffer();
  });
}
