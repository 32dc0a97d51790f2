"""Small things every run needs."""

from __future__ import annotations

from glow.utils._seed import derive_seed as derive_seed
from glow.utils._seed import generator as generator
from glow.utils._seed import set_random_seed as set_random_seed

__all__ = ["derive_seed", "generator", "set_random_seed"]
