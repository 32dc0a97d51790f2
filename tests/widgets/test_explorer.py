import base64
import json
import threading
import time

import numpy as np
import pytest
import xarray as xr

from glow import estimators
from glow.dynamics import document, load, plane
from glow.estimators import KDE, Binned, Estimator, parameter
from glow_widgets import EstimatorExplorer, _answer, _engine, _offered, _work
from glow_widgets._curves import coarse_to_fine
from glow_widgets._explorer import ExplorerView
from glow_widgets._saved import PLANE_MIME

SECONDS = 60
BINNED = Binned(range="global")
EDGES = Binned(edges=[-1, 0, 1])


class Refusing(Binned):
    """Refuses every layer, as an estimator does that needs noise."""

    @property
    def label(self):
        return "Refusing"

    def coordinates(self, t, context):
        raise ValueError("Refusing: the layer is deterministic.")

    def curve(self, t, context, parameter, values):
        raise ValueError("Refusing: the layer is deterministic.")


class TwoSliders(Estimator):
    """A plane that is its settings: xt = width, ty = shifts."""

    width: float = parameter(
        default=1.0, scale="log", low=0.25, high=4.0, meaning="of a cell", smooth=True
    )
    shifts: int = parameter(default=10, scale="integer", low=1, high=40, meaning="of the grid")

    def criterion(self, x, y):
        return self.width

    def coordinates(self, t, context):
        return self.width, float(self.shifts)


class Word(Estimator):
    """Takes a word for a number."""

    unit = ""
    sigma: float | None = parameter(
        default=None, scale="log", low=0.5, high=8.0, optional=True, example=1, meaning="width"
    )

    def criterion(self, x, y):
        return -1.0 if self.sigma is None else self.sigma


class Learning(Estimator):
    """Counts the epochs that it has seen."""

    ordered = True
    steps: int = parameter(default=5, scale="integer", low=1, high=9, meaning="of training")

    def criterion(self, x, y):
        return 1.0

    def trajectory(self, activations, context, *, diagnostics=True):
        for seen, _ in enumerate(activations):
            yield {"xt": float(seen), "ty": float(self.steps)}


# Named so, not registered: other tests ask every registered estimator.
for kind in (TwoSliders, Word, Learning):
    kind.name = kind.__name__.lower()


@pytest.fixture
def prepared(monkeypatch):
    """Which estimators any work was done for, in order."""
    worked = []
    do = _work.Work.do

    def watched(self, offered, cancel, *, selected):
        if not worked or worked[-1] != offered.label:
            worked.append(offered.label)
        return do(self, offered, cancel, selected=selected)

    monkeypatch.setattr(_work.Work, "do", watched)
    return worked


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


def named(label, recording="this training", slider=None, **settings):
    names = {"recording": recording, "estimator": label}
    return {**names, "settings": settings, "slider": slider}


def request(value, serial=1, label=BINNED.label):
    return {"action": "estimate", **named(label, bins=value), "serial": serial}


def planes_of(explorer, recording=0):
    return explorer.view.document["recordings"][recording]["planes"]


def select(explorer, label, **settings):
    """What the browser does when another estimator is chosen; blocks until all is done."""
    explorer.view.set_state({"selection": named(label, **settings)})
    assert explorer.wait(SECONDS)


def answers(explorer, monkeypatch):
    sent = []
    monkeypatch.setattr(explorer.view, "send", lambda content: sent.append(content))
    return sent


def epochs_of(answer):
    """One layer's xt at every epoch, NaN where it is still to come."""
    packed = answer["xt"]
    values = np.frombuffer(base64.b64decode(packed["data"]), packed["dtype"])
    return values.reshape(packed["shape"])[0, :, 0]


def wait_for(condition):
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_every_estimator_is_offered_before_there_is_a_plane(recording, explore, monkeypatch):
    monkeypatch.setattr(_engine.Engine, "_step", lambda self: time.sleep(0.01))
    explorer = explore(recording, [BINNED, TwoSliders(), Word(), Learning(), EDGES])
    assert explorer.view.document == {}
    offers = explorer.view.catalogue["estimators"]
    assert [offer["label"] for offer in offers[:4]] == [
        BINNED.label,
        "TwoSliders",
        "Word",
        "Learning",
    ]
    assert [[s["name"] for s in offer["sliders"]] for offer in offers] == [
        ["bins"],
        ["width", "shifts"],
        ["sigma"],
        ["steps"],
        [],
    ]
    assert offers[2]["settings"] == {"sigma": None}
    assert [offer["ordered"] for offer in offers] == [False, False, False, True, False]


