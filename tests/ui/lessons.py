"""Cells that a reader would type."""

BUILD = """
from glow.datasets import szt
from glow.layers import Dense
from glow.models import IBSequential
from glow.optimizers import Adam

x, y = szt.patterns()
layers = [Dense(units, activation="tanh") for units in (10, 7, 5, 4, 3)]
model = IBSequential([*layers, Dense(2)], input_shape=(12,), seed=0)
model.compile(optimizer=Adam(learning_rate=4e-4), loss="cross_entropy", metrics=["accuracy"])
"""


def fit(epochs):
    """The line that trains for ``epochs`` epochs."""
    return (
        f"history = model.fit(x, y, batch_size=512, epochs={epochs}, "
        "validation_split=0.2, callbacks=[watch])"
    )


# Counts the batches that began although a stop had been asked for, and whether every batch followed
# the one before with the weights that it had left behind.
WATCH = """
from ipywidgets.widgets.widget import _instances
from glow.callbacks import Callback
from glow_widgets import TrainingProgress

class Watch(Callback):
    late, in_order, last, weights = 0, True, None, None
    def on_train_batch_begin(self, batch, logs=None):
        for widget in list(_instances.values()):
            if isinstance(widget, TrainingProgress) and widget.control.stop_requested:
                self.late += 1
        if self.last is not None:
            self.in_order &= batch == (self.last + 1) % self.params["steps"]
            self.in_order &= self.weights == self.sum()
    def on_train_batch_end(self, batch, logs=None):
        self.last, self.weights = batch, self.sum()
    def sum(self):
        return sum(float(w.detach().double().sum()) for w in self.model.parameters())

watch = Watch()
"""
OUTCOME = "print(type(history).__name__, len(history.epoch), watch.late, watch.in_order)"
