"""Moving a slider moves the plane: measured in the page, from the input event to the paint."""

import pytest
from sliders import MOVE, RELEASE, positions_of, timing

FIRST_MS, P95_MS, EXACT_MS = 500, 100, 1000

OPEN = """
from glow.dynamics import Recording
from glow.estimators import Binned, KDE
from glow_widgets import EstimatorExplorer
explorer = EstimatorExplorer({{"tanh": Recording.open({path!r})}}, [{estimator}])
explorer
"""
COMPLETE = "complete = explorer.wait(300)"
REPORT = "print(complete, explorer.estimator, explorer.plane.sizes['epoch'])"

NOT_KEPT = 48  # position on the slider: 50 bins


def open_explorer(tab, name, recording, estimator):
    """Run a notebook with an explorer until all of its curves are there."""
    cell = OPEN.format(path=str(recording), estimator=estimator)
    tab.write_notebook(name, [cell, COMPLETE, REPORT])
    tab.open(name)
    tab.run_all()
    tab.wait_until_done(300)


@pytest.mark.parametrize(
    ("estimator", "parameter", "recorded"),
    [("Binned(range='global')", "bins", "all"), ("KDE()", "variance", "few")],
    ids=["Binned", "KDE"],
)
def test_the_plane_follows_the_slider(
    tab, recordings, record_testsuite_property, estimator, parameter, recorded
):
    open_explorer(tab, f"follow-{parameter}.ipynb", recordings / recorded, estimator)
    slider = f"glow-slider-{parameter}"
    first, *times = tab.page.evaluate(MOVE, [slider, positions_of(tab.by_id(slider))])
    report, p95 = timing(first, times)
    record_testsuite_property(f"slider to paint, {estimator}", report)
    print(f"{estimator}: {report}")
    tab.shot_of_output(0, f"explorer-{parameter}-light")
    tab.use_theme("JupyterLab Dark")
    tab.shot_of_output(0, f"explorer-{parameter}-dark")
    assert first <= FIRST_MS
    assert p95 <= P95_MS


def test_letting_go_shows_the_exact_plane(tab, recordings):
    open_explorer(tab, "exact.ipynb", recordings / "all", "Binned(range='global')")
    released = tab.page.evaluate(RELEASE, ["glow-slider-bins", NOT_KEPT])
    assert released["snapped"] != released["wanted"]
    assert released["milliseconds"] <= EXACT_MS
    tab.run_cell(2)
    assert f"bins={released['wanted']}" in tab.text_of_output(2)
    tab.shot_of_output(0, "explorer-exact")


def test_something_right_is_on_screen_before_all_is_computed(tab, recordings):
    cell = OPEN.format(path=str(recordings / "all"), estimator="Binned(), KDE()")
    tab.write_notebook("coarse.ipynb", [cell])
    tab.open("coarse.ipynb")
    tab.run_all()
    drawn = "document.querySelector('[data-testid=glow-plane]')?.dataset.revision >= 1"
    tab.page.wait_for_function(drawn, timeout=40_000)
    assert "Estimating Binned" in tab.page.locator(".glow-status-line").inner_text()
    tab.shot_of_output(0, "explorer-coarse")
