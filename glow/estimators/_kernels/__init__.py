"""Sums of kernels over pairs of samples: what `KDE`, `HSIC`, `CKA` and `Renyi` are made of."""
