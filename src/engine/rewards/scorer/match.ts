/**
 * How alike picture and description are, from the cosines of their parts: late interaction. Every entry looks for
 * its patches (what is said must be seen), and every patch that shows something for its entry (what is seen must
 * be said). Both are shares in [0, 1]; the similarity is their mean, so that it falls with an error of either sort.
 */

/** Sharpness of an entry's softmax over patches. */
export const SHARPNESS = 10;
/** A cosine c counts as found with probability σ(SCALE·c − BIAS): one half at 0.58. */
export const SCALE = 12;
export const BIAS = 7;

export const found = (cosine: number): number => 1 / (1 + Math.exp(BIAS - SCALE * cosine));

/** Cosine of an entry with the patches it looks at: their mean, weighted by softmax(SHARPNESS · cosine). */
export function attended(cosines: readonly number[] | Float32Array): number {
  let [sum, weights] = [0, 0];
  for (const cosine of cosines) {
    const weight = Math.exp(SHARPNESS * (cosine - 1));
    sum += weight * cosine;
    weights += weight;
  }
  return sum / weights;
}

/** Cosine of each patch with the entry that explains it best: entries × patches → patches; 0 without entries. */
export function bestOfEntries(rows: readonly Float32Array[], patches: number): Float32Array {
  const best = new Float32Array(patches);
  if (rows.length > 0) best.fill(-1);
  for (const row of rows) row.forEach((cosine, j) => (best[j] = Math.max(best[j], cosine)));
  return best;
}

/** Entry rows of cosines and each patch's salience (0 … 1) → similarity in [0, 1]; 0 for a text without entries. */
export function similarityOf(rows: readonly Float32Array[], salience: Float32Array): number {
  if (rows.length === 0) return 0;
  const said = rows.reduce((sum, row) => sum + found(attended(row)), 0) / rows.length;
  let [seen, weights] = [0, 0];
  bestOfEntries(rows, salience.length).forEach((cosine, j) => {
    seen += salience[j] * found(cosine);
    weights += salience[j];
  });
  return (said + seen / weights) / 2;
}
