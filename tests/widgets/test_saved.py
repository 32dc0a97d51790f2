import base64
import json
import re

import nbformat
import pytest

from glow.dynamics import Curves, plane, sweep
from glow.estimators import KDE, Binned
from glow_widgets._curves import coarse_to_fine
from glow_widgets._saved import (
    PLANE_MIME,
    plane_bundle,
    progress_html,
    progress_text,
    readable,
)
from glow_widgets._small import MAX_NODE_ERROR, coarse, few_nodes, small_document, thin

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def bundle(recording):
    return plane_bundle(plane(recording, Binned()), "tanh", "Title")


@pytest.fixture
def state():
    metrics = {"loss": 0.25, HOSTILE: "nan"}
    return {
        "status": "failed",
        "epoch": 3,
        "epochs": 10,
        "elapsed": 1.5,
        "metrics": metrics,
        "message": HOSTILE,
    }


def test_a_notebook_with_the_plane_is_valid_and_small(bundle):
    output = nbformat.v4.new_output("display_data", data=bundle)
    cell = nbformat.v4.new_code_cell(outputs=[output])
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))
    assert len(json.dumps(bundle)) < 100_000


def test_other_readers_find_a_picture_a_table_and_words(bundle):
    page = bundle["text/html"]
    source = re.search(r'src="data:image/png;base64,([^"]+)"', page).group(1)
    assert base64.b64decode(source).startswith(b"\x89PNG")
    assert '<th scope="row">dense</th>' in page
    assert '<th scope="col">I(X;T) (bits)</th>' in page
    assert "dense: I(X;T)" in bundle["text/plain"]


def test_texts_of_the_kept_plane_are_escaped(recording):
    named = plane(recording, Binned()).assign_attrs(recording=HOSTILE, label=HOSTILE)
    assert "<img src=x" not in readable(named)["text/html"]


def test_a_document_stays_within_its_limit(recording):
    curve = sweep(recording, Binned(), bins=range(2, 60, 2))
    wanted, other = ("one", [curve]), ("two", [curve])
    whole = len(json.dumps(small_document([wanted], "t")[0]))
    both, count = small_document([wanted, other], "t", limit=2 * whole + 100)
    assert count == 2
    assert [each["name"] for each in both["recordings"]] == ["one", "two"]
    one, count = small_document([wanted, other], "t", limit=whole + 100)
    assert count == 1
    assert [each["name"] for each in one["recordings"]] == ["one"]
    fewer, _ = small_document([wanted, other], "t", limit=whole // 2)
    assert len(json.dumps(fewer)) <= whole // 2
    assert fewer["recordings"][0]["epochs"][-1] == recording.epochs[-1]


def test_the_document_names_the_recording(bundle):
    document = bundle[PLANE_MIME]
    assert document["title"] == "Title"
    assert [recording["name"] for recording in document["recordings"]] == ["tanh"]


def test_thinning_keeps_both_ends_and_short_planes_whole(recording):
    whole = plane(recording, Binned())
    thinned = thin(whole, 7)
    assert thinned.sizes["epoch"] == 7
    assert [int(thinned.epoch[0]), int(thinned.epoch[-1])] == [0, recording.epochs[-1]]
    assert thin(whole, 1000) is whole


def test_texts_of_the_final_state_are_escaped(state):
    shown = progress_html(state)
    assert "<img" not in shown
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown


def test_the_final_state_says_all_there_was(state):
    text = progress_text(
        {**state, "message": "loss is nan", "metrics": {"loss": 0.25, "acc": "nan"}}
    )
    assert text == "Training failed: loss is nan. 3 of 10 epochs in 1.5 s. loss 0.25, acc nan"


def test_a_saved_curve_has_few_nodes_and_says_what_that_costs(recording):
    """AC-40: what is left out of a smooth curve, its spline still gives within 0.002 bit."""
    whole = sweep(recording, KDE(), epochs=recording.epochs[-3:], variance=KDE().sliders[0].grid())
    few = few_nodes(whole)
    assert few.sizes["variance"] < whole.sizes["variance"] / 2
    assert 0 < few.variance.attrs["error"] <= MAX_NODE_ERROR
    assert whole.variance.values[0] == few.variance.values[0]
    left_out = float(whole.variance[whole.sizes["variance"] // 3])
    read, exact = Curves(few).at(left_out), whole.sel(variance=left_out)
    assert float(abs(read.xt - exact.xt).max()) <= MAX_NODE_ERROR
    assert few_nodes(sweep(recording, Binned(), epochs=[0], bins=[4, 8])).sizes["bins"] == 2


def test_saved_epochs_are_those_that_coarse_curves_hold():
    assert coarse(range(5), 5) == [0, 1, 2, 3, 4]
    assert coarse(range(300)) == [*range(0, 300, 8), 299]
    assert set(coarse(range(300))) == set(coarse_to_fine(range(300))[0])
