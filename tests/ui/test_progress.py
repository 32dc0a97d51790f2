"""What the display of a training shows from first to last, and how often it is told."""

import json
import re

from lessons import BUILD, WATCH, fit
from pages import SHOTS, WAIT_MS
from watching import LISTEN, WATCH_OUTPUT, count_comm_messages, seen

# Seconds from the call of fit to the first frame with its display. The criterion is one second on
# an idle machine (tests/ui/measure.py measures it); here other processes share the machine.
FIRST_PAINT = 10
TIMED = "import time\nprint('called', time.time())\n"
MANY = """
import time
from IPython.display import display
from glow_widgets import TrainingProgress
progress = TrainingProgress(epochs=10, batches=1000)
display(progress)
"""
FIRST_TELLS = """
display(progress)
began = time.monotonic()
for epoch in range(10):
    for batch in range(1000):
        time.sleep(0.0003)
        progress.batch_done(batch)
    progress.epoch_done(epoch, {"loss": 1 / (epoch + 1)})
progress.finish()
print(time.monotonic() - began)
"""
AGAIN = 'progress.finish("stopped", "by hand")'
LONG = """
from glow.datasets import szt
from glow.layers import Dense
from glow.models import Sequential
x, y = szt.patterns()
model = Sequential([Dense(2)], input_shape=(12,), seed=0)
model.compile("sgd", loss="cross_entropy")
print(len(model.fit(x[:32], y[:32], epochs=10_000).epoch), "epochs returned")
"""
MESSAGES_PER_SECOND = 10
ENDINGS = """
import numpy as np
from glow.callbacks import Callback
from glow.models import Sequential
class At(Callback):
    def __init__(self, act):
        self.act = act
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 3:
            self.act(self.model)
def fail(model):
    raise OSError("disk full")
def diverge(model):
    next(model.parameters()).data.fill_(np.nan)
model = Sequential(list(model.layers), seed=0)
model.compile("adam", loss="cross_entropy", metrics=["accuracy"])
"""
RUN = "history = model.fit(x, y, batch_size=512, epochs=8, initial_epoch=0, callbacks=[{}])"
CAUGHT = "try:\n    {}\nexcept OSError as error:\n    print(error)".format(RUN.format("At(fail)"))
SAID = {
    "Failed": "OSError: disk full; the last good epoch is 3",
    "Done": "",
    "Diverged": "loss became nan in epoch 4; the last good epoch is 3",
}


def test_nothing_moves_from_the_first_epoch_to_what_is_left_behind(tab, lab):
    """AC-01, AC-03, AC-36: shown at once, 0 px of drift, no empty leftovers, saved as text."""
    tab.write_notebook("still.ipynb", [BUILD + WATCH, TIMED + fit(150)])
    tab.open("still.ipynb")
    tab.page.evaluate(WATCH_OUTPUT, 1)
    tab.run_all()
    tab.by_id("glow-progress").wait_for()
    first = tab.by_id("glow-progress").inner_text()
    assert all(word in first for word in ("Epoch", "Batch", "elapsed", "Pause", "Stop", "Step"))
    tab.wait_until_done()
    tab.page.locator("[data-status=done]").wait_for()
    tab.page.wait_for_timeout(500)
    noted = seen(tab)
    called = float(re.search(r"called ([\d.]+)", tab.text_of_output(1)).group(1))
    assert 0 < noted["first"] / 1000 - called < FIRST_PAINT
    assert len(noted["progress"]) == 1, noted
    assert len(noted["output"]) == 1, noted
    children = tab.page.locator(".jp-CodeCell").nth(1).locator(".jp-OutputArea-child")
    heights = [child.bounding_box()["height"] for child in children.all()]
    assert len(heights) == 3  # what the cell printed, the training, the plane
    assert min(heights) > 10
    assert "loss" in tab.by_id("glow-progress").inner_text()
    tab.shot_of_output(1, "progress-done")

    tab.save()
    saved = json.loads((lab.root / "still.ipynb").read_text())
    _, training, _ = saved["cells"][1]["outputs"]
    assert not any("widget-view" in kind for kind in training["data"])
    assert "150 of 150 epochs" in "".join(training["data"]["text/plain"])
    assert len(json.dumps(training)) < 30_000


def test_ten_thousand_batches_are_told_in_few_messages_to_every_view(tab):
    """AC-02, AC-23: at most 10 updates a second, exactly 100 % at the end, twice on the page."""
    times = count_comm_messages(tab.page)
    tab.write_notebook("many.ipynb", [MANY, FIRST_TELLS, AGAIN])
    tab.open("many.ipynb")
    tab.run_cell(0)
    tab.run_cell(1)
    tab.page.locator("[data-status=done]").nth(1).wait_for()
    seconds = float(tab.text_of_output(1).split()[-1])
    assert 5 < len(times) <= MESSAGES_PER_SECOND * seconds + 30, (len(times), seconds)
    assert "rate" not in tab.text_of_output(1).lower()
    views = tab.page.get_by_test_id("glow-progress").all()
    assert views[0].inner_text() == views[1].inner_text()
    assert_whole(views[0], 10)

    tab.page.evaluate("jupyterapp.shell.currentWidget.content.activeCellIndex = 0")
    tab.command("notebook:clear-cell-output")
    tab.run_cell(2)
    tab.page.locator("[data-status=stopped]").wait_for()
    assert tab.page.get_by_test_id("glow-progress").count() == 1


def test_ten_thousand_epochs_lose_no_final_state(tab):
    """AC-02: a real training of epochs of a few milliseconds; no message about rates."""
    tab.write_notebook("long.ipynb", [LONG])
    tab.open("long.ipynb")
    tab.run_all()
    tab.wait_until_done(4 * WAIT_MS / 1000)
    tab.page.locator("[data-status=done]").wait_for()
    assert_whole(tab.by_id("glow-progress"), 10_000)
    assert "10000 epochs returned" in tab.text_of_output(0)
    assert "rate" not in tab.text_of_output(0).lower()


def assert_whole(view, epochs):
    """The bar of epochs says exactly 100 %."""
    bar = view.locator(".glow-bar").first
    assert bar.get_attribute("aria-valuetext") == f"{epochs} / {epochs}"
    assert bar.locator(".glow-bar-fill").get_attribute("style") == "width: 100%;"


def test_every_end_has_a_word_of_its_own(tab):
    """AC-08, AC-48: exception, NaN and a whole run, in words, shown and spoken."""
    ends = [CAUGHT, RUN.format(""), RUN.format("At(diverge)")]
    tab.write_notebook("ends.ipynb", [BUILD + ENDINGS, *ends])
    tab.open("ends.ipynb")
    tab.page.evaluate(LISTEN)
    tab.run_all()
    tab.wait_until_done()
    spoken = str(tab.page.evaluate("window.told"))
    shown = tab.page.get_by_test_id("glow-progress")
    for view, (word, message) in zip(shown.all(), SAID.items(), strict=True):
        assert view.get_by_test_id("glow-status").inner_text() == word
        assert view.get_by_test_id("glow-message").inner_text() == message
        assert f"Training: {word}" in spoken
        view.screenshot(path=SHOTS / f"progress-{word.lower()}.png")
