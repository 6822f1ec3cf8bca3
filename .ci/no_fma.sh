#!/usr/bin/env bash
# The built extension: no fused multiply-add anywhere (it would round differently from other machines), and the
# AVX-512 and AVX2 entry points are there. Usage: .ci/no_fma.sh [file.so ...]; by default the extension in use.
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

for file in "${files[@]}"; do
    read -r fused zmm ymm < <(objdump -d --no-show-raw-insn "$file" | awk '
        /\tv?fn?m(add|sub|addsub|subadd)[123]*[ps][sd]/ || /\tvfn?m(add|sub)/ { fused++ }
        /%zmm/ { zmm++ }
        /%ymm/ { ymm++ }
        END { print fused + 0, zmm + 0, ymm + 0 }')
    echo "$file: $fused fused multiply-adds, $zmm lines with zmm, $ymm with ymm"
    if [ "$fused" -ne 0 ]; then
        echo "no_fma: fused multiply-add found; where:" >&2
        objdump -dC --no-show-raw-insn "$file" | awk '
            /^[0-9a-f]+ </ { name = $0 }
            /\tvfn?m(add|sub)/ { print name; print }' | head -40 >&2
        exit 1
    fi
    if [ "$(uname -m)" = x86_64 ] && { [ "$zmm" -eq 0 ] || [ "$ymm" -eq 0 ]; }; then
        echo "no_fma: the AVX-512 or AVX2 entry points are missing" >&2
        exit 1
    fi
done
