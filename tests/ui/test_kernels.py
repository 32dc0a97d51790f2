"""The display of a training on every generation of kernels; the table is in docs/jupyter.md."""

import pytest
from hosts import (
    ENDLESS,
    EXPLORE,
    FIT,
    ON_A_CLICK,
    expect_status,
    move_the_slider,
    press_every_button,
    train_on_a_click,
)
from lab import install_ipykernel
from lessons import BUILD
from pages import WAIT_MS
from playwright.sync_api import expect

WITHOUT_SUBSHELLS = "6.31.0"
VERSIONS = (WITHOUT_SUBSHELLS, "7.3.0", "7.4.0")
SAYS = "import ipykernel; print(ipykernel.__version__)"
OUTCOME = "print(type(history).__name__, 0 < len(history.epoch))"


@pytest.fixture(scope="module", params=VERSIONS)
def version(request, lab, pytestconfig):
    """A version of ipykernel, offered as a kernel of that name."""
    packages = pytestconfig.cache.mkdir(f"ipykernel-{request.param}")
    lab.add_kernel(request.param, install_ipykernel(request.param, packages))
    return request.param


@pytest.mark.long
def test_a_training_is_watched_stopped_and_explored(tab, version):
    """AC-05, AC-07, AC-29: every button in a busy cell; what cannot be pressed says why."""
    name = f"kernel-{version}.ipynb"
    tab.write_notebook(name, [BUILD + SAYS, FIT.format(ENDLESS), OUTCOME, EXPLORE], version)
    tab.open(name)
    tab.run_all()
    tab.by_id("glow-canvas").wait_for()
    if version == WITHOUT_SUBSHELLS:
        interrupt(tab)
    else:
        press_every_button(tab)
    tab.wait_until_done()
    assert version in tab.text_of_output(0)
    assert "History True" in tab.text_of_output(2)
    move_the_slider(tab)


@pytest.mark.long
def test_a_training_in_a_thread_hears_every_button(tab, version):
    """AC-05, AC-07: no cell is busy, so no kernel is deaf."""
    name = f"thread-{version}.ipynb"
    tab.write_notebook(name, [BUILD + SAYS, ON_A_CLICK], version)
    tab.open(name)
    tab.run_all()
    tab.wait_until_done()
    assert version in tab.text_of_output(0)
    train_on_a_click(tab)
    tab.shot_of_output(1, f"kernel-{version}-thread")


def interrupt(tab):
    """What Stop does where clicks wait for the cell's end; the other buttons are off."""
    message = tab.by_id("glow-message")
    expect(message).to_contain_text("answers clicks only between cells", timeout=WAIT_MS)
    expect(tab.by_id("glow-pause")).to_be_disabled()
    tab.by_id("glow-stop").click()
    expect_status(tab, "Interrupted")
