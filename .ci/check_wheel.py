"""Use the installed wheel where there is no compiler and no checkout: import, the command, one tiny run per family."""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import quincunx as qx
from quincunx import _core

site = Path(sysconfig.get_path("platlib")).resolve()
assert site in Path(qx.__file__).resolve().parents, f"not the wheel: {qx.__file__}"
assert "abi3" in Path(_core.__file__).name, f"not the stable interface: {_core.__file__}"
assert (site / "quincunx" / "py.typed").exists(), "the types are not in the wheel"
for tool in ("cargo", "rustc", "cc", "gcc", "clang"):
    assert shutil.which(tool) is None, f"{tool} is on PATH"

command = str(Path(sys.executable).with_name("quincunx"))
listed = subprocess.run([command, "study", "list"], check=True, capture_output=True)
res = qx.simulate(qx.chain.MarkovChain([[0.9, 0.1], [0.5, 0.5]]), t=10, start=0, n=4, rng=1)
assert res["state"].shape == (4, 11), res
sys.stdout.write(f"wheel ok: {Path(qx.__file__).parent.name}, {listed.stdout.decode().count(chr(10))} studies\n")
