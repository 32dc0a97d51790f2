"""The exception that ends a plane at once."""

from __future__ import annotations


class UnsuitableError(ValueError):
    """An estimator, as it is set, suits no layer of a recording: more neighbours than samples.

    A plane leaves out points that are refused with any other ValueError, and goes on.
    """
