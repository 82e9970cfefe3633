/* Row-wise and element-wise kernels. Every loop handles any length: SIMD first, then the tail. */
#include "simd.h"

/* y = x / rms(x) * w over rows of `width`. */
EXPORT(rms_norm_forward)
void rms_norm_forward(const f32 *x, const f32 *w, f32 *y, i32 rows, i32 width, f32 epsilon) {
  for (i32 n = 0; n < rows; n++, x += width, y += width) {
    v128_t squares = splat(0);
    f32 total = 0;
    i32 i = 0;
    for (; i + 4 <= width; i += 4) squares = add(squares, mul(load(x + i), load(x + i)));
    for (; i < width; i++) total += x[i] * x[i];
    f32 r = 1.0f / __builtin_sqrtf((total + sum4(squares)) / (f32)width + epsilon);
    v128_t r4 = splat(r);
    for (i = 0; i + 4 <= width; i += 4) store(y + i, mul(mul(load(x + i), r4), load(w + i)));
    for (; i < width; i++) y[i] = x[i] * r * w[i];
  }
}

EXPORT(rms_norm_backward)
void rms_norm_backward(const f32 *x, const f32 *w, const f32 *dy, f32 *dx, f32 *dw, i32 rows, i32 width, f32 epsilon) {
  fill(dw, 0, width);
  for (i32 n = 0; n < rows; n++, x += width, dy += width, dx += width) {
    v128_t squares = splat(0), dots = splat(0);
    f32 total = 0, dot = 0;
    i32 i = 0;
    for (; i + 4 <= width; i += 4) {
      v128_t xi = load(x + i);
      squares = add(squares, mul(xi, xi));
      dots = add(dots, mul(xi, mul(load(dy + i), load(w + i))));
    }
    for (; i < width; i++) {
      total += x[i] * x[i];
      dot += x[i] * dy[i] * w[i];
    }
    f32 r = 1.0f / __builtin_sqrtf((total + sum4(squares)) / (f32)width + epsilon);
    f32 c = (dot + sum4(dots)) * r * r * r / (f32)width;
    v128_t r4 = splat(r), c4 = splat(c);
    for (i = 0; i + 4 <= width; i += 4) {
      v128_t xi = load(x + i), g = load(dy + i);
      store(dx + i, sub(mul(mul(g, load(w + i)), r4), mul(xi, c4)));
      store(dw + i, add(load(dw + i), mul(g, mul(xi, r4))));
    }
    for (; i < width; i++) {
      dx[i] = dy[i] * w[i] * r - x[i] * c;
      dw[i] += dy[i] * x[i] * r;
    }
  }
}

static void moments(const f32 *x, i32 width, f32 epsilon, f32 *mean, f32 *rstd) {
  f32 sum = 0, squares = 0;
  for (i32 i = 0; i < width; i++) sum += x[i];
  f32 m = sum / (f32)width;
  for (i32 i = 0; i < width; i++) squares += (x[i] - m) * (x[i] - m);
  *mean = m;
  *rstd = 1.0f / __builtin_sqrtf(squares / (f32)width + epsilon);
}

/* y = (x - mean) / sqrt(variance + epsilon) * w + b over rows of `width`. */
EXPORT(layer_norm_forward)
void layer_norm_forward(const f32 *x, const f32 *w, const f32 *b, f32 *y, i32 rows, i32 width, f32 epsilon) {
  for (i32 n = 0; n < rows; n++, x += width, y += width) {
    f32 m, r;
    moments(x, width, epsilon, &m, &r);
    for (i32 i = 0; i < width; i++) y[i] = (x[i] - m) * r * w[i] + b[i];
  }
}

EXPORT(layer_norm_backward)
void layer_norm_backward(const f32 *x, const f32 *w, const f32 *dy, f32 *dx, f32 *dw, f32 *db, i32 rows, i32 width,
                         f32 epsilon) {
  fill(dw, 0, width);
  fill(db, 0, width);
  for (i32 n = 0; n < rows; n++, x += width, dy += width, dx += width) {
    f32 m, r, g = 0, gx = 0;
    moments(x, width, epsilon, &m, &r);
    for (i32 i = 0; i < width; i++) {
      f32 d = dy[i] * w[i];
      g += d;
      gx += d * (x[i] - m) * r;
    }
    g /= (f32)width;
    gx /= (f32)width;
    for (i32 i = 0; i < width; i++) {
      f32 xhat = (x[i] - m) * r;
      dx[i] = (dy[i] * w[i] - g - xhat * gx) * r;
      dw[i] += dy[i] * xhat;
      db[i] += dy[i];
    }
  }
}

