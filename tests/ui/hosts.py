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


def press_every_button(tab):
    """Pause the training shown last, run one batch of it, resume and stop it."""
    # The panel of trainings holds them too, some hidden.
    button = "[data-testid=glow-{}]:visible"
    pause, step, stop = (
        tab.page.locator(button.format(name)).last for name in ("pause", "step", "stop")
    )
    expect(pause).to_be_enabled(timeout=WAIT_MS)
    pause.click()
    expect_status(tab, "Paused")
    batch = tab.page.get_by_role("progressbar", name="Batch").last
    before = batch.get_attribute("aria-valuetext")
    step.click()
    expect(batch).not_to_have_attribute("aria-valuetext", before, timeout=WAIT_MS)
    expect_status(tab, "Paused")
    pause.click()
    expect_status(tab, "Running")
    stop.click()
    expect_status(tab, "Stopped")


def expect_status(tab, word):
    """Wait until the training shown last is said to be in this state."""
    expect(tab.page.get_by_test_id("glow-status").last).to_have_text(word, timeout=WAIT_MS)


def train_on_a_click(tab):
    """Start the training of :data:`ON_A_CLICK`, see its plane, press its buttons."""
    planes = tab.page.get_by_test_id("glow-plane")
    before = planes.count()
    tab.page.get_by_role("button", name="Train", exact=True).click()
    expect(planes).to_have_count(before + 1, timeout=WAIT_MS)
    press_every_button(tab)
