"""What Keras asks of layers and models alike, beside what a torch module offers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch
from torch import Tensor, nn

from glow.layers._meta import is_unbuilt
from glow.layers._symbol import call_layer, is_symbolic

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


class KerasModule(nn.Module):
    """A torch module that can be called on symbolic values, frozen and asked for its weights."""

    _frozen = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as torch's
        """Run the module on tensors, or note the call on symbolic values (`Input`)."""
        for value in args:  # the way of every step: a tensor must pass at once
            if type(value) is not Tensor and is_symbolic(value):
                return call_layer(self, args, kwargs)
        if kwargs and is_symbolic(kwargs):
            return call_layer(self, args, kwargs)
        return nn.Module.__call__(self, *args, **kwargs)

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights; set it to False to freeze them.

        Unlike in Keras, `compile` need not be called again. A frozen layer still drops out, but a
        frozen batch normalisation uses and keeps its running statistics, as in Keras.
        """
        return not self._frozen

    @trainable.setter
    def trainable(self, value: bool) -> None:
        for parameter in self.parameters():  # requires_grad_ fails where weights are not there yet
            parameter.requires_grad = value
        for module in self.modules():
            if isinstance(module, KerasModule):
                module._frozen = not value

    def train(self, mode: bool = True) -> Self:
        """Set training mode, in which frozen batch normalisation stays in eval mode."""
        super().train(mode)
        if self._frozen and isinstance(self, nn.modules.batchnorm._BatchNorm):
            super().train(False)
        return self

    def count_params(self) -> int:
        """Return how many numbers the weights and the buffers of running statistics hold.

        Raises:
            RuntimeError: There are no weights yet.
        """
        return sum(tensor.numel() for tensor in self._weights())

    def get_weights(self) -> list[NDArray[Any]]:
        """Return copies of the weights, layer by layer, then of its running statistics.

        Shapes are PyTorch's: the kernel of `Dense` is (units, width), where Keras has (width,
        units).

        Raises:
            RuntimeError: There are no weights yet.
        """
        return [tensor.detach().cpu().numpy().copy() for tensor in self._weights()]

    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Take weights as `get_weights` returns them; all of them or, if one does not fit, none.

        Raises:
            RuntimeError: There are no weights yet.
            ValueError: Another number of arrays, or another shape.
        """
        own = self._weights()
        arrays = [np.asarray(array) for array in weights]
        expected, given = [tuple(w.shape) for w in own], [array.shape for array in arrays]
        if expected != given:
            raise ValueError(
                f"{self._called()}: set_weights expects {len(expected)} arrays of the shapes "
                f"{expected}, got {len(given)} of {given}. Give what get_weights returns."
            )
        with torch.no_grad():
            for tensor, array in zip(own, arrays, strict=True):
                tensor.copy_(torch.as_tensor(np.ascontiguousarray(array)))

    def _weights(self) -> list[Tensor]:
        """Weights and running statistics, each once; without the counters of batches."""
        if is_unbuilt(self):
            raise RuntimeError(
                f"{self._called()}: there are no weights yet, expected a built module. "
                "Call build, or call it on data once."
            )
        state = {id(tensor): tensor for tensor in self.state_dict(keep_vars=True).values()}
        return [t for t in state.values() if t.ndim or t.is_floating_point()]

    def _called(self) -> str:
        return str(getattr(self, "name", None) or type(self).__name__)
