/* Softmax attention over rows [B*T, heads*D] as the linear layers leave them; grouped queries; D a multiple of 4.
   The probabilities are never stored: backward recomputes them from the log-sum-exp of each row.
   Four query rows are worked on at a time, so that keys and values are read once for the four. */
#include "simd.h"

/* Keys of one (batch, head) as [D][columns], columns past T zero. */
static void pack_transposed(const f32 *rows, i32 stride, f32 *out, i32 T, i32 columns, i32 D) {
  for (i32 d = 0; d < D; d++) {
    f32 *line = out + d * columns;
    for (i32 t = 0; t < T; t++) line[t] = rows[t * stride + d];
    for (i32 t = T; t < columns; t++) line[t] = 0;
  }
}

/* scores[r][j] = sum_d a[r][d] * bT[d][j], for 4 rows r and j < limit (a multiple of 4). */
static void rows_times_packed(const f32 *const a[4], const f32 *bT, f32 *scores, i32 columns, i32 limit, i32 D) {
  for (i32 j = 0; j + 8 <= limit; j += 8) {
    v128_t c00 = splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
    for (i32 d = 0; d < D; d++) {
      const f32 *line = bT + d * columns + j;
      v128_t b0 = load(line), b1 = load(line + 4), s;
      s = splat(a[0][d]); c00 = add(c00, mul(s, b0)); c01 = add(c01, mul(s, b1));
      s = splat(a[1][d]); c10 = add(c10, mul(s, b0)); c11 = add(c11, mul(s, b1));
      s = splat(a[2][d]); c20 = add(c20, mul(s, b0)); c21 = add(c21, mul(s, b1));
      s = splat(a[3][d]); c30 = add(c30, mul(s, b0)); c31 = add(c31, mul(s, b1));
    }
    f32 *out = scores + j;
    store(out, c00); store(out + 4, c01); out += columns;
    store(out, c10); store(out + 4, c11); out += columns;
    store(out, c20); store(out + 4, c21); out += columns;
    store(out, c30); store(out + 4, c31);
  }
  if (limit & 4) {
    i32 j = limit - 4;
    v128_t c0 = splat(0), c1 = c0, c2 = c0, c3 = c0;
    for (i32 d = 0; d < D; d++) {
      v128_t b = load(bT + d * columns + j);
      c0 = add(c0, mul(splat(a[0][d]), b));
      c1 = add(c1, mul(splat(a[1][d]), b));
      c2 = add(c2, mul(splat(a[2][d]), b));
      c3 = add(c3, mul(splat(a[3][d]), b));
    }
    store(scores + j, c0);
    store(scores + columns + j, c1);
    store(scores + 2 * columns + j, c2);
    store(scores + 3 * columns + j, c3);
  }
}

/* out[r] = sum_{j < count} p[r][j] * rows[j], for 4 rows. */
static void packed_times_rows(const f32 *p, i32 columns, const f32 *rows, i32 stride, i32 count, f32 *const out[4], i32 D) {
  i32 d = 0;
  for (; d + 8 <= D; d += 8) {
    v128_t c00 = splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
    for (i32 j = 0; j < count; j++) {
      const f32 *row = rows + j * stride + d;
      v128_t b0 = load(row), b1 = load(row + 4), s;
      s = splat(p[j]); c00 = add(c00, mul(s, b0)); c01 = add(c01, mul(s, b1));
      s = splat(p[columns + j]); c10 = add(c10, mul(s, b0)); c11 = add(c11, mul(s, b1));
      s = splat(p[2 * columns + j]); c20 = add(c20, mul(s, b0)); c21 = add(c21, mul(s, b1));
      s = splat(p[3 * columns + j]); c30 = add(c30, mul(s, b0)); c31 = add(c31, mul(s, b1));
    }
    store(out[0] + d, c00); store(out[0] + d + 4, c01);
    store(out[1] + d, c10); store(out[1] + d + 4, c11);
    store(out[2] + d, c20); store(out[2] + d + 4, c21);
    store(out[3] + d, c30); store(out[3] + d + 4, c31);
  }
  for (; d < D; d += 4) {
    v128_t c0 = splat(0), c1 = c0, c2 = c0, c3 = c0;
    for (i32 j = 0; j < count; j++) {
      v128_t b = load(rows + j * stride + d);
      c0 = add(c0, mul(splat(p[j]), b));
      c1 = add(c1, mul(splat(p[columns + j]), b));
      c2 = add(c2, mul(splat(p[2 * columns + j]), b));
      c3 = add(c3, mul(splat(p[3 * columns + j]), b));
    }
    store(out[0] + d, c0); store(out[1] + d, c1); store(out[2] + d, c2); store(out[3] + d, c3);
  }
}

