import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';

/** Ids that a policy needs; `image` stands in a prompt for each image token. */
export interface SpecialIds {
  readonly pad: number;
  readonly bos: number;
  readonly eos: number;
  readonly image: number;
}

/** Names under which checkpoints know the special tokens, ours first, then SmolVLM's. */
const SPECIAL_NAMES: Readonly<Record<keyof SpecialIds, readonly string[]>> = {
  pad: ['<pad>', '<|im_end|>', '<|endoftext|>'],
  bos: ['<bos>', '<|im_start|>', '<s>'],
  eos: ['<eos>', '<end_of_utterance>', '</s>', '<|im_end|>'],
  image: ['<image>'],
};

/** Text ↔ token ids, from the `tokenizer.json` of a checkpoint. */
export class Tokenizer {
  readonly ids: SpecialIds;
  /** Number of ids that have a text; a model's vocabulary may be padded beyond. */
  readonly vocabSize: number;
  readonly #tokenizer: HuggingFaceTokenizer;
  readonly #specialIds: ReadonlySet<number>;

  private constructor(tokenizer: HuggingFaceTokenizer, config: Readonly<Record<string, unknown>>) {
    this.#tokenizer = tokenizer;
    this.vocabSize = tokenizer.get_vocab().size;
    this.ids = {
      pad: this.#special('pad', config),
      bos: this.#special('bos', config),
      eos: this.#special('eos', config),
      image: this.#special('image', config),
    };
    const added = [...tokenizer.get_added_tokens_decoder()];
    this.#specialIds = new Set(added.filter(([, token]) => token.special).map(([id]) => id));
  }

  /**
   * Reads a parsed `tokenizer.json` and, where the checkpoint has one, `tokenizer_config.json`, which may name the
   * special tokens. Throws an Error that says what is missing.
   */
  static fromJson(tokenizerJson: unknown, tokenizerConfig: unknown = {}): Tokenizer {
    const json = requireObject(tokenizerJson, 'tokenizer.json');
    const config = requireObject(tokenizerConfig, 'tokenizer_config.json');
    let tokenizer: HuggingFaceTokenizer;
    try {
      tokenizer = new HuggingFaceTokenizer(json, config);
    } catch (cause) {
      throw new Error(
        `tokenizer.json: cannot be read (${String(cause)}); give a Hugging Face fast tokenizer`,
        { cause },
      );
    }
    return new Tokenizer(tokenizer, config);
  }

  /** Ids of a text, no special tokens added; the names of added tokens in the text become those tokens. */
  encode(text: string): number[] {
    return this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
  }

  /** Exact text of ids; special tokens are left out unless told otherwise, ids without a text always are. */
  decode(ids: readonly number[], options: { readonly skipSpecials?: boolean } = {}): string {
    const skip = options.skipSpecials ?? true;
    const kept = ids.filter((id) => id >= 0 && id < this.vocabSize && !(skip && this.#specialIds.has(id)));
    return kept.length === 0 ? '' : this.#tokenizer.decode(kept, { clean_up_tokenization_spaces: false });
  }

  /** Text of one token as it stands in a decode, specials by name; part of a character shows as U+FFFD. */
  tokenText(id: number): string {
    return this.decode([id], { skipSpecials: false });
  }

  #special(name: keyof SpecialIds, config: Readonly<Record<string, unknown>>): number {
    const configured = contentOf(config[`${name}_token`]);
    const names = configured === null ? SPECIAL_NAMES[name] : [configured];
    for (const candidate of names) {
      const id = this.#tokenizer.token_to_id(candidate);
      if (id !== undefined) return id;
    }
    throw new Error(
      `tokenizer.json: has no ${name} token (looked for ${names.join(', ')}); name it in tokenizer_config.json`,
    );
  }
}

/** A special token is written as its text, or as an object that holds it. */
function contentOf(token: unknown): string | null {
  if (typeof token === 'string') return token;
  if (
    typeof token === 'object' &&
    token !== null &&
    'content' in token &&
    typeof token.content === 'string'
  ) {
    return token.content;
  }
  return null;
}

function requireObject(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${name}: got ${JSON.stringify(value)?.slice(0, 60)}; give the file's JSON object`);
  }
  return Object.fromEntries(Object.entries(value));
}
