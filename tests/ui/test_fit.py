"""Training in a notebook: what moves, what waits, what stops, what stays."""

import re

import pytest
from lessons import BUILD, OUTCOME, WATCH, fit
from watching import CLICK

ENDLESS = 200_000
BARS = "document.querySelectorAll('[data-testid=glow-progress] .glow-bar')"


@pytest.fixture(params=["python3", "ipykernel-7.3"])
def training(tab, request):
    """A notebook in which a training runs that only a click can end."""
    name = f"{request.node.originalname}-{request.param}.ipynb"
    tab.write_notebook(name, [BUILD + WATCH, fit(ENDLESS), OUTCOME], request.param)
    tab.open(name)
    tab.run_all()
    tab.by_id("glow-plane").wait_for()
    return tab


def text_of(tab, part):
    return tab.by_id(f"glow-{part}").inner_text()


def counts(tab):
    """Epochs and batches done, as the bars say."""
    return tab.page.evaluate(f"Array.from({BARS}, bar => Number(bar.ariaValueNow))")


def wait_for_status(tab, word):
    tab.page.get_by_test_id("glow-status").get_by_text(word, exact=True).wait_for()


def wait_for_counts(tab, expected):
    script = f"expected => expected.every((n, i) => Number({BARS}[i].ariaValueNow) === n)"
    tab.page.wait_for_function(script, arg=expected)


def test_a_training_is_followed_held_stepped_and_stopped(training):
    """AC-05, AC-06, AC-07: Stop within a batch, seen at once; Pause and Step to the batch."""
    tab = training
    drawn = "least => document.querySelector('[data-revision]').dataset.revision >= least"
    tab.page.wait_for_function(drawn, arg=3)
    tab.page.locator(".glow-metric-curves .bqplot").first.wait_for()
    assert re.search(r"\d+ s elapsed, .* left", text_of(tab, "time"))
    assert "loss" in text_of(tab, "progress")
    tab.shot_of_output(1, "fit-running-light")
    tab.use_theme("JupyterLab Dark")
    tab.shot_of_output(1, "fit-running-dark")

    tab.by_id("glow-pause").click()
    wait_for_status(tab, "Paused")
    held = counts(tab)
    time = text_of(tab, "time")
    tab.page.wait_for_timeout(1000)
    assert (counts(tab), text_of(tab, "time")) == (held, time)
    steps = 7
    for _ in range(3):
        held = [held[0], held[1] + 1] if held[1] < steps else [held[0] + 1, 1]
        tab.by_id("glow-step").click()
        wait_for_counts(tab, held)
        wait_for_status(tab, "Paused")
    tab.by_id("glow-step-epoch").click()
    wait_for_counts(tab, [held[0] + 1, 0])
    wait_for_status(tab, "Paused")
    tab.shot_of_output(1, "fit-paused")
    tab.use_theme("JupyterLab Light")

    tab.by_id("glow-pause").click()
    tab.page.wait_for_function(f"least => Number({BARS}[0].ariaValueNow) > least", arg=held[0] + 1)
    answer = tab.page.evaluate(CLICK, "glow-stop")
    assert answer["text"] == "Stopping …"
    tab.wait_until_done(60)
    wait_for_status(tab, "Stopped")
    tab.shot_of_output(1, "fit-stopped")

    kind, epochs, late, in_order = tab.text_of_output(2).split()
    assert (kind, in_order) == ("History", "True")
    assert 0 < int(epochs) < ENDLESS
    assert int(late) <= 1
