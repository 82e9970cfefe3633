import type { Suite } from '../tasks/index.ts';
import { SHORT_INSTRUCTION } from './prompt.ts';

/** Ids of the special tokens in every tokenizer built here. */
const SPECIAL_TOKENS = ['<pad>', '<bos>', '<eos>', '<image>'];

/** Headings of PeBR's response format, an ordinary token each, with the line break that comes before. */
const HEADINGS = [
  '### Image Description:',
  '\n### Rationales:',
  "\n### Let's think step by step.",
  '\n### Step 1:',
  '\n### Step 2:',
  '\n### Step 3:',
  '\n### The final answer is:',
];

/** What a `tokenizer.json` holds, as far as it is written here. */
export interface TokenizerJson {
  readonly version: '1.0';
  readonly truncation: null;
  readonly padding: null;
  readonly added_tokens: readonly AddedTokenJson[];
  readonly normalizer: null;
  readonly pre_tokenizer: ByteLevelJson;
  readonly post_processor: null;
  readonly decoder: ByteLevelJson;
  readonly model: {
    readonly type: 'BPE';
    readonly dropout: null;
    readonly unk_token: null;
    readonly continuing_subword_prefix: null;
    readonly end_of_word_suffix: null;
    readonly fuse_unk: false;
    readonly byte_fallback: false;
    readonly ignore_merges: true;
    readonly vocab: Readonly<Record<string, number>>;
    readonly merges: readonly string[];
  };
}

interface AddedTokenJson {
  readonly id: number;
  readonly content: string;
  readonly single_word: false;
  readonly lstrip: false;
  readonly rstrip: false;
  readonly normalized: false;
  readonly special: boolean;
}

interface ByteLevelJson {
  readonly type: 'ByteLevel';
  readonly add_prefix_space: false;
  readonly trim_offsets: false;
  readonly use_regex: true;
}

/**
 * The `tokenizer.json` of a built-in suite: byte-level BPE without merges, in which every word of the suite is one
 * token and any other text falls back to its bytes. Headings and the instruction are ordinary added tokens; only
 * pad, bos, eos and image are special, so text is a decode without specials.
 */
export function buildTokenizer(suite: Pick<Suite, 'words' | 'openers'>): TokenizerJson {
  const phrases = [SHORT_INSTRUCTION, ...HEADINGS];
  const words = [...suite.words.map((word) => `Ġ${word}`), ...suite.openers];
  const tokens = [...SPECIAL_TOKENS, ...phrases, ...byteSymbols(), ...words];
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  const added = [...SPECIAL_TOKENS, ...phrases].map((content): AddedTokenJson => {
    const special = SPECIAL_TOKENS.includes(content);
    return {
      id: vocab[content] ?? 0,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special,
    };
  });
  const byteLevel: ByteLevelJson = {
    type: 'ByteLevel',
    add_prefix_space: false,
    trim_offsets: false,
    use_regex: true,
  };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: true,
      vocab,
      merges: [],
    },
  };
}

/** The `tokenizer_config.json` beside it, for transformers. */
export function buildTokenizerConfig(): Readonly<Record<string, unknown>> {
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    bos_token: '<bos>',
    eos_token: '<eos>',
    pad_token: '<pad>',
    image_token: '<image>',
    extra_special_tokens: { image_token: '<image>' },
    clean_up_tokenization_spaces: false,
    model_max_length: 2048,
  };
}

/** GPT-2's 256 printable stand-ins for bytes: printable Latin-1 stands for itself, the rest from U+0100 on. */
function byteSymbols(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCharCode(printable ? byte : next++);
  });
}
