import threading
import time

import numpy as np
import pytest
import xarray as xr

from glow.dynamics import document, plane
from glow.estimators import KDE, Binned
from glow_widgets import EstimatorExplorer
from glow_widgets._explorer import ExplorerView

SECONDS = 60
BINNED = Binned(range="global")


class Refusing(Binned):
    """Refuses every layer, as an estimator does that needs noise."""

    def coordinates(self, t, context):
        raise ValueError("Refusing: the layer is deterministic.")

    def curve(self, t, context, parameter, values):
        raise ValueError("Refusing: the layer is deterministic.")


@pytest.fixture
def explore():
    made = []

    def explore(*args):
        made.append(EstimatorExplorer(*args))
        return made[-1]

    yield explore
    for explorer in made:
        explorer.close()


@pytest.fixture
def complete(explore):
    def complete(*args):
        explorer = explore(*args)
        assert explorer.wait(SECONDS)
        return explorer

    return complete


def from_browser(explorer, content):
    """A message as it arrives: in a thread that is not the one of cells."""
    data = {"method": "custom", "content": content}
    message = {"content": {"data": data}, "buffers": []}
    thread = threading.Thread(target=explorer.view._handle_msg, args=(message,))
    thread.start()
    thread.join()


def request(value, serial=1, kept=0):
    return {"action": "estimate", "recording": 0, "plane": kept, "value": value, "serial": serial}


def answers(explorer, monkeypatch):
    sent = []
    monkeypatch.setattr(explorer.view, "send", lambda content: sent.append(content))
    return sent


def wait_for(condition):
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_every_estimator_arrives_with_its_slider(recording, complete):
    explorer = complete(recording, [BINNED, Binned(edges=[-1, 0, 1]), KDE()])
    planes = explorer.view.document["recordings"][0]["planes"]
    assert [p["slider"] and p["slider"]["name"] for p in planes] == ["bins", None, "variance"]
    assert planes[0]["xt"]["shape"][1:] == [len(recording.epochs), len(recording.layers)]
    assert explorer.view.busy == ""


def test_all_families_are_offered_by_default(recording, explore):
    explorer = explore(recording)
    labels = [curve.estimator.label for curve in explorer._engine._rows[0]]
    assert len(labels) == len(set(labels)) >= 4


def test_the_first_curve_comes_first_and_only_one_thread_writes(recording, monkeypatch, complete):
    published, writers = [], set()
    publish = ExplorerView.publish

    def watched(self, **traits):
        writers.add(threading.current_thread().name)
        published.append(traits.get("document"))
        publish(self, **traits)

    monkeypatch.setattr(ExplorerView, "publish", watched)
    complete(recording, [BINNED, KDE()])
    documents = [document for document in published if document]
    offered = [len(document["recordings"][0]["planes"]) for document in documents]
    assert offered == sorted(offered)
    assert (offered[0], offered[-1]) == (1, 2)
    assert writers == {"glow-explorer"}


def test_an_exact_plane_is_sent_for_a_value_that_is_not_kept(recording, complete, monkeypatch):
    explorer = complete(recording, [BINNED])
    sent = answers(explorer, monkeypatch)
    from_browser(explorer, request(41, serial=7))
    wait_for(lambda: sent)
    wanted = document(plane(recording, BINNED.replace(bins=41)))["recordings"][0]["planes"][0]
    assert sent == [{**request(41, 7), "action": "plane", "xt": wanted["xt"], "ty": wanted["ty"]}]


def test_a_drag_leaves_no_backlog_and_the_last_value_wins(recording, complete, monkeypatch):
    explorer = complete(recording, [BINNED])
    sent = answers(explorer, monkeypatch)
    for serial in range(50):
        from_browser(explorer, request(41 + serial, serial))
    wait_for(lambda: any(answer["serial"] == 49 for answer in sent))
    time.sleep(0.2)
    assert sent[-1]["serial"] == 49
    assert [answer["serial"] for answer in sent] == sorted(answer["serial"] for answer in sent)


