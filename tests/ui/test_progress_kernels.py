"""The display where the kernel is hard to reach: without subshells, interrupted, after a reload."""

import json

import pytest
from lab import Lab, install_ipykernel
from lessons import BUILD, OUTCOME, WATCH, fit
from pages import LabPage

from glow_widgets._saved import PLANE_MIME

ENDLESS = 200_000
OLD = "6.31.0"
# Runs code in the notebook's kernel and returns what it printed.
ASK = """async code => {
  const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  await kernel.info;
  let printed = '';
  const future = kernel.requestExecute({ code });
  future.onIOPub = message => (printed += message.content.text ?? '');
  await future.done;
  return printed;
}"""


@pytest.fixture(scope="module")
def old_lab(tmp_path_factory, pytestconfig):
    """A JupyterLab with a kernel that has no subshells."""
    packages = pytestconfig.cache.mkdir("ipykernel-6")
    server = Lab(tmp_path_factory.mktemp("old-lab"))
    server.add_kernel("ipykernel-6", install_ipykernel(OLD, packages))
    with server:
        yield server


@pytest.fixture
def old_tab(context, old_lab):
    tab = LabPage(context.new_page(), old_lab)
    yield tab
    old_lab.shut_down_kernels()
    assert tab.complaints == []


def start(tab, name, kernel="python3"):
    version = "\nimport ipykernel; print(ipykernel.__version__)"
    tab.write_notebook(name, [BUILD + WATCH + version, fit(ENDLESS), OUTCOME], kernel)
    tab.open(name)
    tab.run_all()
    tab.by_id("glow-plane").wait_for()


def wait_for_status(tab, word):
    tab.page.get_by_test_id("glow-status").get_by_text(word, exact=True).wait_for()


def assert_history_was_returned(tab):
    kind, epochs, _, in_order = tab.text_of_output(2).split()
    assert (kind, in_order) == ("History", "True")
    assert 0 < int(epochs) < ENDLESS
    assert "Traceback" not in tab.text_of_output(1)


def test_a_kernel_without_subshells_is_stopped_by_an_interrupt(old_tab):
    """AC-05, AC-08: ipykernel 6 hears no click: Pause and Step say why, and Stop interrupts."""
    tab = old_tab
    start(tab, "old.ipynb", "ipykernel-6")
    assert OLD in tab.text_of_output(0)
    tab.page.get_by_test_id("glow-message").get_by_text("only between cells").wait_for()
    for name in ("pause", "step", "step-epoch"):
        button = tab.by_id(f"glow-{name}")
        assert button.is_disabled()
        reason = tab.page.locator(f"[id='{button.get_attribute('aria-describedby')}']")
        assert "answers clicks only between cells" in reason.inner_text()
    tab.shot_of_output(1, "progress-without-subshells")
    tab.by_id("glow-stop").click()
    assert tab.by_id("glow-stop").inner_text() == "Stopping …"
    tab.wait_until_done()
    wait_for_status(tab, "Interrupted")
    assert "the last good epoch is" in tab.by_id("glow-message").inner_text()
    assert_history_was_returned(tab)


def test_the_kernel_s_interrupt_is_said_and_returns_the_history(tab):
    """AC-08: Interrupt Kernel ends at a batch edge, with the last good epoch."""
    start(tab, "interrupt.ipynb")
    tab.command("notebook:interrupt-kernel")
    tab.wait_until_done()
    wait_for_status(tab, "Interrupted")
    assert "the last good epoch is" in tab.by_id("glow-message").inner_text()
    assert_history_was_returned(tab)


def load_anew(tab, name, kernel="python3"):
    """Start a training, save the notebook and load the page anew; epochs done until then."""
    start(tab, name, kernel)
    tab.save()
    before = epochs_done(tab)
    tab.page.reload()
    tab.page.get_by_test_id("glow-progress").wait_for()
    wait_for_status(tab, "Running")
    return before


def epochs_done(tab):
    bar = tab.page.locator("[data-testid=glow-progress] .glow-bar").first
    return int(bar.get_attribute("aria-valuenow"))


def saved_outputs(tab, lab, name):
    tab.save()
    cells = json.loads((lab.root / name).read_text())["cells"]
    return [output["data"] for output in cells[1]["outputs"] if "data" in output]


def assert_ended_as_kept(tab, lab, name, word):
    """The outputs are now those that need no kernel, on the page and in the file."""
    wait_for_status(tab, word)
    tab.wait_until(lambda: all("live" not in " ".join(o) for o in saved_outputs(tab, lab, name)))
    training, plane = saved_outputs(tab, lab, name)
    assert f"Training {word.lower()}" in "".join(training["text/plain"])
    assert PLANE_MIME in plane
    code = "print(type(model.history).__name__, len(model.history.epoch), watch.in_order)"
    kind, epochs, in_order = tab.page.evaluate(ASK, code).split()
    assert (kind, in_order) == ("History", "True")
    assert int(epochs) > 0
    # Widgets that the page cannot find any more are complained of by JupyterLab itself.
    tab.complaints.clear()


def test_a_page_loaded_anew_shows_the_training_again_and_commands_it(tab, lab):
    """AC-09: display, plane, curves and buttons come back although the kernel is busy."""
    before = load_anew(tab, "anew.ipynb")
    tab.by_id("glow-plane").wait_for()
    tab.page.locator("[data-testid=glow-progress] .glow-curve").first.wait_for()
    tab.page.locator("[data-testid=glow-pause]:enabled").wait_for()
    assert epochs_done(tab) > before
    assert "Loading widget" not in tab.text_of_output(1)
    tab.shot_of_output(1, "progress-loaded-anew")
    tab.by_id("glow-pause").click()
    wait_for_status(tab, "Paused")
    held = epochs_done(tab)
    tab.by_id("glow-step-epoch").click()
    tab.wait_until(lambda: epochs_done(tab) == held + 1)

    # A paused training publishes nothing: another page has to ask for it.
    tab.page.reload()
    wait_for_status(tab, "Paused")
    assert epochs_done(tab) == held + 1
    tab.page.locator("[data-testid=glow-stop]:enabled").click()
    assert_ended_as_kept(tab, lab, "anew.ipynb", "Stopped")
    tab.shot_of_output(1, "progress-loaded-anew-stopped")


def test_a_page_loaded_anew_follows_a_kernel_without_subshells(old_tab, old_lab):
    """AC-09: ipykernel 6 hears nothing before its cell ends, but what it publishes is shown."""
    before = load_anew(old_tab, "old-anew.ipynb", "ipykernel-6")
    tab = old_tab
    tab.by_id("glow-plane").wait_for()
    tab.page.get_by_test_id("glow-message").get_by_text("only between cells").wait_for()
    assert epochs_done(tab) > before
    tab.by_id("glow-stop").click()
    assert_ended_as_kept(tab, old_lab, "old-anew.ipynb", "Interrupted")
