"""Writes `elementary.json`: elementary functions at random points, by mpmath with 60 digits, rounded once.

python tests/reliability/write_elementary.py
"""

import json
import math
import struct
from pathlib import Path

import mpmath
import numpy as np
from mpmath import mp, mpf

mp.dps = 60
random = np.random.Generator(np.random.Philox(20250601))
POINTS = 40


def uniform(low, high):
    return lambda: float(random.uniform(low, high))


def log_uniform(low, high):
    return lambda: math.exp(random.uniform(math.log(low), math.log(high)))


def signed(draw):
    return lambda: int(random.choice((-1, 1))) * draw()


RANGES = {
    "ln": [log_uniform(1e-300, 1e300), uniform(0.5, 2), lambda: 5e-324 * int(random.integers(1, 2**50))],
    "log1p": [signed(log_uniform(1e-18, 0.9)), log_uniform(1, 1e20)],
    "exp": [uniform(-700, 709), uniform(-1, 1), uniform(-745, -708)],
    "expm1": [signed(log_uniform(1e-20, 40)), uniform(-1, 1), uniform(-50, 709)],
    "tanh": [signed(log_uniform(1e-20, 25)), uniform(-2, 2)],
    "sinh": [signed(log_uniform(1e-20, 50)), uniform(40, 709)],
    "cosh": [uniform(-5, 5), uniform(40, 709)],
    "sin": [uniform(-10, 10), uniform(-1e5, 1e5), uniform(1e5, 1e15)],
    "cos": [uniform(-10, 10), uniform(-1e5, 1e5), uniform(1e5, 1e15)],
    "tan": [uniform(-10, 10)],
    "asin": [uniform(-1, 1), signed(log_uniform(1e-10, 1))],
    "acos": [uniform(-1, 1), uniform(0.99, 1)],
    "atan": [uniform(-3, 3), signed(log_uniform(1e-10, 1e10))],
    "atan2": [signed(log_uniform(1e-3, 1e3)), signed(log_uniform(1e-150, 1e150))],
    "erf": [uniform(-3, 3), signed(log_uniform(1e-10, 1))],
    "erfc": [uniform(-3, 3), uniform(0, 10), uniform(10, 26)],
    "pow": [log_uniform(1e-3, 1e3), log_uniform(1e-200, 1e200), uniform(0.9, 1.1)],
}


def bits(x):
    return struct.pack(">d", x).hex()


def value(name, x, y):
    x, y = mpf(x), mpf(y)
    if name == "pow":
        return mpmath.exp(y * mpmath.log(x))
    if name == "atan2":
        return mpmath.atan2(x, y)
    return mpmath.log(x) if name == "ln" else getattr(mpmath, name)(x)


def main():
    table = {}
    for name, draws in RANGES.items():
        rows = table[name] = []
        for draw in draws:
            for _ in range(POINTS):
                x, y = draw(), 0.0
                if name == "atan2":
                    y = draw()
                elif name == "pow":
                    y = float(random.uniform(-1, 1)) * 700 / abs(math.log(x))
                rows.append(f"{bits(x)} {bits(y)} {bits(float(value(name, x, y)))}")
    path = Path(__file__).with_name("elementary.json")
    path.write_text(json.dumps(table, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
