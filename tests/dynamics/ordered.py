"""A small estimator that learns: each epoch begins where the last one ended."""

from __future__ import annotations

import numpy as np

from glow.estimators import Estimator, parameter


class Learning(Estimator):
    """Takes a step towards the mean activation in each epoch, from where the last step ended."""

    name = "learning-for-tests"
    ordered = True
    capped = False

    rate: float = parameter(default=0.5, scale="linear", low=0, high=1, meaning="size of the step")

    def criterion(self, x, y):
        return float(self.rate * np.mean(np.asarray(x, dtype=np.float64)))

    def trajectory(self, activations, context, *, diagnostics=True):
        state = 0.0
        for t in activations:
            array = np.asarray(t, dtype=np.float64)
            if not np.isfinite(array).all():
                raise ValueError("Learning: t must be finite.")
            state += self.rate * (float(array.mean()) - state)
            figures = {"ty_shuffled": 0.0, "gap": state} if diagnostics else {}
            yield {"xt": state, "ty": state / 2, **figures}


def by_hand(recording, epochs, layer, rate=0.5, run=None, rows=slice(None)):
    """What it should find."""
    state, states = 0.0, []
    for epoch in epochs:
        t = recording.activations(epoch)[layer]
        t = t if run is None else t[run]
        state += rate * (float(t[rows].astype(np.float64).mean()) - state)
        states.append(state)
    return states
