"""Writes the layers of the ziggurats, `rust/core/src/rng/ziggurat/{normal,exponential}.rs`, by mpmath with 60 digits.

N layers of equal area v under f: the base, of height f(r) and with the tail beyond r, then rectangles [0, x_i] between
f(x_i) and f(x_(i+1)), x_1 = r, x_N = 0. r is the number for which the last one ends at f(0) = 1.

python tests/reliability/write_ziggurat.py
"""

from pathlib import Path

import mpmath
from mpmath import mp, mpf

mp.dps = 60
LAYERS = 2048
ROW = 6
LAWS = {
    "normal": ("e^(-x^2/2)", lambda x: mpmath.exp(-x * x / 2), lambda y: mpmath.sqrt(-2 * mpmath.log(y)), (3, 6)),
    "exponential": ("e^-x", lambda x: mpmath.exp(-x), lambda y: -mpmath.log(y), (6, 12)),
}


def tail(law, r):
    return mpmath.exp(-r) if law == "exponential" else mpmath.sqrt(mpmath.pi / 2) * mpmath.erfc(r / mpmath.sqrt(2))


def edges(law, r):
    """Return x_0 = v/f(r), the width of a rectangle with the area of the base, x_1, ..., x_(N-1), and f(0) - 1."""
    _, f, inverse, _ = LAWS[law]
    y = f(r)
    area = r * y + tail(law, r)
    x = [area / y, r]
    while len(x) < LAYERS:
        y += area / x[-1]
        if y >= 1:
            return x, mpf(1)
        x.append(inverse(y))
    return x, y + area / x[-1] - 1


def solve(law):
    low, high = map(mpf, LAWS[law][3])
    for _ in range(190):
        middle = (low + high) / 2
        low, high = (middle, high) if edges(law, middle)[1] > 0 else (low, middle)
    return edges(law, high)[0]


def main():
    crate = Path(__file__).parents[2] / "rust" / "core" / "src" / "rng" / "ziggurat"
    for law, (text, f, *_) in LAWS.items():
        x = [*solve(law), mpf(0)]
        numbers = [f"{float(edge)!r}," for edge in x]
        rows = [" ".join(numbers[i : i + ROW]) for i in range(0, len(numbers), ROW)]
        head = f"//! Layers under `{text}`, written by `tests/reliability/write_ziggurat.py`.\n\n"
        head += f"pub(super) const BASE: f64 = {float(f(x[1]))!r};\n"
        body = "\n".join(f"    {row}" for row in rows)
        array = f"#[rustfmt::skip]\npub(super) static EDGES: [f64; super::LAYERS + 1] = [\n{body}\n];\n"
        (crate / f"{law}.rs").write_text(head + array, encoding="utf-8")


if __name__ == "__main__":
    main()