def test_every_estimator_arrives_with_its_slider(recording, complete):
    explorer = complete(recording, [BINNED, EDGES, KDE()])
    explorer.compute_all()
    assert explorer.wait(SECONDS)
    planes = planes_of(explorer)
    assert [p["slider"] and p["slider"]["name"] for p in planes] == ["bins", None, "variance"]
    assert planes[0]["xt"]["shape"][1:] == [len(recording.epochs), len(recording.layers)]
    assert explorer.view.busy == ""
    assert all(offered.done for offered in explorer._engine._rows[0])


def test_all_families_are_offered_by_default(recording, explore):
    explorer = explore(recording)
    labels = [offer["label"] for offer in explorer.view.catalogue["estimators"]]
    assert len(labels) == len(set(labels)) >= 4


def test_estimators_of_one_label_are_numbered(recording, explore):
    explorer = explore(recording, [BINNED, BINNED.replace(bins=50)])
    labels = [offer["label"] for offer in explorer.view.catalogue["estimators"]]
    assert labels == ["Binned, global range", "Binned, global range (2)"]


def test_the_selected_curve_comes_first_and_whole_the_others_begin(recording, complete, prepared):
    explorer = complete(recording, [BINNED, KDE(), EDGES])
    first, kde, edges = explorer._engine._rows[0]
    assert prepared[0] == first.label
    assert first.done
    assert kde.begun
    assert edges.begun
    assert not kde.done
    assert prepared.index(edges.label) < len(prepared) - prepared[::-1].index(kde.label)
    assert {p["label"] for p in planes_of(explorer)} == {first.label}


def test_what_is_shown_is_judged_before_others_are_prepared(recording, complete, monkeypatch):
    """Solid marks that nobody judged look like marks that nothing speaks against."""
    done = []
    monkeypatch.setattr(ExplorerView, "send", lambda _, told: done.append(told))
    do = _work.Work.do

    def watched(self, offered, cancel, *, selected):
        done.append(offered.label)
        return do(self, offered, cancel, selected=selected)

    monkeypatch.setattr(_work.Work, "do", watched)
    explorer = complete(recording, [BINNED, "ksg"])
    worked = [(i, each) for i, each in enumerate(done) if isinstance(each, str)]
    others = next(i for i, label in worked if label != BINNED.label)
    told = [(i, each) for i, each in enumerate(done) if isinstance(each, dict)]
    assert all(each["settings"] == {"bins": 30} for _, each in told)
    levels = len(coarse_to_fine(recording.epochs))
    assert [i < others for i, _ in told] == [True] * levels
    own = plane(recording, BINNED)
    written = document(own)["recordings"][0]["planes"][0]["verdicts"]
    assert told[-1][1]["verdicts"] == written
    explorer.view.set_state({"selection": named(BINNED.label, bins=2)})
    assert explorer.wait(SECONDS)
    assert done[-1]["settings"] == {"bins": 2}


def test_a_recording_that_grows_is_shown_as_it_was(model, data, explore, monkeypatch):
    model.fit(*data, epochs=4, verbose=0)
    explorer = explore(model.recording, [BINNED])
    assert explorer.wait(SECONDS)
    known = explorer.view.document["recordings"][0]["epochs"]
    model.fit(*data, epochs=3, verbose=0)
    assert len(model.recording.epochs) > len(known)
    sent = answers(explorer, monkeypatch)
    from_browser(explorer, request(33))
    wait_for(lambda: any(each.get("done") for each in sent))
    assert explorer.wait(SECONDS, judged=True)
    last = next(each for each in sent if each.get("done"))
    assert last["xt"]["shape"] == [1, len(known), len(model.recording.layers)]
    assert explorer.view.document["recordings"][0]["epochs"] == known
    assert explorer.plane.epoch.values.tolist() == known


def test_choosing_another_shows_what_is_prepared_and_completes_it(recording, complete):
    explorer = complete(recording, [BINNED, KDE()])
    select(explorer, KDE().label)
    assert [p["label"] for p in planes_of(explorer)] == [BINNED.label, KDE().label]
    assert explorer._engine._rows[0][1].done
    assert planes_of(explorer)[1]["slider"]["error"] < 5e-3


