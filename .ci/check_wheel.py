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

end = {"observe": qx.observe.final(), "n": 4, "rng": 1}
runs = {
    "magnetization": qx.simulate(qx.lattice.Ising(qx.lattice.Square(4), beta=0.4), t=10, **end),
    "state": qx.simulate(qx.chain.MarkovChain([[0.9, 0.1], [0.5, 0.5]]), t=10, start=0, **end),
    "X": qx.simulate(qx.jump.Reactions("0 <-> X @ 2.0, 1.0"), t=1.0, **end),
    "x": qx.simulate(qx.sde.SDE("-x", "1"), t=1.0, start=0.0, method=qx.sde.EulerMaruyama(dt=0.1), **end),
}
runs |= {"up": qx.simulate(qx.switching.Telegraph(1.0, 2.0), t=1.0, **end)}
for name, res in runs.items():
    assert res["state" if name == "up" else name].shape == (4,), res
sys.stdout.write(f"wheel ok: {Path(qx.__file__).parent.name}, {listed.stdout.decode().count(chr(10))} studies\n")