static inline v128_t sigmoid4(v128_t x) {
  return wasm_f32x4_div(splat(1), add(splat(1), exp4(wasm_f32x4_neg(x))));
}

EXPORT(swiglu_forward)
void swiglu_forward(const f32 *g, const f32 *u, f32 *y, i32 n) {
  i32 i = 0;
  for (; i + 4 <= n; i += 4) {
    v128_t x = load(g + i);
    store(y + i, mul(mul(x, sigmoid4(x)), load(u + i)));
  }
  for (; i < n; i++) y[i] = g[i] * wasm_f32x4_extract_lane(sigmoid4(splat(g[i])), 0) * u[i];
}

static inline void swiglu_gradient(v128_t g, v128_t u, v128_t d, v128_t *dg, v128_t *du) {
  v128_t s = sigmoid4(g);
  *du = mul(d, mul(g, s));
  *dg = mul(mul(d, u), mul(s, add(splat(1), mul(g, sub(splat(1), s)))));
}

EXPORT(swiglu_backward)
void swiglu_backward(const f32 *g, const f32 *u, const f32 *dy, f32 *dg, f32 *du, i32 n) {
  i32 i = 0;
  v128_t a, b;
  for (; i + 4 <= n; i += 4) {
    swiglu_gradient(load(g + i), load(u + i), load(dy + i), &a, &b);
    store(dg + i, a);
    store(du + i, b);
  }
  for (; i < n; i++) {
    swiglu_gradient(splat(g[i]), splat(u[i]), splat(dy[i]), &a, &b);
    dg[i] = wasm_f32x4_extract_lane(a, 0);
    du[i] = wasm_f32x4_extract_lane(b, 0);
  }
}

/* gelu(x) = x * sigmoid(2 c (x + 0.044715 x^3)), c = sqrt(2 / pi): the tanh form, rewritten. */
static inline v128_t gelu_gate(v128_t x) {
  v128_t inner = mul(x, add(splat(1), mul(splat(0.044715f), mul(x, x))));
  return sigmoid4(mul(splat(1.5957691216f), inner));
}
static inline v128_t gelu_slope(v128_t x) {
  v128_t s = gelu_gate(x);
  v128_t inner = mul(splat(1.5957691216f), add(splat(1), mul(splat(0.134145f), mul(x, x))));
  return add(s, mul(mul(x, inner), mul(s, sub(splat(1), s))));
}

EXPORT(gelu_forward)
void gelu_forward(const f32 *x, f32 *y, i32 n) {
  i32 i = 0;
  for (; i + 4 <= n; i += 4) store(y + i, mul(load(x + i), gelu_gate(load(x + i))));
  for (; i < n; i++) y[i] = x[i] * wasm_f32x4_extract_lane(gelu_gate(splat(x[i])), 0);
}

EXPORT(gelu_backward)
void gelu_backward(const f32 *x, const f32 *dy, f32 *dx, i32 n) {
  i32 i = 0;
  for (; i + 4 <= n; i += 4) store(dx + i, mul(load(dy + i), gelu_slope(load(x + i))));
  for (; i < n; i++) dx[i] = dy[i] * wasm_f32x4_extract_lane(gelu_slope(splat(x[i])), 0);
}

/* Rotate-half rotary embedding of rows [rows, heads * D]; row n has position n % T; cosine, sine [T, D / 2];
   sign -1 turns back, which is the gradient. */
EXPORT(rope)
void rope(const f32 *x, const f32 *cosine, const f32 *sine, f32 *y, i32 rows, i32 T, i32 heads, i32 D, f32 sign) {
  i32 half = D / 2;
  for (i32 n = 0; n < rows; n++) {
    const f32 *c = cosine + (n % T) * half, *s = sine + (n % T) * half;
    for (i32 h = 0; h < heads; h++, x += D, y += D) {
      for (i32 i = 0; i < half; i++) {
        f32 a = x[i], b = x[i + half], sn = s[i] * sign;
        y[i] = a * c[i] - b * sn;
        y[i + half] = b * c[i] + a * sn;
      }
    }
  }
}

/* y[n] = ids[n] == imageToken ? next row of `features` of that batch row : table[ids[n]]. */
EXPORT(embed_forward)
void embed_forward(const f32 *table, const f32 *features, const i32 *ids, f32 *y, i32 B, i32 T, i32 width,
                   i32 imageTokens, i32 imageToken) {
  for (i32 b = 0; b < B; b++) {
    i32 seen = 0;
    for (i32 t = 0; t < T; t++, y += width) {
      i32 id = ids[b * T + t];
      const f32 *from = table + id * width;
      if (id == imageToken && seen < imageTokens) from = features + (b * imageTokens + seen++) * width;
      __builtin_memcpy(y, from, width * sizeof(f32));
    }
  }
}

