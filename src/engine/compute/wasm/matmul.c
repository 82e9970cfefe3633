/* Products of a dense layer, without transposing anything first: x·wᵀ + b, dy·w and dyᵀ·x are one blocked product
   whose operands are read with strides. The right operand is packed into panels of 8 columns. */
#include "simd.h"

enum { ROWS = 4, COLUMNS = 8, DEPTH = 512, TALL = 128 };

/* Block of b from row k0, `depth` rows, all n columns -> panels [n / 8][depth][8], zero past the last column.
   Element (k, j) of b lies at b[k * bk + j * bj]. */
static void pack_panels(const f32 *b, i32 bk, i32 bj, f32 *panels, i32 depth, i32 n) {
  for (i32 j0 = 0; j0 < n; j0 += COLUMNS) {
    i32 wide = n - j0 < COLUMNS ? n - j0 : COLUMNS;
    for (i32 k = 0; k < depth; k++, panels += COLUMNS) {
      const f32 *from = b + k * bk + j0 * bj;
      if (wide == COLUMNS && bj == 1) {
        store(panels, load(from));
        store(panels + 4, load(from + 4));
      } else {
        for (i32 j = 0; j < wide; j++) panels[j] = from[j * bj];
        for (i32 j = wide; j < COLUMNS; j++) panels[j] = 0;
      }
    }
  }
}

/* c[4][8] (rows ldc apart) += a panel of b times 4 rows of a; element (r, k) of a lies at a[r][k * ak]. */
static inline void tile(const f32 *const a[ROWS], i32 ak, const f32 *panel, i32 depth, f32 *c, i32 ldc) {
  const f32 *a0 = a[0], *a1 = a[1], *a2 = a[2], *a3 = a[3];
  v128_t c00 = load(c), c01 = load(c + 4);
  v128_t c10 = load(c + ldc), c11 = load(c + ldc + 4);
  v128_t c20 = load(c + 2 * ldc), c21 = load(c + 2 * ldc + 4);
  v128_t c30 = load(c + 3 * ldc), c31 = load(c + 3 * ldc + 4);
  for (i32 k = 0; k < depth; k++, panel += COLUMNS) {
    v128_t b0 = load(panel), b1 = load(panel + 4), s;
    s = wasm_v128_load32_splat(a0); c00 = add(c00, mul(s, b0)); c01 = add(c01, mul(s, b1));
    s = wasm_v128_load32_splat(a1); c10 = add(c10, mul(s, b0)); c11 = add(c11, mul(s, b1));
    s = wasm_v128_load32_splat(a2); c20 = add(c20, mul(s, b0)); c21 = add(c21, mul(s, b1));
    s = wasm_v128_load32_splat(a3); c30 = add(c30, mul(s, b0)); c31 = add(c31, mul(s, b1));
    a0 += ak; a1 += ak; a2 += ak; a3 += ak;
  }
  store(c, c00); store(c + 4, c01);
  store(c + ldc, c10); store(c + ldc + 4, c11);
  store(c + 2 * ldc, c20); store(c + 2 * ldc + 4, c21);
  store(c + 3 * ldc, c30); store(c + 3 * ldc + 4, c31);
}

/* A tile at the edge, `tall` x `wide`, through a full-sized copy. */
static void edge_tile(const f32 *const a[ROWS], i32 ak, const f32 *panel, i32 depth, f32 *c, i32 ldc, i32 tall,
                      i32 wide, f32 *copy) {
  for (i32 r = 0; r < tall; r++)
    for (i32 j = 0; j < COLUMNS; j++) copy[r * COLUMNS + j] = j < wide ? c[r * ldc + j] : 0;
  tile(a, ak, panel, depth, copy, COLUMNS);
  for (i32 r = 0; r < tall; r++)
    for (i32 j = 0; j < wide; j++) c[r * ldc + j] = copy[r * COLUMNS + j];
}

/* c [m, n] = bias (or 0 where null) + a·b; a (i, k) at a[i * ai + k * ak], b (k, j) at b[k * bk + j * bj].
   scratch: 512 * (n rounded up to 8) + 32 floats. */
EXPORT(matmul)
void matmul(const f32 *a, const f32 *b, const f32 *bias, f32 *c, i32 m, i32 n, i32 depth, i32 ai, i32 ak, i32 bk, i32 bj,
            f32 *scratch) {
  f32 *copy = scratch, *panels = scratch + ROWS * COLUMNS;
  for (i32 i = 0; i < m; i++) {
    if (bias) __builtin_memcpy(c + i * n, bias, n * sizeof(f32));
    else fill(c + i * n, 0, n);
  }
  for (i32 k0 = 0; k0 < depth; k0 += DEPTH) {
    i32 deep = depth - k0 < DEPTH ? depth - k0 : DEPTH;
    pack_panels(b + k0 * bk, bk, bj, panels, deep, n);
    for (i32 i0 = 0; i0 < m; i0 += TALL) {
      i32 end = i0 + TALL < m ? i0 + TALL : m;
      const f32 *panel = panels;
      for (i32 j0 = 0; j0 < n; j0 += COLUMNS, panel += deep * COLUMNS) {
        i32 wide = n - j0 < COLUMNS ? n - j0 : COLUMNS;
        for (i32 i = i0; i < end; i += ROWS) {
          i32 tall = end - i < ROWS ? end - i : ROWS;
          const f32 *rows[ROWS];
          for (i32 r = 0; r < ROWS; r++) rows[r] = a + (r < tall ? i + r : i) * ai + k0 * ak;
          f32 *to = c + i * n + j0;
          if (tall == ROWS && wide == COLUMNS) tile(rows, ak, panel, deep, to, n);
          else edge_tile(rows, ak, panel, deep, to, n, tall, wide, copy);
        }
      }
    }
  }
}

/* out [n] = sum over the rows of x [m, n]. */
EXPORT(sum_rows)
void sum_rows(const f32 *x, f32 *out, i32 m, i32 n) {
  fill(out, 0, n);
  for (i32 i = 0; i < m; i++, x += n)
    for (i32 j = 0; j < n; j++) out[j] += x[j];
}
