"""Samples counted in cells: what `Binned`, `Quantised` and `EDGE` are made of."""
