"""The display where the kernel is hard to reach: without subshells, interrupted, after a reload."""

import pytest
from lab import Lab, install_ipykernel
from lessons import BUILD, OUTCOME, WATCH, fit
from pages import LabPage

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


def test_a_page_loaded_anew_says_that_the_training_goes_on(tab, lab):
    """AC-09: the kernel is busy, so nothing can come back; the notice says what to do."""
    start(tab, "anew.ipynb")
    tab.save()
    tab.page.reload()
    notice = tab.page.get_by_test_id("glow-disconnected")
    notice.first.wait_for()
    assert "training goes on in the kernel" in notice.first.inner_text()
    assert "model.history" in notice.first.inner_text()
    output = tab.text_of_output(1)
    assert "Loading widget" not in output
    tab.shot_of_output(1, "progress-loaded-anew")

    (kernel,) = lab.kernels()
    lab.ask(f"api/kernels/{kernel['id']}/interrupt", method="POST")
    code = "print(type(model.history).__name__, len(model.history.epoch))"
    kind, epochs = tab.page.evaluate(ASK, code).split()
    assert kind == "History"
    assert int(epochs) > 0
    # Widgets that the page cannot find any more are complained of by JupyterLab itself.
    tab.complaints.clear()
