"""The panel, the status bar and the commands: what JupyterLab knows of trainings that run."""

from lessons import BUILD, OUTCOME, WATCH, fit
from pages import READY

ENDLESS = 200_000
LIVE_COMMANDS = ("glow:stop-training", "glow:pause-training")
PLANE_COMMANDS = ("glow:save-plane-html", "glow:save-plane-png", "glow:save-plane-json")
CAPTIONS = """ids => Object.fromEntries(ids.map(id => [
  id, [jupyterapp.commands.isEnabled(id), jupyterapp.commands.caption(id)]]))"""
HIDE = "hidden => Object.defineProperty(document, 'hidden', {value: hidden, writable: true})"


def captions(tab, ids):
    """Whether each command can be run, and what it says of itself."""
    return tab.page.evaluate(CAPTIONS, list(ids))


def panel(tab):
    return tab.by_id("glow-runs")


def kept_panel(lab):
    """The panel on the right in the layout that the server keeps."""
    layout = lab.ask("lab/api/workspaces/default")["data"].get("layout-restorer:data", {})
    return layout.get("right", {}).get("current")


def load_anew(tab):
    """Load the page anew with the layout that the server keeps, the panel open in it."""
    tab.wait_until(lambda: kept_panel(tab.lab) == "glow-runs")
    tab.page.goto(f"{tab.lab.url}/lab")
    tab.page.wait_for_function("window.jupyterapp?.shell?.currentWidget?.context?.isReady")


def palette_items(tab):
    """What the palette offers for "PyGlow": category, label, caption, whether it is disabled."""
    tab.page.keyboard.press("Control+Shift+C")
    tab.page.locator(".lm-CommandPalette-input").fill("PyGlow")
    tab.page.locator(".lm-CommandPalette-item", has_text="Stop Training").wait_for()
    return tab.page.evaluate(
        """() => [...document.querySelectorAll('.lm-CommandPalette-item')].map(item => [
            item.querySelector('.lm-CommandPalette-itemLabel').textContent,
            item.querySelector('.lm-CommandPalette-itemCaption')?.textContent ?? '',
            item.classList.contains('lm-mod-disabled')])"""
    )


def test_panel_status_bar_and_commands_follow_a_training(tab):
    """AC-56: commands off with a reason; AC-57: empty, the panel explains itself.

    A page loaded anew shows the training that its kernel is still at, in the panel too.
    """
    tab.write_notebook("panel.ipynb", [BUILD + WATCH, fit(ENDLESS), OUTCOME])
    tab.open("panel.ipynb")
    items = palette_items(tab)
    stop = next(item for item in items if item[0] == "Stop Training")
    assert stop[2]
    assert "no training is running" in stop[1]
    expected = {"Show Training Runs", "Pause Training", "Save Plane as Web Page"}
    assert expected <= {label for label, _, _ in items}
    tab.shot("lab-palette-light")
    tab.page.keyboard.press("Escape")
    for able, why in captions(tab, LIVE_COMMANDS + PLANE_COMMANDS).values():
        assert not able
        assert why.startswith("Not available: ")
    tab.command("glow:show-runs")
    empty = panel(tab).get_by_test_id("glow-runs-empty")
    empty.get_by_text("model.fit(").wait_for()
    tab.shot("lab-panel-empty-light")

    tab.run_all()
    run = panel(tab).get_by_test_id("glow-run")
    run.get_by_test_id("glow-plane").wait_for()
    assert empty.is_hidden()
    assert "Training 1" in run.inner_text()
    assert "panel.ipynb" in panel(tab).inner_text()
    tab.by_id("glow-status-item").get_by_text("Training: epoch").wait_for()
    assert all(able for able, _ in captions(tab, LIVE_COMMANDS + PLANE_COMMANDS).values())
    tab.page.wait_for_timeout(1500)
    tab.shot("lab-panel-light")
    tab.use_theme("JupyterLab Dark")
    tab.shot("lab-panel-dark")

    tab.command("glow:pause-training")
    run.get_by_test_id("glow-status").get_by_text("Paused").wait_for()
    label = tab.page.evaluate("jupyterapp.commands.label('glow:pause-training')")
    assert label == "Resume Training"
    tab.command("glow:pause-training")
    run.get_by_test_id("glow-status").get_by_text("Running").wait_for()
    tab.save()
    assert tab.complaints == []
    load_anew(tab)
    run.get_by_test_id("glow-status").get_by_text("Running").wait_for()
    run.get_by_test_id("glow-plane").wait_for()
    tab.shot("lab-panel-anew-dark")
    run.get_by_test_id("glow-stop").click()
    run.get_by_test_id("glow-status").get_by_text("Stopped").wait_for()
    tab.by_id("glow-status-item").wait_for(state="hidden")
    assert "no training is running" in captions(tab, LIVE_COMMANDS)["glow:stop-training"][1]
    # Its plane stays, and can be saved.
    assert run.get_by_test_id("glow-plane").is_visible()
    assert captions(tab, PLANE_COMMANDS)["glow:save-plane-html"][0]
    tab.shot("lab-panel-ended-dark")
    run.get_by_test_id("glow-dismiss").click()
    empty.wait_for()
    # Widgets that the page cannot find any more are complained of by JupyterLab itself.
    tab.complaints.clear()


def test_panel_stays_over_a_reload_and_an_end_nobody_saw_is_told(tab):
    """AC-57: the layout is restored; a training that ends in a hidden tab is told of."""
    tab.write_notebook("told.ipynb", [BUILD + WATCH, fit(10), OUTCOME])
    tab.open("told.ipynb")
    tab.command("glow:show-runs")
    tab.page.evaluate("jupyterapp.shell.currentWidget.context.save()")
    load_anew(tab)
    panel(tab).get_by_test_id("glow-runs-empty").wait_for()
    tab.page.evaluate(READY)
    tab.open_settings()
    tab.setting("notifyAfter").fill("0")
    tab.wait_for_setting("notifyAfter", 0)
    tab.command("application:close")
    tab.page.evaluate(HIDE, True)
    tab.run_all()
    tab.wait_until_done()
    toast = tab.page.locator(".jp-toastContainer, .Toastify").get_by_text("Training 1: done")
    toast.wait_for()
    assert tab.page.title().startswith("\u2713 ")
    tab.shot("lab-notification-light")
    tab.page.evaluate(HIDE, False)
    tab.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert not tab.page.title().startswith("\u2713 ")
