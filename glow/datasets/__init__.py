"""Data sets, one module each, and samplers that know their own mutual information."""

from . import cifar10 as cifar10
from . import digits as digits
from . import fashion_mnist as fashion_mnist
from . import mnist as mnist
from . import szt as szt
from ._continuous import CorrelatedGaussians as CorrelatedGaussians
from ._continuous import StudentT as StudentT
from ._continuous import UniformNoise as UniformNoise
from ._discrete import DiscreteChannel as DiscreteChannel
from ._known_answers import known_answers as known_answers
from ._maps import MAPS as MAPS
from ._maps import Mapped as Mapped
from ._mixture import GaussianMixtureLabel as GaussianMixtureLabel
from ._probit import ProbitLabel as ProbitLabel
from ._sampler import Sampler as Sampler

__all__ = [
    "MAPS",
    "CorrelatedGaussians",
    "DiscreteChannel",
    "GaussianMixtureLabel",
    "Mapped",
    "ProbitLabel",
    "Sampler",
    "StudentT",
    "UniformNoise",
    "cifar10",
    "digits",
    "fashion_mnist",
    "known_answers",
    "mnist",
    "szt",
]
