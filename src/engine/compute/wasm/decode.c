/* One decoding step: keys and values are appended to the cache and attended to. D a multiple of 4. */
#include "simd.h"

/* q [B, H*D], k and v [B, KV*D]; caches [B, KV, capacity, D], changed in place; row b stands at positions[b] and
   sees what is before it and itself -> o [B, H*D]. scratch: capacity floats. */
EXPORT(decode_attention)
void decode_attention(const f32 *q, const f32 *k, const f32 *v, f32 *keys, f32 *values, const i32 *positions, f32 *o,
                      i32 B, i32 H, i32 KV, i32 D, i32 capacity, f32 scale, f32 *scratch) {
  i32 group = H / KV;
  for (i32 b = 0; b < B; b++) {
    i32 last = positions[b];
    for (i32 h = 0; h < H; h++) {
      i32 kv = h / group;
      f32 *kc = keys + (b * KV + kv) * capacity * D, *vc = values + (b * KV + kv) * capacity * D;
      if (h % group == 0) {
        __builtin_memcpy(kc + last * D, k + (b * KV + kv) * D, D * sizeof(f32));
        __builtin_memcpy(vc + last * D, v + (b * KV + kv) * D, D * sizeof(f32));
      }
      const f32 *query = q + (b * H + h) * D;
      f32 *out = o + (b * H + h) * D;
      f32 top = -1e30f, total = 0;
      i32 j = 0;
      for (; j + 4 <= last + 1; j += 4) {
        const f32 *row = kc + j * D;
        v128_t d0 = splat(0), d1 = d0, d2 = d0, d3 = d0;
        for (i32 d = 0; d < D; d += 4, row += 4) {
          v128_t x = load(query + d);
          d0 = add(d0, mul(x, load(row)));
          d1 = add(d1, mul(x, load(row + D)));
          d2 = add(d2, mul(x, load(row + 2 * D)));
          d3 = add(d3, mul(x, load(row + 3 * D)));
        }
        store(scratch + j, mul(sums4(d0, d1, d2, d3), splat(scale)));
      }
      for (; j <= last; j++) {
        v128_t dot = splat(0);
        for (i32 d = 0; d < D; d += 4) dot = add(dot, mul(load(query + d), load(kc + j * D + d)));
        scratch[j] = sum4(dot) * scale;
      }
      for (j = 0; j <= last; j++) if (scratch[j] > top) top = scratch[j];
      v128_t shift = splat(top);
      for (j = 0; j + 4 <= last + 1; j += 4) store(scratch + j, exp4(sub(load(scratch + j), shift)));
      for (; j <= last; j++) scratch[j] = exp1(scratch[j] - top);
      for (j = 0; j <= last; j++) total += scratch[j];
      v128_t inverse = splat(1.0f / total);
      i32 d = 0;
      for (; d + 16 <= D; d += 16) {
        v128_t a0 = splat(0), a1 = a0, a2 = a0, a3 = a0;
        const f32 *row = vc + d;
        for (j = 0; j <= last; j++, row += D) {
          v128_t p = splat(scratch[j]);
          a0 = add(a0, mul(p, load(row)));
          a1 = add(a1, mul(p, load(row + 4)));
          a2 = add(a2, mul(p, load(row + 8)));
          a3 = add(a3, mul(p, load(row + 12)));
        }
        store(out + d, mul(a0, inverse)); store(out + d + 4, mul(a1, inverse));
        store(out + d + 8, mul(a2, inverse)); store(out + d + 12, mul(a3, inverse));
      }
      for (; d < D; d += 4) {
        v128_t acc = splat(0);
        for (j = 0; j <= last; j++) acc = add(acc, mul(splat(scratch[j]), load(vc + j * D + d)));
        store(out + d, mul(acc, inverse));
      }
    }
  }
}

/* Keys or values of a prompt [B*P, KV*D] into a cache [B, KV, capacity, D], the rest of which stays as it is. */
EXPORT(fill_cache)
void fill_cache(const f32 *rows, f32 *cache, i32 B, i32 P, i32 KV, i32 D, i32 capacity) {
  for (i32 b = 0; b < B; b++)
    for (i32 t = 0; t < P; t++)
      for (i32 h = 0; h < KV; h++)
        __builtin_memcpy(cache + ((b * KV + h) * capacity + t) * D, rows + ((b * P + t) * KV + h) * D, D * sizeof(f32));
}

/* to[n] = from[indices[n]], rows of `width` floats. */
EXPORT(copy_rows)
void copy_rows(const f32 *from, const i32 *indices, f32 *to, i32 rows, i32 width) {
  for (i32 n = 0; n < rows; n++) __builtin_memcpy(to + n * width, from + indices[n] * width, width * sizeof(f32));
}
