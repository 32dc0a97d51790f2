"""Draws from mixtures of Gaussians: what `SamplePropagation` is made of."""
