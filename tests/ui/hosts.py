"""What works wherever widgets are shown: in JupyterLab, Notebook 7 and Voilà, on any kernel."""

from pages import WAIT_MS
from playwright.sync_api import expect

ENDLESS = 200_000
FIT = "history = model.fit(x, y, batch_size=512, epochs={}, validation_split=0.2)"
EXPLORE = """
from glow.estimators import Binned
from glow_widgets import EstimatorExplorer
EstimatorExplorer(model.recording, [Binned()])
"""
# What docs/jupyter.md tells those to do whose cells cannot wait for a training.
ON_A_CLICK = f"""
from functools import partial
from threading import Thread
from ipywidgets import Button, VBox
from glow_widgets import TrainingDisplay

box, start = VBox(), Button(description="Train")
shown = TrainingDisplay(into=box)
fit = partial(model.fit, x, y, epochs={ENDLESS}, verbose=0, callbacks=[shown])
start.on_click(lambda _: Thread(target=fit).start())
display(start, box)
"""


def move_the_slider(tab):
    """Move the explorer's slider to its end, 256 bins, and see the plane follow."""
    tab.by_id("glow-slider-bins").press("End")
    tab.page.locator("[data-testid=glow-plane][data-value='256']").wait_for()


def pause_and_stop(tab):
    """Pause and stop the training shown last."""
    status = tab.page.get_by_test_id("glow-status").last
    tab.page.locator("[data-testid=glow-pause]:enabled").last.click()
    expect(status).to_have_text("Paused", timeout=WAIT_MS)
    tab.page.get_by_test_id("glow-stop").last.click()
    expect(status).to_have_text("Stopped", timeout=WAIT_MS)


def train_on_a_click(tab):
    """Start the training of :data:`ON_A_CLICK`, see its plane, pause it and stop it."""
    planes = tab.page.get_by_test_id("glow-plane")
    before = planes.count()
    tab.page.get_by_role("button", name="Train", exact=True).click()
    expect(planes).to_have_count(before + 1, timeout=WAIT_MS)
    pause_and_stop(tab)
