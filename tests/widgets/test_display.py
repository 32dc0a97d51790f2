import threading

import numpy as np
import pytest
from ipywidgets import VBox
from ipywidgets.widgets.widget import _instances

from glow.callbacks import Callback
from glow.estimators import KDE
from glow.models import Sequential
from glow_widgets import InformationPlane, TrainingDisplay, TrainingProgress
from glow_widgets._saved import PLANE_MIME, TRAINING_MIME


class At(Callback):
    """Does something in the middle of an epoch."""

    def __init__(self, act):
        self.act = act

    def on_train_batch_begin(self, batch, logs=None):
        if batch == 2:
            self.act()


def fit(model, data, display, *, act=None, epochs=5):
    callbacks = [At(act), display] if act else [display]
    return model.fit(*data, batch_size=32, epochs=epochs, verbose=0, callbacks=callbacks)


def final(outputs):
    return outputs[0][-1]["text/plain"]


def test_a_recording_model_shows_progress_and_plane_and_leaves_both_behind(model, data, outputs):
    fit(model, data, TrainingDisplay())
    (progress, *_), (view, *_) = outputs
    assert isinstance(progress, TrainingProgress)
    assert isinstance(view, InformationPlane)
    assert progress.comm is view.comm is None  # closed: the saved forms stand in their places
    assert set(outputs[0][-1]) == {TRAINING_MIME, "text/html", "text/plain"}
    assert outputs[0][-1][TRAINING_MIME]["history"]["epochs"] == [1, 2, 3, 4, 5]
    assert outputs[0][-1][TRAINING_MIME]["order"][0] == "loss"
    saved = outputs[1][-1][PLANE_MIME]
    assert saved["recordings"][0]["epochs"] == [0, 1, 2, 3, 4, 5]
    assert final(outputs).startswith("Training done. 5 of 5 epochs")


def test_a_model_that_does_not_record_shows_progress_only(model, data, outputs):
    plain = Sequential(list(model.layers), seed=0)
    plain.compile("adam", loss="cross_entropy")
    fit(plain, data, TrainingDisplay())
    assert len(outputs) == 1


def test_the_live_plane_takes_any_estimator(model, data, outputs):
    fit(model, data, TrainingDisplay(KDE()))
    assert outputs[1][-1][PLANE_MIME]["recordings"][0]["planes"][0]["estimator"] == "kde"


def test_the_live_plane_of_a_second_fit_begins_where_the_first_began(
    model, data, outputs, monkeypatch
):
    # As with a slow estimator: an epoch an update, the newest first.
    monkeypatch.setattr("glow_widgets._live._BUDGET", 0)
    monkeypatch.setattr("glow_widgets._live._INTERVAL", 0)
    monkeypatch.setattr("glow_widgets._live._SHARE", 1)
    seen = []
    show = InformationPlane.update

    def update(view, planes):
        (plane,) = planes.values()
        seen.append(plane.epoch.values.tolist())
        show(view, planes)

    fit(model, data, TrainingDisplay())
    monkeypatch.setattr(InformationPlane, "update", update)
    model.fit(
        *data, epochs=9, initial_epoch=5, verbose=0, callbacks=[TrainingDisplay()], batch_size=32
    )
    assert seen
    assert all(epochs[:6] == [0, 1, 2, 3, 4, 5] for epochs in seen)


def test_stop_ends_at_the_next_batch_edge(model, data, outputs):
    display = TrainingDisplay()
    history = fit(model, data, display, act=lambda: display.progress.control.request("stop"))
    assert history.epoch == []
    assert history.stopped
    assert final(outputs).startswith("Training stopped: the Stop button was pressed. 0 of 5")
    assert outputs[0][0].state["batch"] == 3


def test_an_interrupt_ends_a_pause(model, data, outputs):
    display = TrainingDisplay()

    def pause():
        display.progress.control.request("pause")

        def interrupt():
            model.stop_training, model.stop_reason = True, "interrupted"

        threading.Timer(0.2, interrupt).start()

    fit(model, data, display, act=pause)
    assert final(outputs).startswith("Training interrupted: no good epoch yet.")


def test_another_callback_s_reason_is_said(model, data, outputs):
    def stop():
        model.stop_training, model.stop_reason = True, "accuracy is good enough"

    fit(model, data, TrainingDisplay(), act=stop)
    assert final(outputs).startswith("Training stopped: accuracy is good enough.")


def test_an_exception_is_said_and_reaches_the_caller(model, data, outputs):
    def fail():
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="disk is full"):
        fit(model, data, TrainingDisplay(), act=fail)
    said = "Training failed: RuntimeError: the disk is full; no good epoch"
    assert final(outputs).startswith(said)


def test_a_loss_that_is_not_a_number_is_a_failure_with_the_last_good_epoch(model, data, outputs):
    class Break(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                next(self.model.parameters()).data.fill_(np.nan)

    model.fit(*data, epochs=5, verbose=0, callbacks=[Break(), TrainingDisplay()])
    said = "Training diverged: loss became nan in epoch 3; the last good epoch is 2."
    assert final(outputs).startswith(said)


def test_a_training_leaves_no_widget_behind(model, data, outputs):
    """AC-23: cells run again and again do not fill the kernel."""
    before = set(_instances)
    fit(model, data, TrainingDisplay())
    assert set(_instances) == before


def test_a_box_takes_both_from_another_thread_and_keeps_the_last_training_s(model, data, outputs):
    box = VBox()
    display, alive = TrainingDisplay(into=box), []
    for _ in range(2):
        thread = threading.Thread(target=fit, args=(model, data, display))
        thread.start()
        thread.join()
        progress, view = box.children
        assert progress.status == "done"
        assert progress.comm is not None
        assert view.document["recordings"][0]["epochs"][-1] == len(model.history.epoch)
        alive.append(len(_instances))
    assert outputs == []
    assert alive[0] == alive[1]  # AC-23: what the first training showed is closed
    box.close()
