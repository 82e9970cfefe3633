import { unzlibSync } from 'fflate';
import { EMOJI, EMOJI_SIDE } from './emoji.ts';

/** Straight RGBA of an emoji by its name, [EMOJI_SIDE × EMOJI_SIDE × 4]. */
export type Atlas = ReadonlyMap<string, Uint8ClampedArray>;

let atlas: Promise<Atlas> | null = null;

/** The drawings of all emoji; fetched with the first picture, apart from what a page loads first, and then kept. */
export function loadAtlas(): Promise<Atlas> {
  atlas ??= fetchAtlas().catch((error: unknown) => {
    // Not there just now: the next picture tries again.
    atlas = null;
    throw error;
  });
  return atlas;
}

async function fetchAtlas(): Promise<Atlas> {
  const { ATLAS } = await import('./atlasData.ts');
  return decode(unzlibSync(Uint8Array.from(atob(ATLAS), (character) => character.charCodeAt(0))));
}

/** Emoji after emoji, channel planes, each value the difference from the one to its left. */
function decode(planes: Uint8Array): Atlas {
  const area = EMOJI_SIDE * EMOJI_SIDE;
  const entries = EMOJI.map(({ name }, e): [string, Uint8ClampedArray] => {
    const pixels = new Uint8ClampedArray(4 * area);
    for (let channel = 0; channel < 4; channel++) {
      let value = 0;
      for (let i = 0; i < area; i++) {
        const difference = planes[(e * 4 + channel) * area + i];
        value = (i % EMOJI_SIDE === 0 ? difference : value + difference) & 255;
        pixels[4 * i + channel] = value;
      }
    }
    return [name, pixels];
  });
  return new Map(entries);
}
