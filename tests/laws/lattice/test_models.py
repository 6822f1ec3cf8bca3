"""Geometries, models and methods: what they are, what they refuse."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import quincunx as qx
from quincunx import lattice

GEOMETRIES = [
    lattice.Square(3),
    lattice.Square(2, 5, periodic=(True, False)),
    lattice.Cubic(2, 3, 4),
    lattice.Triangular(3, periodic=False),
    lattice.Honeycomb(3, 2),
    lattice.Graph([(0, 1), (1, 2)], n_sites=4),
]


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=repr)
def test_geometries_are_values(geometry):
    assert pickle.loads(pickle.dumps(geometry)) == geometry == copy.deepcopy(geometry)
    assert hash(pickle.loads(pickle.dumps(geometry))) == hash(geometry)
    assert eval(repr(geometry), vars(lattice)) == geometry  # noqa: S307 - our own words
    assert geometry.n_sites == np.prod(geometry.shape)
    assert geometry.bonds.dtype == np.int64
    assert geometry.bonds.max() < geometry.n_sites
    assert len({*GEOMETRIES, geometry}) == len(GEOMETRIES)
    with pytest.raises(AttributeError, match="does not change"):
        geometry.shape = (1,)


@given(st.integers(2, 7), st.integers(2, 7), st.booleans(), st.booleans())
def test_square_bonds_join_next_sites(lx, ly, px, py):
    square = lattice.Square(lx, ly, periodic=(px, py))
    x, y = np.divmod(square.bonds, ly)
    step = (x[:, 1] - x[:, 0]) % lx + (y[:, 1] - y[:, 0]) % ly
    assert (step == 1).all()
    assert len(square.bonds) == (lx - (not px)) * ly + lx * (ly - (not py))
    assert (np.diff(square.bonds[:, 0]) >= 0).all()


def test_orders_of_bonds():
    assert lattice.Triangular(3).bonds[:3].tolist() == [[0, 3], [0, 1], [0, 4]]
    assert lattice.Honeycomb(2, 3).bonds[:3].tolist() == [[0, 1], [0, 7], [0, 5]]
    assert lattice.Cubic(2, 3, 4).bonds[:3].tolist() == [[0, 12], [0, 4], [0, 1]]
    assert lattice.Square(2).coordination == 4
    assert lattice.Square(3, periodic=False).coordination is None


METHODS = {
    lattice.Metropolis,
    lattice.HeatBath,
    lattice.Checkerboard,
    lattice.Wolff,
    lattice.SwendsenWang,
    lattice.Kawasaki,
    lattice.ParallelTempering,
}
MODELS = [
    lattice.Ising(lattice.Square(3), beta=0.3),
    lattice.Ising(lattice.Square(3), J=np.arange(18.0), h=np.ones(9)),
    lattice.Potts(lattice.Honeycomb(2), 4, beta=np.inf, J=-1),
]


@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_models_are_values(model):
    again = pickle.loads(pickle.dumps(model))
    assert again == model == copy.deepcopy(model)
    assert hash(again) == hash(model)
    assert model.replace(beta=0.1) != model
    assert model.replace(**model.params) == model
    assert model.names == ("energy", "magnetization", "state")
    assert set(model.methods) == METHODS
    chosen = qx.simulate(model, t=0, rng=1).info.method
    assert isinstance(chosen, model.methods[0])
    assert model.beta == model.params["beta"]
    with pytest.raises(AttributeError, match=r"use \.replace"):
        model.beta = 2.0
    with pytest.raises(AttributeError, match="no attribute 'temperature'"):
        _ = model.temperature


def test_a_transverse_model_is_a_value():
    model = lattice.TransverseIsing(lattice.Square(3), beta=0.3, h=np.eye(3), transverse=0.5)
    again = pickle.loads(pickle.dumps(model))
    assert again == model == copy.deepcopy(model)
    assert hash(again) == hash(model)
    assert model.replace(transverse=0.1) != model
    assert model.replace(**model.params) == model
    assert model.names == ("energy", "magnetization")
    assert model.transverse == model.params["transverse"] == 0.5
    assert repr(model.replace(transverse=0.0)) != repr(model)
    assert model != lattice.Ising(lattice.Square(3), beta=0.3, h=np.eye(3))
    with pytest.raises(AttributeError, match=r"use \.replace"):
        model.beta = 2.0


def square(**kw):
    return lattice.Ising(lattice.Square(3), **kw)


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: lattice.Square(1), ValueError, "Lx = 1: must be >= 2"),
        (lambda: lattice.Square(3, 0), ValueError, "Ly = 0: must be >= 2"),
        (lambda: lattice.Square(3.5), TypeError, "Lx = 3.5: must be a whole number"),
        (lambda: lattice.Cubic(10**9), MemoryError, "choose a smaller lattice"),
        (lambda: lattice.Square(3, periodic="no"), TypeError, "periodic = 'no'"),
        (lambda: lattice.Square(3, periodic=(True,) * 3), ValueError, "one per axis"),
        (lambda: lattice.Graph([(0, 0)]), ValueError, r"edges\[0\] = \(0, 0\): must join two different sites"),
        (lambda: lattice.Graph([(0, 5)], n_sites=3), ValueError, r"edges\[0, 1\] = 5: must be >= 0 and < n_sites = 3"),
        (lambda: lattice.Graph([(0, 1, 2)]), ValueError, "edges"),
        (lambda: lattice.Graph([(0.5, 1)]), TypeError, "edges"),
        (lambda: lattice.Graph([]), ValueError, "n_sites = 0: must be >= 1"),
        (lambda: square(beta=-1), ValueError, r"beta = -1\.0: must be >= 0"),
        (lambda: square(beta=np.nan), ValueError, "beta = NaN: must be >= 0"),
        (lambda: square(beta=[0.1, 0.2]), TypeError, "sweep it with params"),
        (lambda: square(beta="hot"), TypeError, "beta = .hot.: must be"),
        (lambda: square(J=np.ones(9)), ValueError, r"J = 9 values: must be one number or one per bond \(18\)"),
        (lambda: square(J=np.inf), ValueError, "J = inf: must be finite"),
        (lambda: square(h=[0.0] * 8 + [np.nan]), ValueError, r"h\[8\] = NaN: must be finite"),
        (lambda: square(h=np.ones((2, 9))), ValueError, "h: has shape"),
        (lambda: lattice.Ising(3), TypeError, "geometry = 3: must be a geometry"),
        (lambda: lattice.Potts(lattice.Square(3), 1), ValueError, "q = 1: must be >= 2 and <= 127"),
        (lambda: lattice.Potts(lattice.Square(3), 128), ValueError, "q = 128: must be >= 2 and <= 127"),
        (lambda: lattice.Potts(lattice.Square(3), 2.0), TypeError, r"q = 2\.0: must be a whole number"),
        (lambda: lattice.Wolff(0), ValueError, "clusters = 0: must be >= 1"),
        (lambda: lattice.Wolff(1.5), TypeError, r"clusters = 1\.5: must be a whole number"),
        (lambda: lattice.HeatBath("chess"), ValueError, 'order = "chess": must be "random" or "sequential"'),
        (lambda: square().replace(betta=1.0), ValueError, "did you mean 'beta'"),
        (lambda: square().replace(J=np.ones(18)), ValueError, "has shape"),
    ],
)
def test_what_is_wrong_is_named(make, error, text):
    with pytest.raises(error, match=text):
        make()


CHOICES = [
    (lattice.Ising(lattice.Square(16)), "SwendsenWang()"),
    (lattice.Ising(lattice.Square(16), J=np.linspace(0, 1, 512)), "SwendsenWang()"),
    (lattice.Ising(lattice.Square(15)), "Metropolis()"),
    (lattice.Ising(lattice.Square(16), h=0.1), "Metropolis()"),
    (lattice.Ising(lattice.Square(2, 1024), J=-1.0), "Metropolis()"),
    (lattice.Potts(lattice.Cubic(8), 3), "SwendsenWang()"),
    (lattice.Potts(lattice.Cubic(8), 3, J=-1.0), "Metropolis()"),
    (lattice.Potts(lattice.Cubic(6), 9), "Metropolis()"),
]


@pytest.mark.parametrize(("model", "chosen"), CHOICES, ids=repr)
def test_the_automatic_choice_does_not_look_at_beta(model, chosen):
    run = {"t": 1, "rng": 1}
    assert repr(qx.simulate(model, **run).info.method) == chosen
    assert repr(qx.simulate(model.replace(beta=0.01), **run).info.method) == chosen
    assert repr(qx.simulate(model, params={"beta": [0.1, 2.0]}, **run).info.method) == chosen
    assert len(set(model.methods)) == len(model.methods)
