"""Dense float64 twins of the kernel estimators: every matrix is there, every formula as printed."""

import numpy as np


def squared(x):
    x = np.asarray(x, np.float64).reshape(len(x), -1)
    return np.array([((x - row) ** 2).sum(axis=1) for row in x])


def gaussian(x, sigma):
    return np.exp(-squared(x) / (2 * sigma**2))


def laplacian(x, sigma):
    return np.exp(-np.sqrt(squared(x)) / sigma)


def linear(x):
    x = np.asarray(x, np.float64).reshape(len(x), -1)
    return x @ x.T


def delta(y):
    return (y[:, None] == y).astype(np.float64)


def centring(n):
    return np.eye(n) - 1 / n


def biased(k, ell):
    """Gretton et al. (2005): tr(KHLH) / (N - 1)**2."""
    h = centring(len(k))
    return np.trace(k @ h @ ell @ h) / (len(k) - 1) ** 2


def unbiased(k, ell):
    """Song et al. (2012), equation 5."""
    n = len(k)
    k, ell = k - np.diag(np.diag(k)), ell - np.diag(np.diag(ell))
    ones = np.ones(n)
    pairs = (ones @ k @ ones) * (ones @ ell @ ones) / ((n - 1) * (n - 2))
    return (np.trace(k @ ell) + pairs - 2 * (ones @ k @ ell @ ones) / (n - 2)) / (n * (n - 3))


def normalised(k, ell, epsilon):
    """Ma et al. (2020): tr(K~ L~)."""
    n, h = len(k), centring(len(k))

    def ridged(matrix):
        centred = h @ matrix @ h
        return centred @ np.linalg.inv(centred + epsilon * n * np.eye(n))

    return np.trace(ridged(k) @ ridged(ell))


def renyi(k, ell, alpha):
    """Giraldo, Rao and Principe (2015): S(A) + S(B) - S(A o B / tr), in bits."""

    def entropy(matrix):
        eigenvalues = np.linalg.eigvalsh(matrix / np.trace(matrix))
        eigenvalues = eigenvalues[eigenvalues > 1e-14]
        if alpha == 1:
            return -(eigenvalues * np.log2(eigenvalues)).sum()
        return np.log2((eigenvalues**alpha).sum()) / (1 - alpha)

    return entropy(k) + entropy(ell) - entropy(k * ell)
