"""Data sets, one module each, and samplers that know their own mutual information."""

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
    "known_answers",
    "szt",
]
