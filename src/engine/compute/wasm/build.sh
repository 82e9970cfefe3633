#!/bin/sh
# Compiles the kernels (clang with the wasm32 target, and wasm-ld) into binary.ts. Only needed after a change of the C.
set -e
cd "$(dirname "$0")"
out="$(mktemp)"
clang --target=wasm32 -O3 -msimd128 -mbulk-memory -mmutable-globals -ffreestanding -fno-builtin-memset -nostdlib -Wall -Wextra \
  -Wl,--no-entry -Wl,--import-memory -Wl,--stack-first -Wl,-z,stack-size=16384 -Wl,--export=__stack_pointer \
  -Wl,--strip-all -o "$out" matmul.c attention.c rows.c decode.c
{
  echo '/** The compiled kernels, base64; made by build.sh from the C beside it. */'
  echo "export const KERNELS_BASE64 ="
  printf "  '%s';\n" "$(base64 -w 0 "$out")"
} > binary.ts
wc -c "$out"
rm "$out"
