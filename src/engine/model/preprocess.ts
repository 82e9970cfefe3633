/** From rasters to the vision tower's input, and the preprocessor_config.json that says how. */
import { resizeBilinear } from '../tasks/images/resize.ts';
import type { RasterImage } from '../tasks/types.ts';
import type { ImagePreprocessing, PolicyConfig } from './types.ts';

/** Images of any size → [B, 3, S, S] f32, (x / 255 − mean) / std after a squash to S × S (antialiased bilinear). */
export function toPixelValues(
  images: readonly RasterImage[],
  preprocessing: ImagePreprocessing,
): Float32Array {
  const { imageSize, mean, std } = preprocessing;
  const area = imageSize * imageSize;
  const out = new Float32Array(images.length * 3 * area);
  for (const [index, image] of images.entries()) {
    const { data } = resizeBilinear(image, imageSize, imageSize);
    for (let channel = 0; channel < 3; channel++) {
      const to = (index * 3 + channel) * area;
      const shift = mean[channel];
      const scale = std[channel];
      for (let i = 0; i < area; i++) out[to + i] = (data[i * 4 + channel] / 255 - shift) / scale;
    }
  }
  return out;
}

/** SigLIP's normalisation, of checkpoints that name none: 0…255 → −1…1. */
export const DEFAULT_PREPROCESSING: Omit<ImagePreprocessing, 'imageSize'> = {
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
};

const FILE = 'preprocessor_config.json';
const RESCALE_FACTOR = 1 / 255;

/** Three finite numbers of a field; one number stands for all three, an absent field for 0.5 (SigLIP's). */
function readTriple(fields: Readonly<Record<string, unknown>>, name: string): [number, number, number] {
  const value = fields[name] ?? 0.5;
  const triple: unknown[] = Array.isArray(value) ? value : [value, value, value];
  const numbers = triple.filter(
    (entry): entry is number => typeof entry === 'number' && Number.isFinite(entry),
  );
  if (triple.length !== 3 || numbers.length !== 3) {
    throw new Error(
      `${FILE}: "${name}" is ${JSON.stringify(value)}; give three numbers, e.g. [0.5, 0.5, 0.5].`,
    );
  }
  return [numbers[0], numbers[1], numbers[2]];
}

/**
 * Reads a Hugging Face preprocessor_config.json (SmolVLM, Idefics3); null when the checkpoint has none.
 * The size is the model's own image_size, whatever `size` says; `resample` is not read, ours is always
 * antialiased bilinear. Throws, naming the field, on what would need other pixels than we make.
 */
export function readPreprocessing(json: unknown, config: PolicyConfig): ImagePreprocessing {
  const imageSize = config.vision.image_size;
  if (json === null || json === undefined) return { imageSize, ...DEFAULT_PREPROCESSING };
  if (typeof json !== 'object' || Array.isArray(json)) {
    throw new Error(`${FILE}: holds ${JSON.stringify(json).slice(0, 60)}; it must hold a JSON object.`);
  }
  const fields: Readonly<Record<string, unknown>> = Object.fromEntries(Object.entries(json));
  if (fields.do_image_splitting === true) {
    throw new Error(
      `${FILE}: do_image_splitting is true; images are squashed to one square here. Set it to false to use the checkpoint that way.`,
    );
  }
  if (fields.do_rescale === false) {
    throw new Error(`${FILE}: do_rescale is false; only pixels scaled to 0…1 are supported. Set it to true.`);
  }
  const factor = fields.rescale_factor ?? RESCALE_FACTOR;
  if (typeof factor !== 'number' || Math.abs(factor - RESCALE_FACTOR) > 1e-6) {
    throw new Error(`${FILE}: rescale_factor is ${JSON.stringify(factor)}; only 1/255 is supported.`);
  }
  if (fields.do_normalize === false) return { imageSize, mean: [0, 0, 0], std: [1, 1, 1] };
  const std = readTriple(fields, 'image_std');
  if (std.some((value) => value <= 0)) {
    throw new Error(`${FILE}: "image_std" is ${JSON.stringify(std)}; every value must be greater than 0.`);
  }
  return { imageSize, mean: readTriple(fields, 'image_mean'), std };
}

/**
 * The preprocessor_config.json of a checkpoint we save. transformers' SmolVLM processor first scales the longest edge to
 * `size`, then squashes to `max_image_size`; a generous `size` keeps its pixels within 2 of 255 of ours on photos
 * (measured with 5.18 at 48 px), where the image size itself would blur what is not square by tens.
 */
export function writePreprocessing(preprocessing: ImagePreprocessing): Record<string, unknown> {
  const { imageSize, mean, std } = preprocessing;
  return {
    image_processor_type: 'SmolVLMImageProcessor',
    processor_class: 'SmolVLMProcessor',
    do_convert_rgb: true,
    do_resize: true,
    size: { longest_edge: Math.max(imageSize, Math.min(16 * imageSize, 2048)) },
    max_image_size: { longest_edge: Math.max(imageSize, Math.min(16 * imageSize, 2048)) },
    resample: 2,
    do_image_splitting: false,
    do_rescale: true,
    rescale_factor: RESCALE_FACTOR,
    do_normalize: true,
    image_mean: [...mean],
    image_std: [...std],
    do_pad: true,
  };
}
