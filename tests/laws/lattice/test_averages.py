"""Binder ratio, susceptibility, specific heat and joined runs against enumeration and Kaufman's solution."""

import pickle

import numpy as np
import pytest

import quincunx as qx
from budget import caught, check, p_t
from quincunx import lattice, observe, stats

BETAS = np.array([0.3, 0.4, 0.48])
SMALL = lattice.Ising(lattice.Square(4))
AVERAGES = ["energy", "energy**2", "magnetization**2", "magnetization**4", "abs(magnetization)"]
N = 100


def exact(model, f):
    """f(mean) of every temperature, where mean(g) is the exact average of g(e, m)."""
    out = []
    for beta in BETAS:
        law = lattice.boltzmann(model.replace(beta=beta))

        def mean(g, law=law):
            return law.probability @ g(law.energy, law.magnetization)

        out.append(f(mean, beta))
    return np.array(out)


@pytest.fixture(scope="module")
def averaged():
    keep = observe.time_average(AVERAGES, burn=20)
    return qx.simulate(SMALL, params={"beta": BETAS}, t=620, n=N, rng=1, method=lattice.Wolff(), observe=keep)


@pytest.fixture(scope="module")
def kept():
    keep = observe.every(2, burn=20)
    return qx.simulate(SMALL, params={"beta": BETAS}, t=420, n=N, rng=2, method=lattice.Wolff(), observe=keep)


BINDER = exact(SMALL, lambda mean, _: 1 - mean(lambda e, m: m**4) / (3 * mean(lambda e, m: m**2) ** 2))
CHI = exact(SMALL, lambda mean, b: 16 * b * (mean(lambda e, m: m**2) - mean(lambda e, m: abs(m)) ** 2))
CHI0 = exact(SMALL, lambda mean, b: 16 * b * mean(lambda e, m: m**2))
HEAT = exact(SMALL, lambda mean, b: 16 * b**2 * (mean(lambda e, m: e**2) - mean(lambda e, m: e) ** 2))


def test_averages_meet_enumeration(averaged):
    plain = averaged["energy"] ** 2  # the planted error: the square of the average for the average of the square
    for name, found, truth, planted in [
        ("binder", lattice.binder(averaged), BINDER, lambda f: 3 * f.value),
        ("chi", lattice.susceptibility(averaged), CHI, lambda f: f.value / BETAS),
        ("chi0", lattice.susceptibility(averaged, subtract=None), CHI0, lambda f: f.value / BETAS),
        (
            "heat",
            lattice.specific_heat(averaged),
            HEAT,
            lambda f: f.value - 16 * BETAS**2 * (averaged["energy**2"] - plain).mean(axis=-1),
        ),
    ]:
        assert found.blocks == N
        check(p_t(found.corrected, truth, found.standard_error, N - 1), f"lattice-{name}")
        caught(p_t(planted(found), truth, found.standard_error, N - 1), f"lattice-{name}: planted")


def test_kept_series_meet_enumeration_too(kept):
    heat = lattice.specific_heat(kept)
    assert heat.blocks >= N
    for name, found, truth in [
        ("binder", lattice.binder(kept), BINDER),
        ("chi", lattice.susceptibility(kept), CHI),
        ("heat", heat, HEAT),
    ]:
        check(p_t(found.corrected, truth, found.standard_error, N - 1), f"lattice-series-{name}")
        caught(p_t(found.corrected, truth[::-1], found.standard_error, N - 1), f"lattice-series-{name}: another beta")


def test_joined_runs_meet_enumeration_between_and_at_the_temperatures(kept):
    joined = lattice.reweight(kept)
    beta = np.array([0.33, 0.4, 0.45])
    laws = [lattice.boltzmann(SMALL.replace(beta=b)) for b in beta]
    m2, m4, a = (
        np.array([law.probability @ f(law.magnetization) for law in laws]) for f in (np.square, lambda m: m**4, np.abs)
    )
    thermal = [lattice.thermodynamics(SMALL.replace(beta=b)) for b in beta]
    first = lattice.log_partition(SMALL.replace(beta=BETAS[0]))
    for name, found, truth in [
        ("energy", joined.energy(beta), [x.energy for x in thermal]),
        ("heat", joined.specific_heat(beta), [x.specific_heat for x in thermal]),
        ("log-partition", joined.log_partition(beta), [x.log_partition - first for x in thermal]),
        ("binder", joined.binder(beta), 1 - m4 / (3 * m2**2)),
        ("chi", joined.susceptibility(beta), 16 * beta * (m2 - a**2)),
        ("chi0", joined.susceptibility(beta, subtract=None), 16 * beta * m2),
    ]:
        check(p_t(found.value, truth, found.standard_error, N - 1), f"lattice-reweight-{name}")
        caught(p_t(found.value, truth, found.standard_error / N, N - 1), f"lattice-reweight-{name}: error / N")
    wrong = stats.reweight(-16 * kept["energy"], BETAS)
    truth = [x.energy * 16 for x in thermal]
    error = joined.runs.energy(beta).standard_error
    caught(p_t(-wrong.energy(beta).value, truth, error, N - 1), "lattice-reweight-energy: sign of beta")


