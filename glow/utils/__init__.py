"""Small things every run needs."""

from __future__ import annotations

from glow.utils._seed import set_random_seed as set_random_seed

__all__ = ["set_random_seed"]
