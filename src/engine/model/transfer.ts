import { EMBEDDING, HEAD, VISION_PREFIX } from './layout.ts';
import type { Tokenizer } from './tokenizer.ts';
import type { NamedTensor, NamedTensors } from './types.ts';

/** Tables with a row for each place or token: they may differ in length. */
const POSITIONS = `${VISION_PREFIX}embeddings.position_embedding.weight`;
const TOKEN_TABLES: readonly string[] = [EMBEDDING, HEAD];

/** A policy's tensors with the tokenizer that numbers the rows of its token tables. */
export interface Numbered {
  readonly tensors: NamedTensors;
  readonly tokenizer: Tokenizer;
}

/**
 * A new policy's tensors with what another task's policy has learned: equal tensors are copied, a token's row goes to
 * the same token's row, and what the other has not (new tokens; places, when the picture's size differs) stays as
 * initialized. Throws naming the tensor when the two are of different architectures.
 */
export function transferred(fresh: Numbered, learned: Numbered): NamedTensors {
  const tensors = new Map<string, NamedTensor>();
  for (const [name, tensor] of fresh.tensors) {
    const source = learned.tensors.get(name);
    const table = TOKEN_TABLES.includes(name) || name === POSITIONS;
    const [ours, theirs] = [tensor, source].map((t) => t?.shape.slice(table ? 1 : 0).join(', '));
    if (!source || ours !== theirs) {
      const found = source ? `has shape [${source.shape.join(', ')}]` : 'is missing';
      throw new Error(
        `transfer: tensor "${name}" ${found}, the new policy needs [${tensor.shape.join(', ')}]; take a policy of the same preset`,
      );
    }
    if (TOKEN_TABLES.includes(name)) tensors.set(name, withRows(tensor, source, sameTokens(fresh, learned)));
    else tensors.set(name, source.shape[0] === tensor.shape[0] ? source : tensor);
  }
  return tensors;
}

/** Pairs [row, the other's row] of the tokens that both know. */
function sameTokens(fresh: Numbered, learned: Numbered): [number, number][] {
  const rows = new Map<string, number>();
  for (let id = 0; id < learned.tokenizer.vocabSize; id++) rows.set(learned.tokenizer.tokenText(id), id);
  const pairs: [number, number][] = [];
  for (let id = 0; id < fresh.tokenizer.vocabSize; id++) {
    const row = rows.get(fresh.tokenizer.tokenText(id));
    if (row !== undefined) pairs.push([id, row]);
  }
  return pairs;
}

function withRows(
  { shape, data }: NamedTensor,
  source: NamedTensor,
  rows: readonly [number, number][],
): NamedTensor {
  const width = shape[1];
  const copy = data.slice();
  for (const [to, from] of rows) copy.set(source.data.subarray(from * width, (from + 1) * width), to * width);
  return { shape, data: copy };
}
