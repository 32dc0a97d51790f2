"""Estimators of dependence between two variables, with declared settings.

Each is a small frozen object: ``criterion(x, y)`` measures any two variables in bits,
``coordinates`` places a layer in the information plane, ``curve`` does so for many values of one
setting in one pass.
"""

from ._base import Estimator as Estimator
from ._binned import Binned as Binned
from ._context import Context as Context
from ._kde import KDE as KDE
from ._parameter import Parameter as Parameter
from ._parameter import parameter as parameter
from ._registry import get as get
from ._registry import names as names

__all__ = ["KDE", "Binned", "Context", "Estimator", "Parameter", "get", "names", "parameter"]
