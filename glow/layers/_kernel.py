"""Layers with one kernel and one bias."""

from __future__ import annotations

from typing import Any, TypeAlias

from glow import activations, initializers
from glow.layers._base import Layer, is_shaped

ActivationLike: TypeAlias = str | activations.Activation | None
InitializerLike: TypeAlias = str | dict[str, Any] | initializers.Initializer


class WithKernel(Layer):
    """Mixin over one of torch's lazy modules: Keras's first weights, and an activation."""

    # A built layer keeps its class, and so its activation and initializers.
    cls_to_become = None
    weight: Any
    bias: Any

    def _describe(
        self,
        name: str | None,
        activation: ActivationLike,
        kernel_initializer: InitializerLike,
        bias_initializer: InitializerLike,
    ) -> None:
        self.activation = activations.get(activation)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.name = name

    @property
    def use_bias(self) -> bool:
        """Whether there is a bias."""
        return self.bias is not None

    def reset_parameters(self) -> None:
        """Draw the weights anew from their initializers, if their shapes are known."""
        if not is_shaped(self):
            return
        self.kernel_initializer(self.weight)
        if self.bias is not None:
            self.bias_initializer(self.bias)
