"""Pictures: each kind of result has its own, drawn into the axes that are given."""

import matplotlib.figure
import matplotlib.pyplot as plt
import numpy as np
import pytest

import quincunx as qx
from quincunx import observe, viz


def step(t, x, draw, p):
    return {"y": x["y"] + np.where(draw.uniform() < p, 1.0, -1.0)}


WALK = qx.Custom(step, state="y", p=0.5)


def run(keep, n=20, **more):
    return qx.simulate(WALK, t=40, start=0.0, n=n, rng=1, observe=keep, **more)


@pytest.fixture
def ax():
    return matplotlib.figure.Figure().subplots()


def test_paths_show_mean_band_and_ten_thin_lines(ax):
    res = run(observe.every(1))
    assert res.plot("y", ax=ax) is ax
    assert len(ax.lines) == viz.PATHS + 1
    assert len(ax.collections) == 1
    np.testing.assert_array_equal(ax.lines[-1].get_ydata(), res.mean("y"))
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_legend()) == ("t", "y", None)


def test_one_colour_per_set_and_a_label(ax):
    run(observe.every(4), params={"p": [0.3, 0.7]}).plot(ax=ax)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["p = 0.3", "p = 0.7"]
    assert len({line.get_color() for line in ax.lines}) == 2


def test_one_replica_has_no_band(ax):
    run(observe.every(1), n=1).plot(ax=ax)
    assert len(ax.collections) == 0


def test_moments_have_a_band_of_one_standard_deviation(ax):
    res = run(observe.moments(when=observe.every(2)))
    res.plot(ax=ax)
    assert len(ax.lines) == len(ax.collections) == 1


@pytest.mark.parametrize(
    "keep",
    [
        observe.final(),
        observe.time_average(),
        observe.moments(when=observe.final()),
        observe.histogram("y", np.linspace(-10, 10, 21), when=observe.final()),
        observe.histogram("y", np.linspace(-10, 10, 21), when=observe.every(10)),
        observe.histogram("y", np.linspace(-10, 10, 21), over="time"),
        observe.first_passage("y >= 5"),
        observe.first_passage("y >= 500"),
        observe.autocorrelation("y", [0, 1, 2, 4]),
        observe.events(),
    ],
    ids=str,
)
@pytest.mark.parametrize("sweep", [None, {"p": [0.4, 0.5]}])
def test_every_observer_has_a_picture(keep, sweep, ax):
    if sweep and keep == observe.events():
        pytest.skip("events take no sweep")
    run(keep, params=sweep).plot(ax=ax)
    assert ax.lines or ax.patches or ax.collections or ax.containers
    ax.figure.canvas.draw()


def test_survival_curve_falls_from_one(ax):
    res = run(observe.first_passage("y >= 3"), n=200)
    res.plot(ax=ax)
    height = ax.lines[0].get_ydata()
    assert height[0] == 1
    assert height[-1] == pytest.approx(np.isinf(res["time"]).mean())
    assert (np.diff(height) <= 0).all()


def test_whole_numbers_get_a_cell_each():
    np.testing.assert_array_equal(viz._bins(np.array([2, 4, 4])), [1.5, 2.5, 3.5, 4.5])
    assert viz._bins(np.array([1.0, 1.0])).size >= 2


def test_array_states_are_images(ax):
    def spread(t, x, draw):
        return {"u": x["u"] + draw.normal((6,))}

    field = qx.Custom(spread, state="u[6]")
    res = qx.simulate(field, t=10, start=np.zeros(6), n=2, rng=1, observe=observe.every(1))
    res.plot(ax=ax)
    assert ax.images[0].get_array().shape == (6, 11)


def test_parts_are_asked_for_and_names_are_checked():
    res = run({"a": observe.final(), "b": observe.every(1)})
    with pytest.raises(TypeError, match="'a', 'b'"):
        viz.plot(res)
    with pytest.raises(AttributeError, match="'a', 'b'"):
        res.plot()
    with pytest.raises(KeyError, match="must be one of y"):
        res["a"].plot("z")


def test_new_axes_are_made_but_not_shown(monkeypatch):
    monkeypatch.setattr(plt, "show", lambda *_: pytest.fail("shown"))
    plt.switch_backend("agg")
    before = plt.rcParams.copy()
    ax = run(observe.every(1)).plot(lw=3)
    assert ax.lines[-1].get_linewidth() == 3
    assert plt.rcParams == before
    plt.close(ax.figure)
