"""The study of the Fisher curvature, at a scale of seconds."""

import math

import pytest

from quincunx import studies
from quincunx.studies import fisher_curvature


def test_every_row_is_ok_and_the_picture_is_drawn(tmp_path):
    seen = []
    study = studies.run("fisher-curvature", scale=0.02, rng=3, progress=seen.append)
    assert study.ok, [row for row in study.rows if not row.ok]
    assert len(study.rows) > 100
    assert {row.source for row in study.rows if row.source} == {"exact", "paper"}
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1.0)
    assert studies.draw(study, tmp_path / "curvature.png").stat().st_size > 10_000


def test_exponents_by_hand():
    found = fisher_curvature.local_exponents({2: 8.0, 4: 64.0, 8: 512.0})
    assert found == {(2, 4): pytest.approx(1.5), (4, 8): pytest.approx(1.5)}
    assert fisher_curvature.predicted(2, 1.0, 0.25) == pytest.approx(10 / 9)
    assert math.isclose(fisher_curvature.predicted(3, 0.63, 0.0363), 1.0188, abs_tol=5e-5)