def test_the_document_of_several_sliders_can_be_loaded(recording, complete, tmp_path):
    explorer = complete(recording, [TwoSliders()])
    file = tmp_path / "two.glow.json"
    file.write_text(json.dumps(explorer.view.document))
    first, second = load(file)["this training"]
    assert first.attrs["label"] == second.attrs["label"] == "TwoSliders"
    assert first.width.attrs["error"] < 1e-2
    assert second.sizes["shifts"] > 1


def test_only_one_thread_writes(recording, monkeypatch, complete):
    writers = set()
    publish = ExplorerView.publish

    def watched(self, **traits):
        writers.add(threading.current_thread().name)
        publish(self, **traits)

    monkeypatch.setattr(ExplorerView, "publish", watched)
    complete(recording, [BINNED, KDE()])
    assert writers == {"glow-explorer"}


def test_the_status_names_the_selected_curve_and_grows(recording, complete, monkeypatch):
    said = []
    publish = ExplorerView.publish

    def watched(self, **traits):
        said.append(traits.get("busy"))
        publish(self, **traits)

    monkeypatch.setattr(ExplorerView, "publish", watched)
    complete(recording, [KDE(), BINNED])
    of_selected = [text for text in said if text and text.startswith("Estimating")]
    shares = [int(text.split()[-2]) for text in of_selected]
    assert all(text.startswith("Estimating KDE upper bound: ") for text in of_selected)
    assert shares == sorted(shares)
    assert "Preparing the other estimators: 1 of 2" in said


def test_each_slider_has_a_curve_through_the_others(recording, complete):
    explorer = complete(recording, [TwoSliders()])
    first, second = planes_of(explorer)
    assert [first["slider"]["name"], second["slider"]["name"]] == ["width", "shifts"]
    assert first["settings"] == second["settings"] == {"width": 1.0, "shifts": 10}
    offered = explorer._engine._rows[0][0]
    np.testing.assert_allclose(offered.kept({"width": 2.0, "shifts": 10}).xt, 2)
    np.testing.assert_allclose(offered.kept({"width": 1.0, "shifts": 1}).ty, 1)
    assert offered.kept({"width": 2.0, "shifts": 1}) is None


def test_a_combination_that_no_curve_holds_is_estimated(recording, complete):
    explorer = complete(recording, [TwoSliders()])
    explorer.view.set_state({"selection": named("TwoSliders", width=2.0, shifts=1)})
    assert explorer.estimator == TwoSliders(width=2.0, shifts=1)
    np.testing.assert_array_equal(explorer.plane.xt, 2.0)
    np.testing.assert_array_equal(explorer.plane.ty, 1.0)


def test_a_word_has_a_plane_of_its_own_beside_the_curve(recording, complete):
    explorer = complete(recording, [Word()])
    curve, own = planes_of(explorer)
    assert own["slider"] is None
    assert curve["slider"]["name"] == "sigma"
    assert own["settings"] == curve["settings"] == {"sigma": None}
    assert own["axes"]["xt"]["unit"] == ""
    np.testing.assert_array_equal(explorer.plane.xt, -1.0)


def test_an_estimator_that_learns_is_estimated_in_order_when_selected(recording, complete):
    explorer = complete(recording, [BINNED, Learning()])
    learning = explorer._engine._rows[0][1]
    assert not learning.ready
    select(explorer, "Learning")
    (plane,) = learning.published()
    known = plane.dropna("epoch")
    assert known.sizes["epoch"] == _offered.ORDERED_EPOCHS
    np.testing.assert_array_equal(known.xt[:, 0], np.arange(_offered.ORDERED_EPOCHS))
    assert planes_of(explorer)[-1]["slider"] is None


def test_what_takes_long_is_left_to_the_reader(recording, complete, monkeypatch):
    monkeypatch.setattr(_work, "EPOCH_SECONDS", 0.0)
    monkeypatch.setattr(_work, "FIRST_LEVEL_SECONDS", 0.0)
    monkeypatch.setattr(_offered, "_COSTLY_SECONDS", -1.0)
    explorer = complete(recording, [BINNED, KDE()])
    assert [p["slider"] for p in planes_of(explorer)] == [None]
    assert not explorer._engine._rows[0][1].ready
    explorer.compute_all()
    assert explorer.wait(SECONDS)
    names = [p["slider"] and p["slider"]["name"] for p in planes_of(explorer)]
    assert names == ["bins", None, "variance", None]


