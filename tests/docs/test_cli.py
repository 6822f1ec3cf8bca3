"""The command line: exit codes, JSON, figures, completion."""

import json
import shutil
import subprocess
import sys
import types

import pytest

from quincunx import cli, studies
from quincunx.studies import Row, Study, Table, _print, _registry

GOOD = Row.compare("good", ours=1.0, reference=1.0, source="exact", rtol=1e-12)
BAD = Row.compare("bad", ours=1.0, standard_error=0.1, reference=2.0, source="paper")


def planted(monkeypatch, rows, figure=None):
    def run(scale, rng, progress):
        for step in range(11):
            progress(step / 10)
        if rows is KeyboardInterrupt:
            raise KeyboardInterrupt
        if rows is ValueError:
            raise ValueError("beta = -1: must be >= 0")
        return Study(rows, tables=[Table("sizes", ["L", "R"], [[3, -105.6], [4, None]])], info={"array": {1.0}})

    module = types.SimpleNamespace(PAPER="A. Author, 2025", run=run, __doc__="A planted study.")
    if figure:
        module.figure = figure
    monkeypatch.setattr(_registry, "load", lambda name: module)
    monkeypatch.setattr(studies, "load", lambda name: module)


@pytest.mark.parametrize(
    ("rows", "code"), [([GOOD], 0), ([GOOD, BAD], 1), ([], 1), (ValueError, 1), (KeyboardInterrupt, 130)]
)
def test_exit_code_is_the_verdict(monkeypatch, capsys, rows, code):
    planted(monkeypatch, rows)
    assert cli.main(["study", "run", "planted"]) == code
    assert "planted: 10%" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["study"],
        ["study", "run"],
        ["nothing"],
        ["study", "run", "x", "--scale", "-1"],
        ["study", "run", "x", "--scale", "nan"],
    ]
    + [["study", "run", "x", "--rng", "1.5"], ["study", "run", "x", "--rng", "-1"], ["completion", "tcsh"]],
)
def test_wrong_usage_is_2(argv, capsys):
    with pytest.raises(SystemExit) as exit_:
        cli.main(argv)
    assert exit_.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_unknown_study_is_2_and_names_the_others(capsys):
    assert cli.main(["study", "run", "no-such-study"]) == 2
    assert "study = 'no-such-study'" in capsys.readouterr().err


def test_json_has_the_documented_keys(monkeypatch, tmp_path, capsys):
    planted(monkeypatch, [GOOD, BAD, Row.report("free", ours=float("nan"))])
    assert cli.main(["study", "run", "planted", "--scale", "0.5", "--rng", "3", "--json", "-"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["study", "paper", "rows", "seconds", "info"]
    assert (told["study"], told["paper"]) == ("planted", "A. Author, 2025")
    keys = ["quantity", "ours", "standard_error", "reference", "source", "tolerance", "ok"]
    assert all(list(row) == keys for row in told["rows"])
    assert [row["ok"] for row in told["rows"]] == [True, False, False]
    assert told["rows"][2]["ours"] is None
    assert (told["info"]["scale"], told["info"]["rng"]) == (0.5, 3)
    file = tmp_path / "new" / "rows.json"
    assert cli.main(["study", "run", "planted", "--json", str(file)]) == 1
    assert json.loads(file.read_text())["rows"] == told["rows"]
    assert "NOT OK" in capsys.readouterr().out


def test_figure_is_written_and_refused_early(monkeypatch, tmp_path, capsys):
    planted(monkeypatch, [GOOD])
    assert cli.main(["study", "run", "planted", "--figure", str(tmp_path / "a.png")]) == 2
    planted(monkeypatch, [GOOD], figure=lambda study, fig: fig.subplots().plot([1, 2]))
    assert cli.main(["study", "run", "planted", "--figure", str(tmp_path / "a.gif")]) == 2
    assert cli.main(["study", "run", "planted", "--figure", str(tmp_path / "out" / "a.png")]) == 0
    assert (tmp_path / "out" / "a.png").read_bytes().startswith(b"\x89PNG")
    assert capsys.readouterr().err.count("has no figure") == 1


def test_rows_judge():
    assert Row.compare("z", ours=1.3, standard_error=0.1, reference=1.0, source="exact").ok
    assert not Row.compare("z", ours=1.5, standard_error=0.1, reference=1.0, source="exact").ok
    assert not Row.compare("nan", ours=float("nan"), reference=1.0, source="exact", atol=1.0).ok
    assert Row.compare("quoted", ours=1.5, reference=1.0, reference_error=0.2, source="paper").ok
    with pytest.raises(ValueError, match="go together"):
        Row("half", 1.0, None, 1.0, None, None)
    with pytest.raises(ValueError, match="must be one of"):
        Row("source", 1.0, None, 1.0, "rumour", 0.1)


def test_plain_table_is_aligned():
    lines = _print.plain(Table("sizes", ["quantity", "R"], [["a", -105.6], ["bcd", None]])).splitlines()
    assert lines == ["sizes", "quantity       R", "--------  ------", "a         -105.6", "bcd            -"]


def test_completion_scripts_are_valid(capsys):
    for shell in ("bash", "zsh", "fish"):
        assert cli.main(["completion", shell]) == 0
        text = capsys.readouterr().out
        assert "quincunx" in text
        assert "@NAMES@" not in text
        if shutil.which(shell):
            subprocess.run([shell, "-n"], input=text, text=True, check=True)


def test_command_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "quincunx.cli", "study", "list"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
