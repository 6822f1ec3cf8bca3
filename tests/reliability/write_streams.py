"""Writes `streams.json`, the golden values of the streams: only for a new STREAM_VERSION, with a line in the changelog.

python tests/reliability/write_streams.py
"""

import hashlib
import json
from pathlib import Path

import numpy as np

import quincunx as qx
from quincunx import _core, lattice, observe

KEY = (42, 7)
SAMPLERS = [
    ("uniform", [-1.0, 3.0]),
    ("below", [10]),
    ("below", [6004799503160661]),
    ("exponential", [0.5]),
    ("normal", [0.0, 1.0]),
    ("normal", [-3.0, 0.25]),
    ("poisson", [0.1]),
    ("poisson", [9.99]),
    ("poisson", [10.0]),
    ("poisson", [1234.5]),
    ("poisson", [1e12]),
    ("binomial", [20, 0.3]),
    ("binomial", [1000, 0.3]),
    ("binomial", [1000, 0.995]),
    ("binomial", [1000000000, 0.7]),
    ("gamma", [0.05, 1.0]),
    ("gamma", [1.0, 2.0]),
    ("gamma", [1000.5, 0.1]),
    ("alias", [1.0, 2.0, 0.0, 3.5, 0.25]),
]


SQUARE, CUBE = lattice.Square(16), lattice.Cubic(4)
SIGNS = np.resize([1.0, -1.0, 1.0, 1.0, -1.0], 192)
SIZES = np.resize([1.0, -0.7, 0.4, 1.3, -1.0], 192)
LATTICE = {
    "uniform": lattice.Ising(SQUARE, beta=0.4),
    "field": lattice.Ising(SQUARE, beta=0.4, h=-0.1),
    "wide": lattice.Ising(lattice.Square(4, 1024), beta=0.4),
    "signs": lattice.Ising(CUBE, beta=0.6, J=SIGNS),
    "glass": lattice.Ising(CUBE, beta=0.6, J=SIZES, h=np.linspace(-1, 1, 64)),
    "colours": lattice.Potts(SQUARE, 3, beta=0.9),
    "alloy": lattice.Potts(CUBE, 4, beta=0.7, J=abs(SIZES)),
}
MOVES = [
    lattice.Metropolis(),
    lattice.HeatBath(),
    lattice.HeatBath(order="sequential"),
    lattice.Checkerboard(),
    lattice.Wolff(),
    lattice.SwendsenWang(),
    lattice.Kawasaki(),
]


def lattice_states(model, method):
    """The hash of the states of three replicas after twenty sweeps from random spins."""
    run = {"t": 20, "n": 3, "start": "random", "rng": 42, "observe": observe.final("state")}
    state = qx.simulate(LATTICE[model], method=method, **run)["state"]
    return hashlib.sha256(state.astype("i1").tobytes()).hexdigest()


def fnv1a(words):
    h = 0xCBF29CE484222325
    for w in words.tolist():
        h = ((h ^ w) * 0x00000100000001B3) & (2**64 - 1)
    return f"{h:016x}"


def case(sampler, args, purpose):
    draws, word = _core.stream_draws(sampler, args, KEY, 17, purpose, 12)
    bits = [f"{b:016x}" for b in draws.view(np.uint64).tolist()]
    return {
        "sampler": sampler,
        "args": args,
        "key": KEY,
        "replica": 17,
        "purpose": purpose,
        "bits": bits,
        "last_word": word,
    }


def main():
    addresses = [(KEY, 0, 0), (KEY, 17, 4), ((0, 0), 2**64 - 1, 1), ((2**64 - 1, 1), 5, 0)]
    normals = _core.lane_normals("scalar", KEY, 100, 500)
    golden = {
        "stream_version": _core.STREAM_VERSION,
        "streams": [
            {"key": k, "replica": r, "purpose": p, "words": _core.stream_words(k, r, p, 8).tolist()}
            for k, r, p in addresses
        ],
        "samplers": [case(name, args, i) for i, (name, args) in enumerate(SAMPLERS)],
        "normals": {
            "key": KEY,
            "replicas": 100,
            "count": 1000,
            "fnv1a": fnv1a(normals.view(np.uint64).ravel()),
            "sha256": hashlib.sha256(normals.astype("<f8").tobytes()).hexdigest(),
        },
        "words": {
            "key": KEY,
            "replicas": 100,
            "count": 1000,
            "sha256": hashlib.sha256(_core.lane_words("scalar", KEY, 100, 500).astype("<u8").tobytes()).hexdigest(),
        },
    }
    golden["lattice"] = {model: {repr(m): lattice_states(model, m) for m in MOVES} for model in LATTICE}
    path = Path(__file__).with_name("streams.json")
    path.write_text(json.dumps(golden, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
