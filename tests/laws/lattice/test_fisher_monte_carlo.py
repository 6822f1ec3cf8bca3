"""Monte Carlo curvature: unbiased within its errors; the plug-in estimator is not."""

import numpy as np
import pytest
from scipy import stats

from budget import caught, check
from quincunx import lattice
from quincunx.studies import _fisher_references as ref

CHAINS = 10


def critical(L):
    return lattice.Ising(lattice.Square(L), beta=ref.JC)


def p_t(estimate, exact, error):
    """Two-sided p-value of a mean whose error is a jackknife over `CHAINS` chains."""
    return float(2 * stats.t.sf(abs(estimate - exact) / error, CHAINS - 1))


@pytest.mark.parametrize(("L", "n"), [(8, 6000), (16, 3000)])
def test_critical_torus(L, n):
    found = lattice.fisher_geometry(critical(L), method="monte_carlo", n=n, chains=CHAINS, rng=1)
    r, r1, r2 = ref.ISING[L]
    assert found.method == "monte_carlo"
    assert found.effective_samples > n / 3
    assert found.standard_error < 0.1 * abs(r)
    assert abs(found.scalar_curvature - r) < 4 * found.standard_error
    for name, ours, error, exact in [
        ("R", found.scalar_curvature, found.standard_error, r),
        ("R1", found.ricci_terms[0], found.ricci_errors[0], r1),
        ("R2", found.ricci_terms[1], found.ricci_errors[1], r2),
    ]:
        check(p_t(ours, exact, error), f"fisher-monte-carlo-{name}-{L}")
    # Planted: a standard error that would make a wrong sign of R1 pass is not one.
    caught(p_t(found.ricci_terms[0], -r1, found.ricci_errors[0]), f"fisher-monte-carlo-sign-{L}")


@pytest.mark.parametrize("threads", [2, 3])
def test_the_key_alone_decides_the_bits(threads):
    def run(threads, rng):
        return lattice.fisher_geometry(critical(4), method="monte_carlo", n=600, rng=rng, threads=threads)

    one = run(1, 3)
    assert one.ricci_terms.tobytes() == run(threads, 3).ricci_terms.tobytes()
    assert one.ricci_terms.tobytes() != run(1, 4).ricci_terms.tobytes()


def test_too_few_samples_are_refused():
    with pytest.raises(ValueError, match=r"worth .* independent ones, at least 20"):
        lattice.fisher_geometry(critical(4), method="monte_carlo", n=12, chains=4, rng=0)
    with pytest.raises(ValueError, match="chains = 1: must be >= 2"):
        lattice.fisher_geometry(critical(4), method="monte_carlo", chains=1, rng=0)
    with pytest.raises(ValueError, match="n = 3: must be >= chains = 10"):
        lattice.fisher_geometry(critical(4), method="monte_carlo", n=3, rng=0)
    open_axis = lattice.Ising(lattice.Square(6, periodic=(True, False)), beta=0.3)
    with pytest.raises(ValueError, match="periodic lattice"):
        lattice.fisher_geometry(open_axis, method="monte_carlo", rng=0)


def test_lattices_that_no_exact_method_reaches():
    field = lattice.Ising(lattice.Square(6), beta=0.3, h=0.2)
    cubic = lattice.Ising(lattice.Cubic(4), beta=0.15)
    for model in (field, cubic):
        found = lattice.fisher_geometry(model, method="monte_carlo", n=2000, rng=2)
        assert np.isfinite([found.scalar_curvature, found.standard_error]).all()
        assert found.standard_error < 0.5 * np.abs(found.ricci_terms).max()


def test_a_field_against_enumeration():
    model = lattice.Ising(lattice.Square(4), beta=0.3, h=0.4)
    exact = lattice.fisher_geometry(model)
    found = lattice.fisher_geometry(model, method="monte_carlo", n=4000, rng=5)
    check(p_t(found.scalar_curvature, exact.scalar_curvature, found.standard_error), "fisher-monte-carlo-field")
    caught(p_t(found.ricci_terms[1], 0.0, found.ricci_errors[1]), "fisher-monte-carlo-field: no third cumulants")
