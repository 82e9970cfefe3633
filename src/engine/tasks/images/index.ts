/**
 * Image files in, rasters out: told apart by content, decoded by wasm codecs (the same in the worker and in Node,
 * so that page and terminal see the same pixels), upright, opaque, 8 bits. Every error starts with `image "path"`
 * and says what to do. The codecs need a loader: codecs.browser.ts or codecs.node.ts, set once by the host.
 */
export { encodePng, setCodecLoader, type CodecLoader } from './codecs.ts';
export { decodeImage } from './decode.ts';
export { inspectImage, MAX_PIXELS, refuseLargeImage, type ImageFormat, type ImageHeader } from './inspect.ts';
export { resizeBilinear } from './resize.ts';