def test_an_exact_plane_grows_from_the_last_epoch_to_all(recording, complete, monkeypatch):
    explorer = complete(recording, [BINNED])
    sent = answers(explorer, monkeypatch)
    from_browser(explorer, request(41, serial=7))
    wait_for(lambda: sent and sent[-1]["done"])
    known = [np.flatnonzero(np.isfinite(epochs_of(answer))) for answer in sent]
    last = len(recording.epochs) - 1
    assert all(last in epochs for epochs in known)
    assert 2 <= len(known[0]) <= 2 * _answer._FIRST_EPOCHS + 1
    assert [len(epochs) for epochs in known] == sorted({len(epochs) for epochs in known})
    assert len(known[-1]) == len(recording.epochs)


def test_what_takes_too_long_is_left_out_of_an_exact_plane(recording, monkeypatch):
    offered = _offered.Offered("run", recording, BINNED, "binned")
    answer = _answer.Answer(offered, {"bins": 41})
    answer.extend(threading.Event())
    monkeypatch.setattr(_answer, "_MOST_SECONDS", 0.0)
    while not answer.done:
        answer.extend(threading.Event())
    assert 0 < answer.known < len(recording.epochs)
    assert np.isfinite(answer.plane.xt[-1]).all()


def test_an_exact_plane_is_sent_for_a_value_that_is_not_kept(recording, complete, monkeypatch):
    explorer = complete(recording, [BINNED])
    sent = answers(explorer, monkeypatch)
    from_browser(explorer, request(41, serial=7))
    wait_for(lambda: sent and sent[-1]["done"])
    wanted = document(plane(recording, BINNED.replace(bins=41)))["recordings"][0]["planes"][0]
    arrays = {"xt": wanted["xt"], "ty": wanted["ty"]}
    assert sent[-1] == {**request(41, 7), "action": "plane", "done": True, **arrays}


def test_a_drag_leaves_no_backlog_and_the_last_value_wins(recording, complete, monkeypatch):
    explorer = complete(recording, [BINNED])
    sent = answers(explorer, monkeypatch)
    for serial in range(50):
        from_browser(explorer, request(41 + serial, serial))
    wait_for(lambda: sent and sent[-1]["serial"] == 49 and sent[-1]["done"])
    assert len({answer["serial"] for answer in sent}) < 50
    assert [answer["serial"] for answer in sent] == sorted(answer["serial"] for answer in sent)


def test_a_setting_out_of_range_is_answered_in_words(recording, complete, monkeypatch):
    explorer = complete(recording, [BINNED])
    sent = answers(explorer, monkeypatch)
    from_browser(explorer, request(0, serial=3))
    wait_for(lambda: sent)
    assert sent[0]["action"] == "failed"
    assert sent[0]["serial"] == 3
    assert "bins must be" in sent[0]["message"]


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"action": "estimate"},
        request(5, label="no such"),
        request("x"),
        {**request(5), "recording": 7},
        {**request(5), "settings": None},
    ],
)
def test_nonsense_from_the_browser_does_no_harm(recording, complete, monkeypatch, content):
    explorer = complete(recording, [BINNED])
    from_browser(explorer, content)
    sent = answers(explorer, monkeypatch)
    from_browser(explorer, request(41, serial=9))
    wait_for(lambda: any(answer.get("serial") == 9 for answer in sent))


def test_estimator_plane_and_code_follow_the_selection(recording, complete):
    explorer = complete(recording, [BINNED, KDE()])
    assert explorer.estimator == BINNED
    explorer.view.set_state({"selection": named(BINNED.label, bins=41)})
    assert explorer.estimator == BINNED.replace(bins=41)
    exact = plane(recording, BINNED.replace(bins=41))
    xr.testing.assert_equal(explorer.plane[["xt", "ty"]], exact[["xt", "ty"]])
    explorer.view.set_state({"selection": named(KDE().label, variance=0.0123)})
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


def test_an_estimator_that_does_not_suit_is_said(recording, complete):
    explorer = complete(recording, [BINNED, Refusing(), KDE()])
    problems = explorer.view.catalogue["problems"]["this training"]
    assert list(problems) == ["Refusing"]
    assert "Refusing: the layer is deterministic" in problems["Refusing"]
    explorer.compute_all()
    assert explorer.wait(SECONDS)
    assert [p["slider"]["name"] for p in planes_of(explorer)] == ["bins", "variance"]


