"""A stack of layers trained without back-propagation, by the HSIC bottleneck."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import torch
from torch import Tensor, nn

from glow._arguments import integer, number
from glow.layers import Dense, from_config
from glow.layers._config import builtin
from glow.metrics import Metric
from glow.models._building import show
from glow.models._hsic_objective import LayerObjectives, NormalisedHSIC
from glow.models._hsic_readout import assigned, follow
from glow.models._meters import Meters
from glow.models._sequential import Sequential
from glow.optimizers import SGD

if TYPE_CHECKING:
    from glow.layers._symbol import Symbol

_LEAST_RIDGE = 1e-6  # below it, single precision cannot tell the kernel's small eigenvalues
_SETTINGS = ("sigma", "lambda_", "epsilon", "classes")
_FIGURES = ("nhsic_x", "nhsic_y", "objective")


@builtin
class HSICSequential(Sequential):
    """A `Sequential` of which every layer is trained alone, on the HSIC bottleneck.

    A block is a layer with weights and what stands between it and the next. Its output Z is trained
    on

        nHSIC(Z, X) - lambda nHSIC(Z, Y)

    of each batch of inputs X and labels Y (Ma, Lewis and Kleijn 2020). No gradient crosses from one
    block into another, so a single optimizer of all weights does what one for each block would
    (unless it clips by the norm of all gradients). nHSIC is that of `glow.estimators.HSIC`:
    dimensionless, and dependent on the batch's size.

    The last layer is read without training: each class has the unit that answers it most strongly
    in the running class means of the training batches. `forward` and `predict` return these units
    in the order of the classes, so that the largest is the answer. `format` trains a layer of its
    own to read it instead.

    History has, by layer, ``dense_nhsic_x``, ``dense_nhsic_y`` and ``dense_objective``, means over
    the batches; ``loss`` is the sum of the objectives.

    Args:
        layers: Layers of `glow.layers` or any torch modules. Best for each block is a `Dense` or
            convolution, ``BatchNormalization(center=False, scale=False)`` and an `Activation`.
        input_shape: Shape of one sample; found from the first batch if None.
        seed: As of `Sequential`.
        name: A name for messages.
        sigma: Bandwidth of the Gaussian kernels, multiplied by the square root of the variable's
            width; several for the mean of their kernels; None for each variable's median distance.
        lambda_: The weight of the labels.
        epsilon: Ridge of the normalised HSIC per sample.
        classes: How many; the width of the last layer if None, which may be wider.

    Attributes:
        permutation: The unit of the last layer that stands for each class, (classes,).
        class_means: Running means of the last layer's output by class, (classes, units).

    Raises:
        ValueError: A setting out of bounds, or a last layer with fewer units than classes.

    Example:
        >>> def block(units):
        ...     scaled = BatchNormalization(center=False, scale=False)
        ...     return [Dense(units), scaled, Activation("relu")]
        >>> layers = [*block(64), *block(64), *block(10)]
        >>> model = HSICSequential(layers, input_shape=(64,), sigma=5.0, lambda_=100.0, seed=0)
        >>> model.compile(SGD(learning_rate=1e-3, momentum=0.9), metrics=["accuracy"])
    """

    permutation: Tensor
    class_means: Tensor

    def __init__(
        self,
        layers: Iterable[nn.Module | Symbol] = (),
        input_shape: Sequence[int] | None = None,
        seed: int | None = None,
        name: str | None = None,
        *,
        sigma: float | Sequence[float] | None = 5.0,
        lambda_: float = 100.0,
        epsilon: float = 1e-5,
        classes: int | None = None,
    ) -> None:
        owner = type(self).__name__
        self.sigma, self.epsilon = sigma, number(owner, "epsilon", epsilon, _LEAST_RIDGE)
        self.lambda_ = number(owner, "lambda_", lambda_, 0)
        self.classes = None if classes is None else integer(owner, "classes", classes, low=2)
        self._measure = NormalisedHSIC(_bandwidths(owner, sigma), self.epsilon)
        self._figures = torch.empty(0, len(_FIGURES))  # of the last batch, by block
        super().__init__(layers, input_shape, seed, name)

    def compile(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - those of the base
        """Choose how to train: see `Model.compile`. There is no loss to choose.

        Raises:
            ValueError: A loss was given.
        """
        given = kwargs.pop("loss", None) if len(args) < 2 else args[1]
        if given is not None:
            raise ValueError(
                f"{self.name}: every layer has its own objective, expected no loss, got {given!r}. "
                "Leave it out, e.g. compile(SGD(1e-3), metrics=['accuracy'])."
            )
        optimizer = args[:1] or (kwargs.pop("optimizer", "sgd"),)
        super().compile(*optimizer, LayerObjectives(), *args[2:], **kwargs)
        self._compiled.asked["loss"] = None  # as it was given, for what `save` writes

    def build(self, input_shape: Sequence[int], dtype: torch.dtype = torch.float32) -> None:
        """Find all shapes and make the weights and the read-out: see `Sequential.build`."""
        if self.built:
            return
        super().build(input_shape, dtype)
        last = self.output_shape
        classes = last[-1] if self.classes is None else self.classes
        if len(last) != 1 or last[0] < classes:
            self._shapes = {}
            raise ValueError(
                f"{self.name}: the last layer must return a unit for each class to be read, "
                f"expected (N, {classes}) or wider, got {show(last)}. Let it be e.g. "
                f"Dense({classes})."
            )
        means = torch.zeros(classes, last[0], device=self.device)
        self.register_buffer("class_means", means)
        self.register_buffer("permutation", torch.arange(classes, device=self.device))

    def forward(self, x: Tensor) -> Tensor:
        """Return the units that stand for the classes, (N, classes); see `Sequential.forward`."""
        return self.representation(x)[:, self.permutation]

    def representation(self, x: Tensor) -> Tensor:
        """Return the output of the last layer as it is, (N, units), in the order of its units."""
        return super().forward(x)

    def output_and_loss(
        self, x: Tensor, y: Tensor, weight: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return the output (n, classes) on a batch and the sum of all layers' objectives ().

        Raises:
            ValueError: Samples have weights, or the batch to train on holds one class.
        """
        if weight is not None:
            raise ValueError(
                f"{self.name}: nHSIC counts all samples alike, expected no weights of samples or "
                "classes, got some. Leave out sample_weight and class_weight."
            )
        representation, by_block = self.objectives(x, y)
        figures = torch.stack([*by_block.values()])
        self._figures = figures.detach()
        if self.training:
            follow(self.class_means, representation, y)
            self.permutation.copy_(assigned(self.class_means))
        return representation[:, self.permutation], figures[:, -1].sum()

    def objectives(self, x: Tensor, y: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Return what the layers are trained on, each differentiable in its own weights alone.

        Args:
            x: Inputs (n, ...).
            y: Class numbers (n,).

        Returns:
            The output of the last layer, (n, units); and by the name of the block nHSIC(Z, X),
            nHSIC(Z, Y) and the objective, (3,).

        Raises:
            ValueError: The batch to train on holds fewer than two classes.
        """
        self.build(x.shape[1:], x.dtype)
        if self.training:
            _check_classes(self.name, y)
        with torch.no_grad():
            inputs = self._measure.of_samples(x)
            labels = self._measure.of_classes(y, len(self.permutation), inputs.dtype)
            fixed = torch.stack([inputs, labels])
            combined = inputs.new_tensor([[1.0, 0.0, 1.0], [0.0, 1.0, -self.lambda_]])
        figures = {}
        for name, block in self.blocks().items():
            x = x.detach()
            for layer in block:
                x = layer(x)
            figures[name] = self._measure.between(x, fixed) @ combined
        return x, figures

    def blocks(self) -> dict[str, list[nn.Module]]:
        """Return the layers that are trained together, by the name of the one with weights.

        Raises:
            RuntimeError: The model is not built.
        """
        found: dict[str, list[nn.Module]] = {}
        first: list[nn.Module] = []  # what stands before all weights belongs to the first block
        for place in self._places():
            if place.has_kernel:
                found[place.name] = [] if found else first
            next(reversed(found.values()), first).append(place.layer)  # type: ignore[arg-type]  # a stack has modules alone
        return found

    def format(self) -> Sequential:
        """Freeze the layers and return a network that reads them by one more, to be trained.

        The new network has the same layers and a `Dense` with softmax after them. It is compiled
        with SGD and cross-entropy; ``fit`` trains the new layer alone. Set ``trainable = True`` to
        train the layers again.

        Raises:
            RuntimeError: The model is not built.
        """
        shape, classes = self.input_shape, len(self.permutation)
        self.trainable = False
        reader = Dense(classes, activation="softmax", name="read_out")
        formatted = Sequential([*self.layers, reader], shape, self.seed)
        formatted.compile(
            SGD(learning_rate=0.1),
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
        )
        return formatted

    def get_config(self) -> dict[str, Any]:
        """Return what `glow.models.model_from_config` needs to build the model, without weights."""
        return {**super().get_config(), **{name: getattr(self, name) for name in _SETTINGS}}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Build a model from what `get_config` returned."""
        return cls(
            [from_config(layer) for layer in config["layers"]],
            config["input_shape"],
            config["seed"],
            config["name"],
            **{name: config[name] for name in _SETTINGS},
        )

    def _meters(self) -> Meters:
        compiled = self._compiled
        own = [
            Metric(f"{block}_{figure}", partial(self._figure, row, column))
            for row, block in enumerate(self.blocks())
            for column, figure in enumerate(_FIGURES)
        ]
        return Meters([*compiled.metrics, *own], self.runs, self.device, compiled.weighted)

    def _figure(self, row: int, column: int, _output: Tensor, _target: Tensor) -> Tensor:
        """What the last batch gave; the meters ask right after it."""
        return self._figures[row, column]


def _check_classes(owner: str, y: Tensor) -> None:
    if bool((y == y[0]).all()):
        raise ValueError(
            f"{owner}: nHSIC(Z, Y) needs at least two classes in every batch, got {len(y)} samples "
            f"of class {int(y[0])}. Choose a batch_size that leaves no few samples over, and "
            "shuffle."
        )


def _bandwidths(owner: str, sigma: float | Sequence[float] | None) -> tuple[float, ...] | None:
    if sigma is None:
        return None
    given = tuple(sigma) if isinstance(sigma, Sequence) else (sigma,)
    if not given or any(number(owner, "sigma", each, 0) == 0 for each in given):
        raise ValueError(
            f"{owner}: sigma must be positive, several positive numbers or None, got {sigma!r}. "
            "Choose e.g. sigma=5.0."
        )
    return tuple(map(float, given))
