"""Training in a notebook: what moves, what stops, what stays."""

import pytest
from lessons import BUILD, OUTCOME, WATCH, fit

ENDLESS = 200_000


@pytest.fixture(params=["python3", "ipykernel-7.3"])
def training(tab, request):
    """A notebook in which a training runs that only a click can end."""
    name = f"{request.node.originalname}-{request.param}.ipynb"
    tab.write_notebook(name, [BUILD + WATCH, fit(ENDLESS), OUTCOME], request.param)
    tab.open(name)
    tab.run_all()
    tab.by_id("glow-plane").wait_for()
    return tab


def picture(tab):
    return tab.by_id("glow-canvas").evaluate("canvas => canvas.toDataURL()")


def revision(tab):
    return int(tab.by_id("glow-plane").get_attribute("data-revision"))


def running(tab):
    return tab.page.evaluate("window.done") is False


def test_points_move_while_the_cell_runs(training):
    tab = training
    drawn = "least => document.querySelector('[data-revision]').dataset.revision >= least"
    tab.page.wait_for_function(drawn, arg=3)
    first, before = picture(tab), revision(tab)
    tab.page.wait_for_function(drawn, arg=before + 3)
    assert picture(tab) != first
    assert running(tab)
    tab.shot_of_output(1, "fit-running-light")
    tab.use_theme("JupyterLab Dark")
    tab.shot_of_output(1, "fit-running-dark")


def test_stop_ends_training_within_one_batch_and_returns_the_history(training):
    tab = training
    tab.page.wait_for_timeout(1000)
    tab.by_id("glow-stop").click()
    tab.wait_until_done(20)
    kind, epochs, late_batches = tab.text_of_output(2).split()
    assert kind == "History"
    assert 0 < int(epochs) < ENDLESS
    assert int(late_batches) <= 1
    assert "stopped" in tab.text_of_output(1)
    tab.shot_of_output(1, "fit-stopped")


def test_pause_holds_the_training_and_resume_goes_on(training):
    tab = training
    tab.by_id("glow-pause").click()
    tab.page.get_by_test_id("glow-pause").get_by_text("Resume").wait_for()
    tab.shot_of_output(1, "fit-paused")
    tab.page.wait_for_timeout(500)
    held = tab.by_id("glow-progress").inner_text()
    tab.page.wait_for_timeout(1500)
    assert tab.by_id("glow-progress").inner_text() == held
    tab.by_id("glow-pause").click()
    tab.page.wait_for_timeout(1500)
    assert tab.by_id("glow-progress").inner_text() != held
    tab.by_id("glow-stop").click()
    tab.wait_until_done(20)