def test_a_setting_out_of_range_is_answered_in_words(recording, complete, monkeypatch):
    explorer = complete(recording, [BINNED])
    sent = answers(explorer, monkeypatch)
    from_browser(explorer, request(0, serial=3))
    wait_for(lambda: sent)
    assert sent[0]["action"] == "failed"
    assert sent[0]["serial"] == 3
    assert "bins must be" in sent[0]["message"]


@pytest.mark.parametrize("content", [{}, {"action": "estimate"}, request(5, kept=99), request("x")])
def test_nonsense_from_the_browser_does_no_harm(recording, complete, monkeypatch, content):
    explorer = complete(recording, [BINNED])
    from_browser(explorer, content)
    sent = answers(explorer, monkeypatch)
    from_browser(explorer, request(41, serial=9))
    wait_for(lambda: any(answer.get("serial") == 9 for answer in sent))


def test_estimator_plane_and_code_follow_the_selection(recording, complete):
    explorer = complete(recording, [BINNED, KDE()])
    assert explorer.estimator == BINNED
    explorer.view.set_state({"selection": {"recording": 0, "plane": 0, "value": 41}})
    assert explorer.estimator == BINNED.replace(bins=41)
    exact = plane(recording, BINNED.replace(bins=41))
    xr.testing.assert_equal(explorer.plane[["xt", "ty"]], exact[["xt", "ty"]])
    explorer.view.set_state({"selection": {"recording": 0, "plane": 1, "value": 0.0123}})
    assert explorer.estimator == KDE(variance=0.0123)
    exact = plane(recording, KDE(variance=0.0123))
    np.testing.assert_allclose(explorer.plane.xt, exact.xt, atol=2e-3)


@pytest.mark.parametrize(
    "estimator", [BINNED, Binned(edges=[-1.0, 0.0, 1.0]), Binned(width=0.07), KDE(variance=0.1)]
)
def test_the_line_of_code_reproduces_the_plane(recording, complete, estimator):
    explorer = complete(recording, [estimator])
    assert "\n" not in explorer.code
    names = {}
    exec(explorer.code, names)  # noqa: S102 - running it is what the line is for
    # The explorer's plane may come from a spline.
    np.testing.assert_allclose(names["p"].xt, explorer.plane.xt, atol=1e-3)


def test_an_estimator_that_does_not_suit_is_left_out_and_said(recording, monkeypatch, complete):
    said = []
    publish = ExplorerView.publish
    monkeypatch.setattr(
        ExplorerView,
        "publish",
        lambda self, **traits: (said.append(traits.get("busy")), publish(self, **traits)),
    )
    explorer = complete(recording, [BINNED, Refusing(), KDE()])
    planes = explorer.view.document["recordings"][0]["planes"]
    assert [p["slider"]["name"] for p in planes] == ["bins", "variance"]
    assert any("Refusing: the layer is deterministic" in (text or "") for text in said)


def test_several_recordings_share_the_explorer(recording, complete):
    explorer = complete({"first": recording, "second": recording}, [BINNED])
    assert [r["name"] for r in explorer.view.document["recordings"]] == ["first", "second"]


def test_nothing_to_show_is_refused(recording):
    with pytest.raises(ValueError, match="estimators must not be empty"):
        EstimatorExplorer(recording, [])
    with pytest.raises(ValueError, match="recordings must not be empty"):
        EstimatorExplorer({}, [BINNED])


def test_closing_ends_the_thread(recording):
    explorer = EstimatorExplorer(recording, [KDE()])
    thread = explorer._engine._thread
    explorer.close()
    assert not thread.is_alive()


@pytest.mark.parametrize("wrong", ["runs", 3])
def test_what_is_no_recording_is_refused(wrong):
    with pytest.raises(TypeError, match="expected a Recording, or several by name"):
        EstimatorExplorer(wrong)


def test_estimators_may_be_named(recording, explore):
    assert explore(recording, "binned").estimator.name == "binned"
    with pytest.raises(ValueError, match="Did you mean 'binned'"):
        EstimatorExplorer(recording, ["bined"])
