"""Exact answers against the reference numbers of enumeration and closed forms."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quincunx import lattice

CRITICAL = lattice.critical_beta(lattice.Square(4))


@pytest.mark.parametrize(
    ("size", "temperature", "log_z", "energy", "heat"),
    [
        (4, None, 0.97011971617221, -1.5656237876383, 0.783266825929),
        (8, None, 0.93971532482921, -1.4915891074397, 1.14555923989),
        (16, None, 0.93219631498099, -1.4530648528135, 1.4987049594),
        (32, None, 0.93032039018412, -1.4336584661462, 1.84676759004),
        (64, None, 0.92985163169429, -1.423938389833, 2.19221139314),
        (128, None, 0.92973445577019, -1.419076272085, 2.53633133511),
        (8, 2.0, 1.0366340918629, -1.7456831702932, 0.714122602855),
        (8, 2.5, 0.88436544938165, -1.2223206432509, 1.10047588936),
        (32, 2.5, 0.87937334742494, -1.1072916609775, 0.885812501066),
    ],
)
def test_kaufman(size, temperature, log_z, energy, heat):
    beta = CRITICAL if temperature is None else 1 / temperature
    model = lattice.Ising(lattice.Square(size), beta=beta)
    found = lattice.thermodynamics(model)
    assert found.method == "torus"
    assert found.log_partition / size**2 == pytest.approx(log_z, rel=1e-13)
    assert found.energy == pytest.approx(energy, rel=1e-13)
    assert found.specific_heat == pytest.approx(heat, rel=1e-11)
    assert found.energy_variance == pytest.approx(heat / (beta * size) ** 2, rel=1e-11)
    assert lattice.log_partition(model) == found.log_partition
    assert lattice.bond_moments(model) == pytest.approx(np.full(2 * size**2, -energy / 2), rel=1e-12)


@pytest.mark.parametrize(
    ("temperature", "energy", "magnetization"),
    [
        (1.5, -1.9511165730784, 0.98649960262149),
        (2.0, -1.7455645753126, 0.9113193778775),
        (2.2, -1.5464891440985, 0.78475513138392),
        (2.5, -1.1060792037458, 0.0),
        (3.0, -0.81730959250242, 0.0),
    ],
)
def test_onsager_and_yang(temperature, energy, magnetization):
    assert lattice.onsager_energy(1 / temperature) == pytest.approx(energy, rel=3e-14)
    assert lattice.yang_magnetization(1 / temperature) == pytest.approx(magnetization, rel=3e-14, abs=0)


def test_critical_temperatures():
    temperature = {
        lattice.Square(3): 2 / math.log(1 + math.sqrt(2)),
        lattice.Triangular(3): 4 / math.log(3),
        lattice.Honeycomb(3): 2 / math.log(2 + math.sqrt(3)),
        lattice.Cubic(3): 1 / 0.221654626,
    }
    for geometry, value in temperature.items():
        assert 1 / lattice.critical_beta(geometry) == pytest.approx(value, rel=1e-14)
    for q in (3, 4, 7):
        assert lattice.critical_beta(lattice.Square(3), q) == pytest.approx(math.log(1 + math.sqrt(q)), rel=1e-14)


@pytest.mark.parametrize(
    ("geometry", "beta", "absolute", "square", "binder"),
    [
        (lattice.Square(3), CRITICAL, 0.871071935474, 0.809429989272, 0.620146560599),
        (lattice.Square(4), CRITICAL, 0.843860444813, 0.761358908569, 0.617199318412),
        (lattice.Square(4), 0.3, 0.520358002971, 0.357646796941, 0.412028291171),
        (lattice.Cubic(2), 0.221654626, None, None, 0.517545575398),
    ],
)
def test_moments_of_the_magnetization(geometry, beta, absolute, square, binder):
    law = lattice.boltzmann(lattice.Ising(geometry, beta=beta))
    m1, m2, m4 = (law.probability @ np.abs(law.magnetization) ** k for k in (1, 2, 4))
    assert 1 - m4 / (3 * m2**2) == pytest.approx(binder, rel=1e-11)
    if absolute is not None:
        assert (m1, m2) == pytest.approx((absolute, square), rel=1e-11)


def test_the_listed_law_is_the_summed_one():
    model = lattice.Potts(lattice.Triangular(3), 3, beta=0.4, J=-1.0)
    law, found = lattice.boltzmann(model), lattice.thermodynamics(model)
    assert law.probability.sum() == pytest.approx(1, rel=1e-14)
    assert law.mean("energy") == pytest.approx(found.mean("energy"), rel=1e-12)
    assert law.var("energy") == pytest.approx(found.var("energy"), rel=1e-10)
    assert "19683 configurations" in repr(law)
    with pytest.raises(KeyError, match="did you mean 'energy'"):
        law.mean("enrgy")
    with pytest.raises(ValueError, match="read-only"):
        law.energy[0] = 1


def test_two_colours_are_two_spins():
    square, beta = lattice.Square(8), 0.7
    spins = lattice.bond_moments(lattice.Ising(square, beta=beta, J=0.5))
    colours = lattice.bond_moments(lattice.Potts(lattice.Square(4), 2, beta=beta, J=1.0))
    small = lattice.bond_moments(lattice.Ising(lattice.Square(4), beta=beta, J=0.5))
    assert 2 * colours - 1 == pytest.approx(small, rel=1e-12)
    assert spins.shape == (128,)


def test_marginals():
    fields = np.linspace(-1, 1, 6)
    model = lattice.Ising(lattice.Square(2, 3, periodic=False), beta=0.6, h=fields.reshape(2, 3))
    marginals = lattice.marginals(model)
    assert marginals.shape == (2, 3, 2)
    assert marginals.sum(-1) == pytest.approx(np.ones((2, 3)), rel=1e-14)
    law = lattice.boltzmann(model)
    up = np.array([((np.arange(64) >> site) & 1) @ law.probability for site in range(6)])
    assert marginals[..., 1].ravel() == pytest.approx(up, rel=1e-12)
    assert (lattice.marginals(lattice.Potts(lattice.Square(100), 5)) == 0.2).all()


@given(st.integers(0, 2**9 - 1), st.floats(0, 1.5))
def test_a_gauge_transformation_changes_only_signs(flips, beta):
    square = lattice.Square(3)
    spin = 1 - 2 * ((flips >> np.arange(9)) & 1)
    sign = spin[square.bonds].prod(axis=1).astype(float)
    plain, gauged = lattice.Ising(square, beta=beta), lattice.Ising(square, beta=beta, J=sign)
    assert lattice.log_partition(plain) == pytest.approx(lattice.log_partition(gauged), rel=1e-12)
    assert lattice.bond_moments(plain) == pytest.approx(sign * lattice.bond_moments(gauged), abs=1e-11)


@given(st.permutations(range(5)), st.floats(0.0, 2.0))
def test_names_of_sites_do_not_matter(order, beta):
    edges = np.array([(0, 1), (1, 2), (2, 0), (2, 3), (3, 4)])
    J = np.array([1.0, -0.5, 0.3, 2.0, -1.0])
    ours = lattice.Ising(lattice.Graph(edges), beta=beta, J=J)
    other = lattice.Ising(lattice.Graph(np.array(order)[edges]), beta=beta, J=J)
    assert lattice.bond_moments(other) == pytest.approx(lattice.bond_moments(ours), abs=1e-13)


def test_out_of_reach_is_refused_with_the_reason():
    field = lattice.Ising(lattice.Square(18), h=0.1)
    for question in (lattice.log_partition, lattice.thermodynamics, lattice.bond_moments, lattice.marginals):
        with pytest.raises(ValueError, match="324 spins of 2 values are out of reach: enumeration holds"):
            question(field)
    with pytest.raises(ValueError, match="more than 4194304 configurations"):
        lattice.boltzmann(lattice.Ising(lattice.Square(5)))
    with pytest.raises(ValueError, match="beta = inf: must be finite for log_partition"):
        lattice.log_partition(lattice.Ising(lattice.Square(3), beta=np.inf))
    with pytest.raises(ValueError, match="a finite graph has no critical temperature"):
        lattice.critical_beta(lattice.Graph([(0, 1)]))
    with pytest.raises(ValueError, match="no exact value is known for q >= 3 on the cubic lattice"):
        lattice.critical_beta(lattice.Cubic(3), 3)
    with pytest.raises(ValueError, match="beta = NaN: must be >= 0"):
        lattice.onsager_energy(float("nan"))
    with pytest.raises(TypeError, match="model = 3: must be an Ising or a Potts model"):
        lattice.log_partition(3)
