"""The study of the supply network: every row holds, and a wrong number would be seen."""

import math
import time

import numpy as np
import pytest

from quincunx import lattice, studies
from quincunx.studies import _supply_network as ref
from quincunx.studies import supply_tail_risk


def test_every_row_is_ok_and_the_picture_is_drawn(tmp_path):
    seen = []
    study = studies.run("supply-tail-risk", scale=0.02, rng=3, progress=seen.append)
    assert study.ok, [row for row in study.rows if not row.ok]
    assert len(study.rows) > 100
    assert {row.source for row in study.rows} == {"exact", "independent", "paper"}
    assert seen[-1] == pytest.approx(1.0)
    verdicts = {line[0]: line[3] for line in study.tables[0].rows}
    wrong = {name for name, verdict in verdicts.items() if verdict == "does not reproduce"}
    assert wrong == {"ground energy, 40 nodes", "gap, 40 nodes", "slope of the ground energy, supplier subsidy"}
    assert studies.draw(study, tmp_path / "tails.png").stat().st_size > 10_000


@pytest.mark.parametrize("table", ["THERMAL", "GROUND", "TAIL", "STRESSED", "POLICY_EFFECTS"])
def test_a_planted_error_is_seen(table, monkeypatch):
    values = dict(getattr(ref, table))
    key = next(iter(values))
    old = values[key]
    values[key] = tuple(v if v is None else v * (1 + 1e-6) for v in old) if isinstance(old, tuple) else old * (1 + 1e-6)
    monkeypatch.setattr(ref, table, values)
    assert not studies.run("supply-tail-risk", scale=0.01).ok


def test_the_network_is_the_published_one():
    assert len(ref.EDGES) == 57
    assert len({(i, j) for i, j, _ in ref.EDGES}) == 57
    assert all(i < j < ref.NODES for i, j, _ in ref.EDGES)
    model = ref.network("B")
    assert np.flatnonzero(model.transverse).tolist() == [0, *range(20, 40)]
    # lambda = 0, T -> infinity: 2^40 states
    hot = ref.network("classical", math.inf)
    assert lattice.log_partition(hot) == pytest.approx(40 * math.log(2), rel=1e-14)


def test_levels_of_2_to_40_states_in_less_than_a_second():
    begin = time.perf_counter()
    levels = lattice.density_of_states(ref.classical())
    assert time.perf_counter() - begin < 1.0
    assert levels.method == "eliminate"
    assert sum(levels.counts) == 2**40
    for beta in (0.1, 1.0, 3.0):
        model = ref.network("classical", 1 / beta)
        assert levels.log_partition(beta) == pytest.approx(lattice.log_partition(model), rel=1e-12)
        assert levels.mean_energy(beta) == pytest.approx(lattice.thermodynamics(model).energy, rel=1e-11)


def test_the_surrogate_knows_the_gap_only():
    # With all energies alike the share is that of a Gaussian cut at three widths: 1 - Phi(2.1), on a grid.
    assert supply_tail_risk.gaussian_dos_tail(math.inf) == pytest.approx(0.0166, abs=5e-4)
    assert supply_tail_risk.gaussian_dos_tail(2.0, gap=2.0) == pytest.approx(
        supply_tail_risk.gaussian_dos_tail(1.0, gap=1.0)
    )
