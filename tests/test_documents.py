"""The code that README and CONTRIBUTING show is run as written, with fewer epochs."""

import re
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent


def blocks(document):
    return re.findall(r"```python\n(.*?)```", (ROOT / document).read_text(), re.DOTALL)


@pytest.mark.slow
def test_readme_runs(monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    main, loop = blocks("README.md")
    assert "epochs=8000" in main
    main = main.replace("epochs=8000", "epochs=3, verbose=0")
    names = {"epochs": 2, "train_one_epoch": lambda module: None}
    exec(main, names)  # noqa: S102 - our own document
    assert names["p"].sizes == {"epoch": 4, "layer": 6}
    assert names["s"].sizes["bins"] == 5
    exec(loop.replace("module", "model"), names)  # noqa: S102 - likewise
    assert names["recorder"].recording.epochs == (0, 1, 2)


def test_contributing_adds_an_estimator(request):
    from glow.estimators import _registry, get

    before = set(_registry._CLASSES)
    request.addfinalizer(
        lambda: [_registry._CLASSES.pop(k) for k in set(_registry._CLASSES) - before]
    )
    (code,) = blocks("CONTRIBUTING.md")
    exec(code, {"__name__": "contributed"})  # noqa: S102 - our own document
    x = np.random.default_rng(0).standard_normal((500, 2))
    y = x.mean(axis=1) + 0.1
    bits = get("correlation", floor=1e-4).criterion(x, y)
    assert bits == pytest.approx(-np.log2(1e-4) / 2)