def test_an_estimator_that_breaks_stops_nothing(recording, complete, monkeypatch):
    monkeypatch.setattr(Refusing, "coordinates", lambda self, t, context: self.no_such_thing)
    explorer = complete(recording, [Refusing(), BINNED])
    assert "no_such_thing" in explorer.view.catalogue["problems"]["this training"]["Refusing"]
    select(explorer, BINNED.label)
    assert explorer._engine._rows[0][1].done


def test_the_output_holds_what_was_seen_last(recording, complete, outputs):
    """AC-36, AC-40: the plane itself stays in the notebook, small, with what was selected."""
    explorer = complete(recording, [BINNED, KDE()])
    explorer._ipython_display_()
    assert outputs[0][0][PLANE_MIME] == {"live": explorer.view.model_id}
    assert explorer.wait(SECONDS)
    select(explorer, BINNED.label, bins=20)
    last = outputs[0][-1]
    assert len(json.dumps(last)) < 300_000
    kept = last[PLANE_MIME]
    assert kept["live"] == explorer.view.model_id
    assert kept["explorer"]["selection"]["settings"] == {"bins": 20}
    assert kept["explorer"]["sources"] == {"this training": str(recording.path.resolve())}
    # The other estimator is there as far as it was prepared.
    first, second = kept["recordings"][0]["planes"]
    assert [first["label"], second["label"]] == [BINNED.label, KDE().label]
    assert second["xt"]["shape"][0] < len(KDE().sliders[0].grid())
    assert "<table>" in last["text/html"]


def test_the_same_setting_gives_the_same_plane_exactly(recording, complete):
    """AC-31: of a curve, of an exact plane, and of `plane` itself."""
    setting = {"bins": 30}
    twice = [complete(recording, [BINNED])._engine._rows[0][0] for _ in range(2)]
    kept = [offered.kept(setting) for offered in twice]
    exact = [offered.exact(setting) for offered in twice]
    own = plane(recording, BINNED.replace(**setting), diagnostics=False)
    for found in (*kept, *exact):
        np.testing.assert_array_equal(found.xt.values, own.xt.values)
        np.testing.assert_array_equal(found.ty.values, own.ty.values)


