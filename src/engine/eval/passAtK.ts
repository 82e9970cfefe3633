/**
 * Unbiased estimate of the chance that at least one of k responses is right, from n of which c are:
 * 1 − C(n−c, k) / C(n, k), as a product so that nothing overflows. Needs 1 ≤ k ≤ n. Chen et al. 2021 (Codex), §2.1.
 */
export function passAtK(n: number, c: number, k: number): number {
  if (n - c < k) return 1;
  let allWrong = 1;
  for (let i = n - c + 1; i <= n; i++) allWrong *= 1 - k / i;
  return 1 - allWrong;
}

/** 1, 2, 4, … up to n. */
export function passSizes(n: number): number[] {
  const sizes: number[] = [];
  for (let k = 1; k <= n; k *= 2) sizes.push(k);
  return sizes;
}
