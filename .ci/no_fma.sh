#!/usr/bin/env bash
# The built extension: no fused multiply-add (it would round differently from other machines) except in rustfft, which
# serves exact answers only and no sample, and in the fma() that every Rust program carries and ours never calls; the AVX-512 and AVX2 entry points are there, with no intrinsic left as a call
# (a function that was not inlined into its entry point: many times slower).
# Usage: .ci/no_fma.sh [file.so ...]; by default the extension in use.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v objdump >/dev/null; then
    echo "no_fma: objdump is missing (install binutils)" >&2
    exit 1
fi

files=("$@")
if [ ${#files[@]} -eq 0 ]; then
    mapfile -t files < <(find python/quincunx -name '_core*.so' -o -name '_core*.dylib')
fi
if [ ${#files[@]} -eq 0 ]; then
    echo "no_fma: no built extension found; build it first" >&2
    exit 1
fi

# One line per finding: what, and the function it is in.
findings() {
    objdump -d --no-show-raw-insn "$1" | awk '
        /^[0-9a-f]+ </ { name = $2; foreign = name ~ /rustfft|compiler_builtins|std_detect/ }
        /\t(vfn?m(add|sub)|fn?m(add|sub) |fml[as] )/ { print (foreign ? "fused-fft" : "fused"), name }
        /\tcall.*core_arch/ { if (!foreign) print "call", name }
        /%zmm/ { zmm++ }
        /%ymm/ { ymm++ }
        END { print "zmm", zmm + 0; print "ymm", ymm + 0 }'
}

status=0
for file in "${files[@]}"; do
    found=$(findings "$file")
    count() { grep -c "^$1 " <<<"$found" || true; }
    number() { awk -v what="$1" '$1 == what { print $2 }' <<<"$found"; }
    fused=$(count fused) calls=$(count call) zmm=$(number zmm) ymm=$(number ymm)
    echo "$file: $fused fused multiply-adds (and $(count fused-fft) elsewhere), $calls calls of intrinsics," \
        "$zmm lines with zmm, $ymm with ymm"
    if [ "$fused" -ne 0 ] || [ "$calls" -ne 0 ]; then
        echo "no_fma: found in:" >&2
        grep -E '^(fused|call) ' <<<"$found" | sort | uniq -c | sort -rn | head -20 >&2 || true
        status=1
    fi
    if [ "$(uname -m)" = x86_64 ] && { [ "$zmm" -eq 0 ] || [ "$ymm" -eq 0 ]; }; then
        echo "no_fma: the AVX-512 or AVX2 entry points are missing" >&2
        status=1
    fi
done
exit $status
