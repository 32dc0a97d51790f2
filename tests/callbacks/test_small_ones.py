import inspect

import pytest
import torch

from glow.callbacks import Callback, History, LambdaCallback, Record, TerminateOnNaN
from glow.dynamics import RecordingError
from glow.layers import Dense
from glow.models import Sequential


def _model():
    model = Sequential([Dense(2)], input_shape=(4,), seed=0)
    model.compile("sgd", loss="cross_entropy")
    return model


def test_lambda_callback_calls_what_it_was_given():
    seen = []
    callback = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append((epoch, sorted(logs))))
    _model().fit(torch.zeros(8, 4), [0, 1] * 4, epochs=2, callbacks=[callback], verbose=0)
    assert seen == [(0, ["loss"]), (1, ["loss"])]


def test_lambda_callback_knows_its_moments():
    with pytest.raises(ValueError, match=r"'on_epoch_ende'.*Did you mean 'on_epoch_end'"):
        LambdaCallback(on_epoch_ende=print)


def test_lambda_callback_takes_every_moment():
    """Those of `Callback`, each with its arguments; None, Keras's default, is nothing."""
    moments, seen = [name for name in vars(Callback) if name[:3] == "on_"], []
    hooks = {name: lambda *args, name=name: seen.append((name, len(args))) for name in moments}
    model, x = _model(), torch.zeros(8, 4)
    model.fit(x, [0, 1] * 4, callbacks=[LambdaCallback(**hooks)], validation_split=0.5, verbose=0)
    model.predict(x, callbacks=[LambdaCallback(**hooks)])
    assert {name for name, _ in seen} == {*moments} - {"on_exception"}
    expected = {n: len(inspect.signature(getattr(Callback, n)).parameters) - 1 for n in moments}
    assert all(count == expected[name] for name, count in seen)
    model.fit(x, [0, 1] * 4, callbacks=[LambdaCallback(on_epoch_end=None)], verbose=0)


def test_a_finite_loss_goes_on():
    history = _model().fit(
        torch.zeros(8, 4), [0, 1] * 4, epochs=3, callbacks=[TerminateOnNaN()], verbose=0
    )
    assert history.epoch == [0, 1, 2]
    assert not history.stopped


def test_the_history_shows_its_last_values():
    assert repr(History()) == "History(0 epochs)"
    history = _model().fit(torch.zeros(8, 4), [0, 1] * 4, verbose=0)
    assert repr(history) == f"History(1 epochs: loss={history.history['loss'][0]:.4g})"


def test_nothing_is_recorded_before_training():
    with pytest.raises(RecordingError, match=r"nothing is recorded before training\. Call fit"):
        Record().recording  # noqa: B018 - the property raises
