"""Moving a slider moves the plane: measured in the page, from the input event to the paint."""

import numpy as np
import pytest

MOVES = 100
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

# Sets a slider to each position in turn; returns the milliseconds until the plane was painted.
MOVE = """async ([slider, positions]) => {
  const input = document.querySelector(`[data-testid=${slider}]`);
  const plane = document.querySelector('[data-testid=glow-plane]');
  const painted = (before, started) => new Promise(resolve => {
    const observer = new MutationObserver(() => {
      if (plane.dataset.revision !== before) {
        observer.disconnect();
        resolve(performance.now() - started);
      }
    });
    observer.observe(plane, { attributes: true, attributeFilter: ['data-revision'] });
  });
  const times = [];
  for (const position of positions) {
    const done = painted(plane.dataset.revision, performance.now());
    input.value = position;
    input.dispatchEvent(new Event('input', { bubbles: true }));
    times.push(await done);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  return times;
}"""


@pytest.fixture(params=["Binned", "KDE"])
def case(request, recordings):
    cases = {
        "Binned": ("Binned(range='global')", "bins", recordings / "all"),
        "KDE": ("KDE()", "variance", recordings / "few"),
    }
    return cases[request.param]


def test_the_plane_follows_the_slider(tab, case, record_property):
    estimator, parameter, recording = case
    name = f"explorer-{parameter}.ipynb"
    tab.write_notebook(name, [OPEN.format(path=str(recording), estimator=estimator), COMPLETE])
    tab.open(name)
    tab.run_all()
    tab.wait_until_done(300)
    slider = f"glow-slider-{parameter}"
    low, high, step = tab.range_of(slider)
    positions = np.random.default_rng(0).permutation(np.arange(low, high + step / 2, step))
    positions = np.resize(positions, MOVES + 1)  # neighbours differ, the seam included
    first, *times = tab.page.evaluate(MOVE, [slider, positions.tolist()])
    times = times[:MOVES]
    record_property(f"{parameter} first ms", round(first, 1))
    record_property(f"{parameter} median ms", round(float(np.median(times)), 1))
    record_property(f"{parameter} p95 ms", round(float(np.percentile(times, 95)), 1))
    tab.shot(f"explorer-{parameter}-light")
    tab.use_theme("JupyterLab Dark")
    tab.shot(f"explorer-{parameter}-dark")
    assert first <= FIRST_MS
    assert np.percentile(times, 95) <= P95_MS