/* rows[j] += sum_r p[r][j] * a[r], for 4 rows r and j < count. */
static void add_outer(const f32 *p, i32 columns, const f32 *const a[4], f32 *rows, i32 stride, i32 count, i32 D) {
  for (i32 d = 0; d < D; d += 4) {
    v128_t a0 = load(a[0] + d), a1 = load(a[1] + d), a2 = load(a[2] + d), a3 = load(a[3] + d);
    for (i32 j = 0; j < count; j++) {
      f32 *row = rows + j * stride + d;
      v128_t c = load(row);
      c = add(c, add(add(mul(splat(p[j]), a0), mul(splat(p[columns + j]), a1)),
                     add(mul(splat(p[2 * columns + j]), a2), mul(splat(p[3 * columns + j]), a3))));
      store(row, c);
    }
  }
}

static inline i32 round_up4(i32 x) { return (x + 3) & ~3; }

/* Columns that row i may see. */
static inline i32 visible(i32 i, i32 T, i32 causal) { return causal ? i + 1 : T; }

/* q [B*T, H*D], k and v [B*T, KV*D] -> o [B*T, H*D], lse [B, H, T].
   scratch: (D + 4) * round_up4(T) + 4 * D floats. */
EXPORT(attention_forward)
void attention_forward(const f32 *q, const f32 *k, const f32 *v, f32 *o, f32 *lse, i32 B, i32 T, i32 H, i32 KV,
                       i32 D, i32 causal, f32 scale, f32 *scratch) {
  i32 columns = round_up4(T), qs = H * D, ks = KV * D, group = H / KV;
  f32 *kT = scratch, *scores = kT + D * columns, *spare = scores + 4 * columns;
  for (i32 b = 0; b < B; b++) {
    for (i32 h = 0; h < H; h++) {
      const f32 *kb = k + (b * T) * ks + (h / group) * D, *vb = v + (b * T) * ks + (h / group) * D;
      if (h % group == 0) pack_transposed(kb, ks, kT, T, columns, D);
      for (i32 i = 0; i < T; i += 4) {
        const f32 *a[4];
        f32 *out[4];
        for (i32 r = 0; r < 4; r++) {
          i32 row = i + r < T ? i + r : T - 1;
          a[r] = q + (b * T + row) * qs + h * D;
          out[r] = i + r < T ? o + (b * T + row) * qs + h * D : spare + r * D;
        }
        i32 last = i + 3 < T ? i + 3 : T - 1;
        i32 count = visible(last, T, causal), limit = round_up4(count);
        rows_times_packed(a, kT, scores, columns, limit, D);
        for (i32 r = 0; r < 4 && i + r < T; r++) {
          f32 *s = scores + r * columns;
          i32 seen = visible(i + r, T, causal);
          v128_t top = splat(-1e30f);
          for (i32 j = seen; j < limit; j++) s[j] = -1e30f;
          for (i32 j = 0; j < limit; j += 4) top = wasm_f32x4_max(top, load(s + j));
          f32 m = wasm_f32x4_extract_lane(top, 0);
          for (i32 j = 0; j < seen; j++) if (s[j] > m) m = s[j];
          v128_t total = splat(0), shift = splat(m * scale), sc = splat(scale);
          for (i32 j = 0; j < limit; j += 4) {
            v128_t e = exp4(sub(mul(load(s + j), sc), shift));
            store(s + j, e);
            if (j + 4 <= seen) total = add(total, e);
          }
          f32 sum = sum4(total);
          for (i32 j = seen & ~3; j < seen; j++) sum += s[j];
          for (i32 j = seen; j < limit; j++) s[j] = 0;
          lse[(b * H + h) * T + i + r] = m * scale + (f32)js_log((double)sum);
          v128_t inverse = splat(1.0f / sum);
          for (i32 j = 0; j < limit; j += 4) store(s + j, mul(load(s + j), inverse));
        }
        packed_times_rows(scores, columns, vb, ks, count, out, D);
      }
    }
  }
}

