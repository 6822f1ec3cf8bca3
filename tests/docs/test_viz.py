"""Pictures: each kind of result has its own, drawn into the axes that are given."""

import matplotlib.figure
import matplotlib.pyplot as plt
import numpy as np
import pytest

import quincunx as qx
from quincunx import _lattice_picture, lattice, observe, viz


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


SITES = {
    "square": (lattice.Square(6, 8), "images"),
    "cubic": (lattice.Cubic(4), "images"),
    "triangular": (lattice.Triangular(6, 8), "collections"),
    "honeycomb": (lattice.Honeycomb(4, 6), "collections"),
    "open": (lattice.Triangular(4, periodic=False), "collections"),
    "graph": (lattice.Graph([(i, (i + 3) % 12) for i in range(12)]), "collections"),
    "large graph": (lattice.Graph([(i, i + 1) for i in range(499)]), "images"),
}


@pytest.mark.parametrize("keep", [observe.final("state"), observe.every(2, "state")], ids=["final", "every"])
@pytest.mark.parametrize("kind", SITES)
@pytest.mark.parametrize("law", [lattice.Ising, lambda g: lattice.Potts(g, 3), lambda g: lattice.Potts(g, 30)])
def test_the_last_state_of_a_lattice_is_shown_site_by_site(kind, keep, law, ax):
    geometry, drawn = SITES[kind]
    model = law(geometry)
    res = qx.simulate(model, t=4, start="random", n=2, rng=1, observe=keep)
    res.plot(ax=ax)
    picture = getattr(ax, drawn)[-1]
    last = res["state"][0] if keep == observe.final("state") else res["state"][0, -1]
    shown = np.ma.filled(picture.get_array(), np.nan).ravel()
    layer = last[2] if kind == "cubic" else last
    np.testing.assert_array_equal(shown[: layer.size], layer.ravel())
    assert np.isnan(shown[layer.size :]).all()
    assert ax.get_title() == "state at t = 4" + ", layer x = 2" * (kind == "cubic")
    ax.figure.canvas.draw()


def test_cells_tile_the_plane_and_neighbours_touch():
    for geometry, corners in (
        (lattice.Triangular(4, 6), _lattice_picture._hexagons(lattice.Triangular(4, 6))),
        (lattice.Honeycomb(4, 6), _lattice_picture._triangles(lattice.Honeycomb(4, 6))),
    ):
        x, y = corners[..., 0], corners[..., 1]
        area = abs((x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(axis=1)) / 2
        np.testing.assert_allclose(area, np.sqrt(3) / 2 / (1 + isinstance(geometry, lattice.Honeycomb)))
        common = [
            (np.abs(corners[i][:, None] - corners[j][None]).max(axis=-1) < 1e-9).any(axis=1).sum()
            for i, j in geometry.bonds
        ]
        assert set(common) <= {0, 1, 2}  # two corners, unless the bond closes an axis
        assert np.mean(np.array(common) == 2) > 0.6


def test_own_colours_are_kept_and_the_set_is_named(ax):
    model = lattice.Ising(lattice.Square(6))
    res = qx.simulate(model, params={"beta": [0.1, 0.2]}, t=4, rng=1, observe=observe.final("state"))
    res.plot(ax=ax, cmap="gray")
    assert ax.images[0].cmap.name == "gray"
    assert ax.get_title() == "state at t = 4, beta = 0.1"


@pytest.mark.parametrize("keep", [observe.final(), observe.moments(when=observe.final())], ids=["final", "moments"])
def test_means_stand_against_the_swept_parameter(keep, ax):
    p = np.array([0.3, 0.5, 0.7])
    res = run(keep, params={"p": p})
    res.plot(ax=ax)
    (bars,) = ax.containers
    np.testing.assert_array_equal(bars[0].get_xdata(), p)
    np.testing.assert_array_equal(bars[0].get_ydata(), res.mean("y"))
    low, high = np.array(bars[2][0].get_segments())[:, :, 1].T
    np.testing.assert_allclose((high - low) / 2, res.sem("y"))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("p", "y")


def test_two_swept_parameters_are_one_curve_each(ax):
    model = lattice.Ising(lattice.Square(4))
    sets = {"beta": [0.1, 0.2, 0.3], "h": [[0.0], [0.5]]}
    qx.simulate(model, params=sets, t=20, n=4, rng=1, observe=observe.time_average("energy")).plot(ax=ax)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["h = 0", "h = 0.5"]
    assert ax.get_xlabel() == "beta"


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
