"""The first lesson, as a newcomer meets it."""

import shutil
from pathlib import Path

LESSON = Path(__file__).parents[2] / "notebooks" / "01-two-phases.ipynb"
ERRORS = "[data-mime-type='application/vnd.jupyter.stderr']"


def test_the_first_lesson_runs_in_jupyterlab(tab, lab):
    shutil.copy(LESSON, lab.root)
    tab.open(LESSON.name)
    tab.run_all()
    tab.wait_until_done(120)
    assert tab.page.locator(ERRORS).count() == 0
    tab.page.get_by_test_id("glow-estimator").last.wait_for()
    tab.shot_whole("lesson")