/* Gradients of attention_forward. scratch: (2 * D + 8) * round_up4(T) + 4 * D floats. */
EXPORT(attention_backward)
void attention_backward(const f32 *q, const f32 *k, const f32 *v, const f32 *o, const f32 *lse, const f32 *dO,
                        f32 *dq, f32 *dk, f32 *dv, i32 B, i32 T, i32 H, i32 KV, i32 D, i32 causal, f32 scale,
                        f32 *scratch) {
  i32 columns = round_up4(T), qs = H * D, ks = KV * D, group = H / KV;
  f32 *kT = scratch, *vT = kT + D * columns, *p = vT + D * columns, *ds = p + 4 * columns, *spare = ds + 4 * columns;
  fill(dk, 0, B * T * ks);
  fill(dv, 0, B * T * ks);
  for (i32 b = 0; b < B; b++) {
    for (i32 h = 0; h < H; h++) {
      i32 base = (b * T) * ks + (h / group) * D;
      const f32 *kb = k + base, *vb = v + base;
      f32 *dkb = dk + base, *dvb = dv + base;
      if (h % group == 0) {
        pack_transposed(kb, ks, kT, T, columns, D);
        pack_transposed(vb, ks, vT, T, columns, D);
      }
      for (i32 i = 0; i < T; i += 4) {
        const f32 *qr[4], *dor[4];
        f32 *out[4];
        f32 delta[4];
        for (i32 r = 0; r < 4; r++) {
          i32 row = i + r < T ? i + r : T - 1, at = (b * T + row) * qs + h * D;
          qr[r] = q + at;
          dor[r] = dO + at;
          out[r] = i + r < T ? dq + at : spare + r * D;
          v128_t dot = splat(0);
          for (i32 d = 0; d < D; d += 4) dot = add(dot, mul(load(dO + at + d), load(o + at + d)));
          delta[r] = sum4(dot);
        }
        i32 last = i + 3 < T ? i + 3 : T - 1;
        i32 count = visible(last, T, causal), limit = round_up4(count);
        rows_times_packed(qr, kT, p, columns, limit, D);
        rows_times_packed(dor, vT, ds, columns, limit, D);
        for (i32 r = 0; r < 4; r++) {
          f32 *pr = p + r * columns, *dr = ds + r * columns;
          i32 seen = i + r < T ? visible(i + r, T, causal) : 0;
          if (seen) {
            v128_t sc = splat(scale), shift = splat(lse[(b * H + h) * T + i + r]), dl = splat(delta[r]);
            for (i32 j = 0; j < limit; j += 4) {
              v128_t e = exp4(sub(mul(load(pr + j), sc), shift));
              store(pr + j, e);
              store(dr + j, mul(mul(e, sub(load(dr + j), dl)), sc));
            }
          }
          for (i32 j = seen; j < limit; j++) pr[j] = dr[j] = 0;
        }
        packed_times_rows(ds, columns, kb, ks, count, out, D);
        add_outer(ds, columns, qr, dkb, ks, count, D);
        add_outer(p, columns, dor, dvb, ks, count, D);
      }
    }
  }
}