def test_a_square_torus_at_the_critical_point_meets_kaufman():
    model = lattice.Ising(lattice.Square(16))
    betas = np.linspace(0.42, 0.46, 3)
    keep = observe.every(4, "energy", burn=100)
    res = qx.simulate(
        model, params={"beta": betas}, t=1_300, n=64, rng=5, method=lattice.Wolff(clusters=2), observe=keep
    )
    found = lattice.reweight(res).specific_heat(np.linspace(0.42, 0.46, 9))
    truth = [lattice.thermodynamics(model.replace(beta=b)).specific_heat for b in np.linspace(0.42, 0.46, 9)]
    check(p_t(found.value, truth, found.standard_error, found.blocks - 1), "lattice-reweight-kaufman")
    plain = lattice.specific_heat(res).value
    caught(
        p_t(np.interp(np.linspace(0.42, 0.46, 9), betas, plain), truth, found.standard_error / 4, found.blocks - 1),
        "lattice-reweight-kaufman: straight lines between three runs",
    )


def test_reweighting_to_a_temperature_of_a_run_alone_is_its_average(kept):
    alone = qx.simulate(
        SMALL, params={"beta": BETAS[:1]}, t=420, n=N, rng=2, method=lattice.Wolff(), observe=observe.every(2, burn=20)
    )
    assert lattice.reweight(alone).energy(BETAS[0]).value == pytest.approx(alone["energy"].mean(), rel=1e-12)
    assert lattice.reweight(alone).binder(BETAS[0]).value == pytest.approx(lattice.binder(alone).value[0], rel=1e-9)


def test_fields_and_colours():
    field = lattice.Ising(lattice.Square(4), beta=0.2, h=0.3)
    law = lattice.boltzmann(field)
    m = law.magnetization
    keep = observe.time_average(["magnetization", "magnetization**2"], burn=20)
    res = qx.simulate(field, t=420, n=N, rng=1, observe=keep)
    found = lattice.susceptibility(res, subtract="mean")
    truth = 0.2 * 16 * (law.probability @ m**2 - (law.probability @ m) ** 2)
    check(p_t(found.corrected, truth, found.standard_error, N - 1), "lattice-chi-field")
    caught(
        p_t(lattice.susceptibility(res, subtract=None).value, truth, found.standard_error, N - 1),
        "lattice-chi-field: <m>",
    )
    potts = lattice.Potts(lattice.Square(3), 3, beta=0.8)
    colours = lattice.boltzmann(potts)
    res = qx.simulate(potts, t=420, n=N, rng=1, observe=observe.every(2, "magnetization", burn=20))
    m2, m4 = (colours.probability @ colours.magnetization**k for k in (2, 4))
    ratio = lattice.binder(res)
    check(p_t(ratio.corrected, 1 - m4 / (3 * m2**2), ratio.standard_error, N - 1), "lattice-binder-potts")
    caught(p_t(ratio.corrected, 1 - m4 / m2**2 / 2, ratio.standard_error, N - 1), "lattice-binder-potts: 2 for 3")


def test_one_snapshot_per_replica_will_do():
    res = qx.simulate(SMALL.replace(beta=0.4), t=50, n=400, rng=1, method=lattice.Wolff(), observe=observe.final())
    ratio = lattice.binder(res)
    check(p_t(ratio.corrected, BINDER[1], ratio.standard_error, 399), "lattice-binder-snapshots")
    twice = 1 - 1.5 * (1 - BINDER[1])
    caught(p_t(ratio.corrected, twice, ratio.standard_error, 399), "lattice-binder-snapshots: 2 for 3")
    assert lattice.specific_heat(res).blocks == 400


def test_results_know_their_model():
    res = qx.simulate(SMALL, params={"beta": [0.1, 0.2]}, t=3, n=2, rng=1)
    assert res.info.model is SMALL
    assert pickle.loads(pickle.dumps(res)).info.model == SMALL


def run(model=SMALL, **more):
    options = {"t": 40, "n": 4, "rng": 1, "observe": observe.every(1)} | more
    return qx.simulate(model, **options)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: lattice.binder(3), TypeError, "result = 3: must be what simulate returned"),
        (
            lambda: lattice.binder(run(qx.Custom(lambda t, x, draw: x, state="x"), start=0.0)),
            TypeError,
            "result: must be a run of lattice",
        ),
        (
            lambda: lattice.binder(run(observe={"a": observe.final()})),
            TypeError,
            "result: must keep its replicas, in one part",
        ),
        (lambda: lattice.binder(run(observe=observe.moments())), TypeError, "result: must keep its replicas"),
        (
            lambda: lattice.binder(run(observe=observe.time_average())),
            ValueError,
            r"result: has no 'magnetization\*\*2' and no 'magnetization\*\*4'",
        ),
        (
            lambda: lattice.binder(run(observe=observe.time_average(AVERAGES)), block=3),
            ValueError,
            "block = 3: must be None",
        ),
        (lambda: lattice.binder(run(n=1, t=0)), ValueError, "block"),
        (lambda: lattice.susceptibility(run(), subtract="m"), ValueError, "subtract = 'm'"),
        (lambda: lattice.reweight(run()), ValueError, r"result: has sweep shape \(\)"),
        (lambda: lattice.reweight(run(params={"beta": [0.1], "h": [[0.1]]})), ValueError, "result: has sweep shape"),
        (
            lambda: lattice.reweight(run(params={"beta": [0.1]}, observe=observe.final())),
            ValueError,
            "result: has no series of 'energy'",
        ),
        (lambda: lattice.reweight(run(params={"beta": [0.1]})).mean("energie", 0.1), KeyError, "energie"),
    ],
)
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call()
