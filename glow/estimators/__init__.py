"""Estimators of dependence between two variables, with declared settings.

Each is a small frozen object: ``criterion(x, y)`` measures any two variables in bits,
``coordinates`` places a layer in the information plane, ``curve`` does so for many values of one
setting in one pass.
"""

from . import presets as presets
from ._base import Estimator as Estimator
from ._binned import Binned as Binned
from ._cka import CKA as CKA
from ._context import Context as Context
from ._edge import EDGE as EDGE
from ._errors import UnsuitableError as UnsuitableError
from ._estimate import Estimate as Estimate
from ._gaussian import Gaussian as Gaussian
from ._hsic import HSIC as HSIC
from ._infonce import InfoNCE as InfoNCE
from ._kde import KDE as KDE
from ._knn import KNN as KNN
from ._ksg import KSG as KSG
from ._memory import limited_memory as limited_memory
from ._memory import memory_ceiling as memory_ceiling
from ._memory import set_memory_ceiling as set_memory_ceiling
from ._mine import MINE as MINE
from ._neural.base import Neural as Neural
from ._nwj import NWJ as NWJ
from ._parameter import Parameter as Parameter
from ._parameter import parameter as parameter
from ._quantised import Quantised as Quantised
from ._recommend import Recommendation as Recommendation
from ._recommend import recommend as recommend
from ._registry import get as get
from ._registry import names as names
from ._renyi import Renyi as Renyi
from ._sample_propagation import SamplePropagation as SamplePropagation
from ._sliced import Sliced as Sliced
from ._smile import SMILE as SMILE
from ._t_copula import TCopula as TCopula
from ._verdict import VERDICTS as VERDICTS

__all__ = [
    "CKA",
    "EDGE",
    "HSIC",
    "KDE",
    "KNN",
    "KSG",
    "MINE",
    "NWJ",
    "SMILE",
    "VERDICTS",
    "Binned",
    "Context",
    "Estimate",
    "Estimator",
    "Gaussian",
    "InfoNCE",
    "Neural",
    "Parameter",
    "Quantised",
    "Recommendation",
    "Renyi",
    "SamplePropagation",
    "Sliced",
    "TCopula",
    "UnsuitableError",
    "get",
    "limited_memory",
    "memory_ceiling",
    "names",
    "parameter",
    "presets",
    "recommend",
    "set_memory_ceiling",
]
