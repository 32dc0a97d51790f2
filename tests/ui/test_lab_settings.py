"""PyGlow's section in JupyterLab's settings editor."""

import json

TITLES = {
    "palette": "Palette of epochs",
    "refreshRate": "Refresh rate (updates per second)",
    "autoshow": "Show the panel when a training starts",
    "notifyAfter": "Tell of trainings longer than (seconds)",
}
PROGRESS = """
import time
from IPython.display import display
from glow_widgets import TrainingProgress
progress = TrainingProgress(epochs=1, batches=10**6)
display(progress)
for batch in range(10**6):
    time.sleep(0.01)
    if progress.batch_done(batch):
        break
"""

# Notes the milliseconds between two times that the progress is drawn.
WATCH = """() => {
  const count = document.querySelectorAll('.glow-progress-full .glow-bar-count')[1];
  let last = performance.now();
  window.pauses = [];
  new MutationObserver(() => {
    const now = performance.now();
    window.pauses.push(now - last);
    last = now;
  }).observe(count, { childList: true, characterData: true, subtree: true });
}"""
SHORT_MS = 1500


def picture(tab):
    return tab.by_id("glow-canvas").evaluate("canvas => canvas.toDataURL()")


def test_settings_have_titles_and_units_refuse_bad_values_and_apply_at_once(
    tab, lab, plane_document
):
    """AC-55: our section, its defaults, a value out of range, changes without a reload."""
    (lab.root / "colours.glow.json").write_text(json.dumps(plane_document))
    tab.write_notebook("autoshow.ipynb", [PROGRESS])
    tab.open("autoshow.ipynb")
    tab.command("docmanager:open", path="colours.glow.json", options={"mode": "split-right"})
    tab.by_id("glow-plane").wait_for()
    tab.page.wait_for_timeout(500)
    plasma = picture(tab)
    tab.open_settings()
    form = tab.page.locator(".jp-SettingsForm, .jp-SettingsPanel").last
    text = form.inner_text()
    for name, title in TITLES.items():
        assert title in text
        assert tab.setting(name).count() == 1
    assert tab.setting("refreshRate").input_value() == "5"
    assert tab.setting("notifyAfter").input_value() == "30"
    assert not tab.setting("autoshow").is_checked()
    tab.page.set_viewport_size({"width": 1800, "height": 900})
    tab.shot("lab-settings-light")

    tab.setting("refreshRate").fill("99")
    form.locator(".validationErrors", has_text="5").first.wait_for()
    assert lab.setting("refreshRate") is None
    tab.setting("refreshRate").fill("2")
    tab.wait_for_setting("refreshRate", 2)

    tab.setting("palette").select_option(label="viridis")
    tab.wait_for_setting("palette", "viridis")
    tab.command("application:activate-previous-tab")
    tab.command("docmanager:open", path="colours.glow.json")
    tab.page.wait_for_function(
        "before => document.querySelector('.glow-canvas')?.toDataURL() !== before", arg=plasma
    )
    tab.shot("lab-palette-viridis")

    tab.open_settings()
    tab.setting("autoshow").check()
    tab.wait_for_setting("autoshow", True)
    tab.command("docmanager:open", path="autoshow.ipynb")
    assert tab.by_id("glow-runs").count() == 0 or tab.by_id("glow-runs").is_hidden()
    tab.run_all()
    tab.by_id("glow-runs").get_by_text("Training 1").wait_for()
    tab.shot("lab-autoshow-light")

    tab.page.evaluate(WATCH)
    tab.page.wait_for_function("short => window.pauses.some(ms => ms < short)", arg=SHORT_MS)
    tab.open_settings()
    tab.setting("refreshRate").fill("0.5")
    tab.wait_for_setting("refreshRate", 0.5)
    # The pause under way is still of the length it began with.
    tab.page.evaluate("window.pauses.length = 0")
    tab.page.wait_for_function("window.pauses.length >= 3")
    assert min(tab.page.evaluate("window.pauses.slice(1)")) > SHORT_MS
    tab.command("docmanager:open", path="autoshow.ipynb")
    tab.by_id("glow-stop").click()
    tab.wait_until_done()