EXPORT(embed_backward)
void embed_backward(const f32 *dy, const i32 *ids, f32 *dTable, f32 *dFeatures, i32 vocabulary, i32 B, i32 T,
                    i32 width, i32 imageTokens, i32 imageToken) {
  fill(dTable, 0, vocabulary * width);
  fill(dFeatures, 0, B * imageTokens * width);
  for (i32 b = 0; b < B; b++) {
    i32 seen = 0;
    for (i32 t = 0; t < T; t++, dy += width) {
      i32 id = ids[b * T + t];
      f32 *to = dTable + id * width;
      if (id == imageToken && seen < imageTokens) to = dFeatures + (b * imageTokens + seen++) * width;
      for (i32 i = 0; i < width; i++) to[i] += dy[i];
    }
  }
}

/* out[0][n] = log softmax(logits[n] * inverseTemperature)[ids[n]], out[1][n] = its entropy, lse[n] for backward. */
EXPORT(token_log_probs_forward)
void token_log_probs_forward(const f32 *logits, const i32 *ids, f32 *out, f32 *lse, i32 rows, i32 V,
                             f32 inverseTemperature) {
  v128_t it = splat(inverseTemperature);
  for (i32 n = 0; n < rows; n++, logits += V) {
    f32 m = logits[0];
    for (i32 i = 1; i < V; i++) if (logits[i] > m) m = logits[i];
    m *= inverseTemperature;
    v128_t m4 = splat(m), total4 = splat(0), weighted4 = splat(0);
    i32 i = 0;
    for (; i + 4 <= V; i += 4) {
      v128_t z = sub(mul(load(logits + i), it), m4), e = exp4(z);
      total4 = add(total4, e);
      weighted4 = add(weighted4, mul(e, z));
    }
    f32 total = sum4(total4), weighted = sum4(weighted4);
    for (; i < V; i++) {
      f32 z = logits[i] * inverseTemperature - m, e = exp1(z);
      total += e;
      weighted += e * z;
    }
    f32 logTotal = (f32)js_log((double)total);
    lse[n] = m + logTotal;
    out[n] = logits[ids[n]] * inverseTemperature - m - logTotal;
    out[rows + n] = logTotal - weighted / total;
  }
}

/* dlogits = dy * inverseTemperature * (onehot - softmax). */
EXPORT(token_log_probs_backward)
void token_log_probs_backward(const f32 *logits, const i32 *ids, const f32 *lse, const f32 *dy, f32 *dlogits, i32 rows,
                              i32 V, f32 inverseTemperature) {
  v128_t it = splat(inverseTemperature);
  for (i32 n = 0; n < rows; n++, logits += V, dlogits += V) {
    f32 c = dy[n] * inverseTemperature;
    v128_t c4 = splat(-c), l4 = splat(lse[n]);
    i32 i = 0;
    if (c == 0) {
      fill(dlogits, 0, V);
      continue;
    }
    for (; i + 4 <= V; i += 4) store(dlogits + i, mul(c4, exp4(sub(mul(load(logits + i), it), l4))));
    for (; i < V; i++) dlogits[i] = -c * exp1(logits[i] * inverseTemperature - lse[n]);
    dlogits[ids[n]] += c;
  }
}

/* Sum of squares in double precision. */
EXPORT(sum_of_squares)
double sum_of_squares(const f32 *x, i32 n) {
  double total = 0;
  for (i32 i = 0; i < n; i++) total += (double)x[i] * (double)x[i];
  return total;
}

/* AdamW (decoupled decay). m and v change in place, q receives the new parameter. */
EXPORT(adamw)
void adamw(const f32 *p, const f32 *g, f32 *m, f32 *v, f32 *q, i32 n, f32 gradScale, f32 decay, f32 beta1, f32 beta2,
           f32 stepSize, f32 inverseRootCorrection2, f32 epsilon) {
  for (i32 i = 0; i < n; i++) {
    f32 gi = g[i] * gradScale;
    f32 mi = m[i] + (gi - m[i]) * (1 - beta1);
    f32 vi = v[i] * beta2 + gi * gi * (1 - beta2);
    m[i] = mi;
    v[i] = vi;
    q[i] = p[i] * decay - stepSize * mi / (__builtin_sqrtf(vi) * inverseRootCorrection2 + epsilon);
  }
}
