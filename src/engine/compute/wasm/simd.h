/* Shared pieces of the wasm kernels: SIMD exp, sums, and memory loops that need no libc. */
#include <wasm_simd128.h>

#define EXPORT(name) __attribute__((export_name(#name)))

typedef float f32;
typedef int i32;

__attribute__((import_module("env"), import_name("log"))) double js_log(double);

static inline v128_t splat(f32 x) { return wasm_f32x4_splat(x); }
static inline v128_t load(const f32 *p) { return wasm_v128_load(p); }
static inline void store(f32 *p, v128_t x) { wasm_v128_store(p, x); }
static inline v128_t add(v128_t a, v128_t b) { return wasm_f32x4_add(a, b); }
static inline v128_t sub(v128_t a, v128_t b) { return wasm_f32x4_sub(a, b); }
static inline v128_t mul(v128_t a, v128_t b) { return wasm_f32x4_mul(a, b); }

static inline f32 sum4(v128_t x) {
  return (wasm_f32x4_extract_lane(x, 0) + wasm_f32x4_extract_lane(x, 1)) +
         (wasm_f32x4_extract_lane(x, 2) + wasm_f32x4_extract_lane(x, 3));
}

/* The sums of four vectors, as one vector. */
static inline v128_t sums4(v128_t a, v128_t b, v128_t c, v128_t d) {
  v128_t ab = add(wasm_i32x4_shuffle(a, b, 0, 4, 1, 5), wasm_i32x4_shuffle(a, b, 2, 6, 3, 7));
  v128_t cd = add(wasm_i32x4_shuffle(c, d, 0, 4, 1, 5), wasm_i32x4_shuffle(c, d, 2, 6, 3, 7));
  return add(wasm_i64x2_shuffle(ab, cd, 0, 2), wasm_i64x2_shuffle(ab, cd, 1, 3));
}

/* e^x by range reduction to |r| <= ln2/2 and a degree-6 polynomial (Cephes' coefficients); about 1 ulp.
   The argument is clamped to the range where the result is a normal number. NaN stays NaN. */
static inline v128_t exp4(v128_t x) {
  v128_t clamped = wasm_f32x4_max(splat(-87.3f), wasm_f32x4_min(splat(88.3f), x));
  v128_t n = wasm_f32x4_nearest(mul(clamped, splat(1.44269504f)));
  v128_t r = sub(clamped, mul(n, splat(0.693359375f)));
  r = sub(r, mul(n, splat(-2.12194440e-4f)));
  v128_t y = splat(1.9875691500e-4f);
  y = add(mul(y, r), splat(1.3981999507e-3f));
  y = add(mul(y, r), splat(8.3334519073e-3f));
  y = add(mul(y, r), splat(4.1665795894e-2f));
  y = add(mul(y, r), splat(1.6666665459e-1f));
  y = add(mul(y, r), splat(5.0000001201e-1f));
  y = add(add(mul(mul(y, r), r), r), splat(1.0f));
  v128_t scale = wasm_i32x4_shl(wasm_i32x4_add(wasm_i32x4_trunc_sat_f32x4(n), wasm_i32x4_splat(127)), 23);
  return mul(y, scale);
}
static inline f32 exp1(f32 x) { return wasm_f32x4_extract_lane(exp4(splat(x)), 0); }

static inline void fill(f32 *p, f32 value, i32 n) {
  for (i32 i = 0; i < n; i++) p[i] = value;
}