@pytest.mark.parametrize("levels", [2, 8, 32])
def test_a_layer_of_known_information_is_where_it_belongs(levels):
    """AC-31: a layer that keeps log2(levels) of 7 bits, of which y is the first."""
    x = np.arange(128)
    t = (x // (128 // levels)).astype(np.float32)[:, None]
    estimator = Binned(bins=levels, range=(0, levels))
    assert estimator.criterion(t, x) == pytest.approx(np.log2(levels))
    assert estimator.criterion(t, x // 64) == pytest.approx(1.0)


def test_what_is_saved_says_which_points_to_trust(recording, complete, tmp_path):
    """AC-33, AC-39: verdicts at the kept values, and known answers, without a kernel."""
    explorer = complete(recording, [BINNED])
    explorer.view.set_state({"selection": named(BINNED.label, bins=20)})
    file = explorer.save(tmp_path / "kept.glow.json", "Kept")
    loaded, *_ = load(file)["this training"]
    for bins in (2, 30, 256):
        wanted = plane(recording, BINNED.replace(bins=bins))
        at = loaded.sel(bins=bins)
        for name in ("xt_verdict", "ty_verdict"):
            said = wanted[name].sel(epoch=at.epoch)
            np.testing.assert_array_equal(at[name].values, said.values)
    assert set(np.unique(loaded.xt_verdict)) >= {"at ceiling", "reliable"}
    kept = json.loads(file.read_text())
    assert kept["title"] == "Kept"
    (answers,) = kept["explorer"]["known"]
    assert answers["settings"] == {"bins": 20}
    assert answers["layer"] == recording.layers[-2]
    assert {row["coordinate"] for row in answers["rows"]} == {"xt", "ty"}
    page = explorer.save_html(tmp_path / "kept.html").read_text()
    assert '"known":[{' in page


def test_a_closed_explorer_saves_nothing(recording, complete, tmp_path):
    explorer = complete(recording, [BINNED])
    explorer.close()
    with pytest.raises(RuntimeError, match="it is closed"):
        explorer.save(tmp_path / "kept.glow.json", wait=0)


class OneLayerFails(Binned):
    """Breaks on the layer with as many units as ``fails``, with an error that is no refusal."""

    fails = 0

    @property
    def label(self):
        return "OneLayerFails"

    def coordinates(self, t, context):
        if t.shape[1] == self.fails:
            raise ZeroDivisionError("no such width")
        return super().coordinates(t, context)

    def estimate(self, t, context):
        if t.shape[1] == self.fails:
            raise ZeroDivisionError("no such width")
        return super().estimate(t, context)

    def curve(self, t, context, parameter, values):
        if t.shape[1] == self.fails:
            raise ZeroDivisionError("no such width")
        return super().curve(t, context, parameter, values)


def test_one_layer_that_fails_costs_no_other(recording, complete, monkeypatch, tmp_path):
    """The others are there, live and saved, and it is said why the one is not."""
    fails, epoch = 1, recording.epochs[-1]
    width = np.asarray(recording.activations(epoch)[recording.layers[fails]]).shape[1]
    monkeypatch.setattr(OneLayerFails, "fails", width)
    explorer = complete(recording, [OneLayerFails(range="global")])
    wanted = plane(recording, BINNED.replace(bins=41))
    sent = answers(explorer, monkeypatch)
    from_browser(explorer, request(41, label="OneLayerFails"))
    wait_for(lambda: sent and sent[-1].get("done"))
    assert "no such width" in sent[-1]["refused"]
    explorer.view.set_state({"selection": named("OneLayerFails", bins=41)})
    exact = explorer.plane
    np.testing.assert_array_equal(exact.xt[:, 0], wanted.xt[:, 0])
    assert exact.xt[:, fails].isnull().all()
    loaded, *_ = load(explorer.save(tmp_path / "failed.glow.json"))["this training"]
    assert "no such width" in loaded.attrs["refused"]
    at = loaded.sel(bins=30)
    assert set(at.xt_verdict.values[:, fails]) == {"refused: ZeroDivisionError: no such width"}
    assert np.isfinite(at.xt[:, 0]).all()


def test_papers_are_offered_with_their_settings(recording, explore):
    catalogue = explore(recording).view.catalogue
    presets = {preset["name"]: preset for preset in catalogue["presets"]}
    assert set(presets) == set(estimators.presets.names())
    assert presets["saxe-2018-relu"]["settings"] == {"bins": 100}
    labels = [offer["label"] for offer in catalogue["estimators"]]
    assert {preset["estimator"] for preset in presets.values()} <= set(labels)
    assert len(labels) == len(set(labels))


def test_only_papers_of_the_offered_estimators_are_offered(recording, explore):
    presets = explore(recording, [BINNED]).view.catalogue["presets"]
    assert [preset["name"] for preset in presets] == ["saxe-2018-relu"]
    assert presets[0]["estimator"] == BINNED.label


def test_several_recordings_share_the_explorer(recording, complete):
    explorer = complete({"first": recording, "second": recording}, [BINNED])
    select(explorer, BINNED.label, recording="second")
    assert [r["name"] for r in explorer.view.document["recordings"]] == ["first", "second"]


def test_exact_planes_side_by_side_are_saved_and_what_has_no_room_is_named(
    recording, complete, tmp_path, monkeypatch
):
    """AC-36, AC-40: all that was seen, or the word that it is missing."""
    explorer = complete({"first": recording, "second": recording}, [BINNED, KDE()])
    both = {**named(BINNED.label, "first", bins=47), "beside": True}
    sent = answers(explorer, monkeypatch)
    for name in ("first", "second"):
        from_browser(explorer, {**request(47), "recording": name})
        wait_for(lambda name=name: any(m.get("done") and m["recording"] == name for m in sent))
    explorer.view.set_state({"selection": both})
    saved = explorer.save(tmp_path / "both.glow.json", wait=0)
    for recordings in load(saved).values():
        assert 47 in recordings[0].bins
    assert json.loads(saved.read_text())["explorer"]["left_out"] == []
    monkeypatch.setattr("glow_widgets._small.small_document.__defaults__", (1,))
    few = explorer.save(tmp_path / "few.glow.json", wait=0)
    kept = json.loads(few.read_text())
    labels = [BINNED.label, KDE().label, KDE().label]
    names = ["second", "first", "second"]
    told = [f"{label} on {name}" for label, name in zip(labels, names, strict=True)]
    assert kept["explorer"]["left_out"] == told


def test_nothing_to_show_is_refused(recording):
    with pytest.raises(ValueError, match="estimators must not be empty"):
        EstimatorExplorer(recording, [])
    with pytest.raises(ValueError, match="recordings must not be empty"):
        EstimatorExplorer({}, [BINNED])
    with pytest.raises(TypeError, match=r"must be Estimators or names of them, got .*Binned"):
        EstimatorExplorer(recording, [Binned, 3])


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
