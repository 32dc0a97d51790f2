"""The display of a training for everybody: by keyboard, in every theme, in a narrow place."""

from lessons import BUILD, WATCH, fit
from pages import SHOTS
from sliders import MOVE, RELEASE, positions_of

ENDLESS = 200_000
NARROW = (320, 600)
MOVES, RELEASED = 20, 30
BUTTONS = ["glow-pause", "glow-step", "glow-step-epoch", "glow-stop"]
FOCUSED = "() => document.activeElement.dataset.testid ?? ''"
RING = "() => getComputedStyle(document.activeElement).outlineStyle"
# Which of the controls are cut off or lie on one another, and whether the view scrolls sideways.
MISFITS = """() => {
  const view = document.querySelector('[data-testid=glow-progress]');
  const frame = view.getBoundingClientRect();
  const shown = '.glow-button, .glow-status, .glow-time, .glow-bar-row, .glow-metrics, '
    + '.glow-progress-chart';
  const parts = [...view.querySelectorAll(shown)];
  const boxes = parts.map(part => part.getBoundingClientRect());
  const cut = parts.filter((part, i) =>
    boxes[i].left < frame.left || boxes[i].right > frame.right + 0.5 ||
    (part.matches('button, .glow-time') && part.scrollWidth > part.clientWidth + 1));
  const over = parts.filter((_, i) => boxes.some((b, j) => i !== j &&
    b.left < boxes[i].right - 0.5 && boxes[i].left < b.right - 0.5 &&
    b.top < boxes[i].bottom - 0.5 && boxes[i].top < b.bottom - 0.5));
  return [...cut, ...over].map(part => part.dataset.testid ?? part.className);
}"""
CHECKSUM = """
import hashlib
import numpy as np
model.fit(x, y, batch_size=512, epochs=30, verbose=0)
def checksum():
    bits = hashlib.sha256()
    for weights in model.parameters():
        bits.update(weights.detach().numpy().tobytes())
    for epoch in model.recording.epochs:
        for values in model.recording.activations(epoch).values():
            bits.update(np.ascontiguousarray(values).tobytes())
    return bits.hexdigest(), len(model.history.epoch)
before = checksum()
"""
EXPLORE = """
from glow.estimators import Binned
from glow_widgets import EstimatorExplorer
explorer = EstimatorExplorer(model.recording, [Binned(range="global")])
explorer
"""


def misfits(tab, width):
    """What does not fit where the progress has only so many pixels, however long it has run."""
    tab.page.evaluate(
        """width => {
            const view = document.querySelector('[data-testid=glow-progress]');
            view.style.maxWidth = `${width}px`;
            const [elapsed, left] = view.querySelectorAll('.glow-time > span');
            elapsed.textContent = '12:34:56 elapsed,';
            left.textContent = '123:45:56 left';
        }""",
        width,
    )
    tab.page.wait_for_timeout(500)
    return tab.page.evaluate(MISFITS)


def test_a_paused_training_is_operated_by_keyboard_in_every_theme_and_width(tab):
    """AC-44, AC-45, AC-49, AC-53: Tab in visual order, a ring around the focus, 320 px, themes."""
    tab.write_notebook("keys.ipynb", [BUILD + WATCH, fit(ENDLESS)])
    tab.open("keys.ipynb")
    tab.run_all()
    tab.page.locator(".glow-metric-curves .bqplot").first.wait_for()
    tab.by_id("glow-pause").focus()
    tab.page.keyboard.press("Enter")
    tab.page.get_by_test_id("glow-status").get_by_text("Paused", exact=True).wait_for()
    tab.by_id("glow-pause").focus()
    order = [tab.page.evaluate(FOCUSED)]
    for _ in BUTTONS[1:]:
        tab.page.keyboard.press("Tab")
        order.append(tab.page.evaluate(FOCUSED))
    assert order == BUTTONS
    assert tab.page.evaluate(RING) == "solid"
    bars = tab.page.get_by_test_id("glow-progress").get_by_role("progressbar")
    assert [bar.get_attribute("aria-label") for bar in bars.all()] == ["Epoch", "Batch"]
    assert all(" / " in bar.get_attribute("aria-valuetext") for bar in bars.all())
    for theme in ("Light", "Dark", "Dark High Contrast"):
        tab.use_theme(f"JupyterLab {theme}")
        tab.shot_of_output(1, f"progress-{theme.lower().replace(' ', '-')}")
        for width in NARROW:
            assert misfits(tab, width) == []
            name = f"progress-{width}-{theme.lower().replace(' ', '-')}"
            tab.by_id("glow-progress").screenshot(path=SHOTS / f"{name}.png")
        misfits(tab, 860)
    tab.use_theme("JupyterLab Light")
    tab.by_id("glow-stop").focus()
    tab.page.keyboard.press("Space")
    tab.wait_until_done()


def test_a_slider_neither_trains_nor_changes_what_was_recorded(tab):
    """AC-28: weights, recorded activations and history are the same bits before and after."""
    done = "print(explorer.wait(300))"
    same = "print(before == checksum())"
    tab.write_notebook("same.ipynb", [BUILD + CHECKSUM, EXPLORE, done, same])
    tab.open("same.ipynb")
    tab.run_all()
    tab.wait_until_done()
    slider = tab.by_id("glow-slider-bins")
    tab.page.evaluate(MOVE, ["glow-slider-bins", positions_of(slider)[:MOVES]])
    tab.page.evaluate(RELEASE, ["glow-slider-bins", RELEASED])
    tab.run_cell(3)
    assert tab.text_of_output(3).strip() == "True"
