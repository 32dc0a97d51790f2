"""Data sets, one module each, loaded when first asked for."""

from . import szt as szt

__all__ = ["szt"]
