"""Distances to nearest neighbours: what `KNN`, `KSG` and `Sliced` are made of."""
