"""Importing quincunx is cheap: less than 100 ms beyond NumPy, and no optional package.

The clock is that of the thread that imports: the time of the process also counts the threads that NumPy's BLAS leaves
spinning after its own import, which doubles the sum on two cores.
"""

import json
import subprocess
import sys

CODE = """
import json, sys, time
import numpy
begin = time.thread_time()
import quincunx
seconds = time.thread_time() - begin
heavy = ["scipy.stats", "pandas", "xarray", "matplotlib", "tqdm", "arviz", "rich", "sympy", "dask"]
print(json.dumps([seconds, [name for name in heavy if name in sys.modules]]))
"""


def test_import_costs_less_than_100_ms_and_imports_no_extra():
    runs = [subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True) for _ in range(4)]
    seconds, heavy = zip(*(json.loads(run.stdout) for run in runs), strict=True)
    assert not any(heavy), heavy
    assert min(seconds) < 0.1
