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
    main, which, loop = blocks("README.md")
    assert "epochs=8000" in main
    main = main.replace("epochs=8000", "epochs=3, verbose=0")
    names = {"epochs": 2, "train_one_epoch": lambda module: None}
    exec(main, names)  # noqa: S102 - our own document
    assert names["p"].sizes == {"epoch": 4, "layer": 6}
    assert names["s"].sizes["bins"] == 5
    quick = "levels=(0.5,), repeats=2, layers=['dense_4']"
    which = which.replace("activations(8000)", "activations(3)")
    exec(which.replace("(KSG(), model.recording)", f"(KSG(), model.recording, {quick})"), names)  # noqa: S102
    exec(loop.replace("module", "model"), names)  # noqa: S102 - likewise
    assert names["recorder"].recording.epochs == (0, 1, 2)


@pytest.fixture
def unregistered():
    """Forgets the estimators that a test defines."""
    from glow.estimators import _registry

    before = set(_registry._CLASSES)
    yield
    for name in set(_registry._CLASSES) - before:
        del _registry._CLASSES[name]


def test_the_table_of_estimators_lists_every_family_with_its_sliders():
    from glow.estimators import VERDICTS, get, names

    page = (ROOT / "docs/estimators.md").read_text()
    rows = {m[1]: m[2] for m in re.finditer(r"^\| `(\w+)` \|[^|]*\|([^|]*)\|", page, re.MULTILINE)}
    for name in names():
        estimator = get(name)
        if not type(estimator).__module__.startswith("glow."):
            continue  # another test's
        listed = rows.pop(type(estimator).__name__)
        sliders = [f"{p.name} (smooth)" if p.smooth else p.name for p in estimator.sliders]
        assert listed.strip() == (", ".join(sliders) or "none"), name
    assert not rows
    assert all(f"| {verdict} |" in page for verdict in VERDICTS)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:metadata .* was set:DeprecationWarning")  # bqplot, on import
def test_the_page_on_own_estimators_runs(monkeypatch, tmp_path, unregistered, capsys):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    names = {"__name__": "own"}
    try:
        for code in blocks("docs/add-your-own-estimator.md"):
            exec(code, names)  # noqa: S102 - our own document
        printed = capsys.readouterr().out
        assert re.search(r"^0\.5\d+ *: reliable$", printed, re.MULTILINE)
        assert "exponent must be a number from 0 to 2, got 3" in printed
        assert names["p"].sizes == {"epoch": 7, "layer": 3}
        assert {"xt_verdict", "ty_verdict", "ty_shuffled"} <= set(names["p"])
        assert names["mixed"]["xt"].attrs["units"] == "bits"
        assert names["s"].sizes["exponent"] == 3
        explorer = names["explorer"]
        assert explorer.wait(60)
        shown = explorer.view.document["recordings"][0]["planes"][0]
        assert shown["estimator"] == "distance-correlation"
        assert shown["slider"]["name"] == "exponent"
    finally:
        if "explorer" in names:
            names["explorer"].close()


def test_contributing_adds_an_estimator(unregistered):
    from glow.estimators import get

    (code,) = blocks("CONTRIBUTING.md")
    exec(code, {"__name__": "contributed"})  # noqa: S102 - our own document
    x = np.random.default_rng(0).standard_normal((500, 2))
    y = x.mean(axis=1) + 0.1
    bits = get("correlation", floor=1e-4).criterion(x, y)
    assert bits == pytest.approx(-np.log2(1e-4) / 2)


def test_the_page_on_data_sets_runs():
    (code,) = blocks("docs/datasets.md")
    names = {}
    exec(code.replace("epochs=8", "epochs=8, verbose=0"), names)  # noqa: S102 - our own document
    reached = names["model"].evaluate(names["x_test"], names["y_test"], return_dict=True, verbose=0)
    assert reached["accuracy"] > 0.95
