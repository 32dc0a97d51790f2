import subprocess
import sys

import numba
import numpy as np

from glow.estimators import _compile


def test_kernels_compile_where_nothing_can_be_written(monkeypatch):
    njit = numba.njit

    def without_a_cache(*function, cache=False, **options):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return njit(*function, **options)

    monkeypatch.setattr(numba, "njit", without_a_cache)
    total = _compile.vector_kernel(lambda values: values.sum())
    assert total(np.arange(4.0)) == 6


def test_importing_the_estimators_loads_nothing_heavy():
    heavy = ("numba", "scipy", "xarray", "matplotlib", "pandas", "torch", "joblib")
    code = f"import sys, glow.estimators; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
