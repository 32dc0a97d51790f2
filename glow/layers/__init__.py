"""Layers under their Keras names; each is a torch module, and any other may stand beside them.

A layer's file says in ``__all__`` what it offers, and `builtin` enters it in the register by which
models are written and read.
"""

from glow.layers._activation import *
from glow.layers._attention import *
from glow.layers._base import Layer as Layer
from glow.layers._config import from_config as from_config
from glow.layers._config import register as register
from glow.layers._config import to_config as to_config
from glow.layers._conv import *
from glow.layers._dense import *
from glow.layers._embedding import *
from glow.layers._merge import *
from glow.layers._normalisation import *
from glow.layers._pooling import *
from glow.layers._quantise import *
from glow.layers._recurrent import *
from glow.layers._reshape import *
from glow.layers._residual import *
from glow.layers._stochastic import *
from glow.layers._symbol import Input as Input
