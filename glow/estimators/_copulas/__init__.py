"""Moments, ranks and fits: what `Gaussian` and `TCopula` are made of."""
