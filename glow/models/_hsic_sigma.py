"""Several HSIC networks of different bandwidths, read together by one trained layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import torch
from torch import Tensor, nn

from glow.layers import BatchNormalization, Dense, from_config, to_config
from glow.layers._config import builtin
from glow.models._building import Shape, show
from glow.models._hsic import HSICSequential
from glow.models._model import Model

if TYPE_CHECKING:
    from glow.models._feed import Batch


@builtin
class HSICSigma(Model):
    """The mean of several HSIC networks' last layers, read by one layer that is trained by a loss.

    A Gaussian kernel sees dependence at the scale of its sigma; networks of different sigma see
    more together (Ma, Lewis and Kleijn 2020). The mean of their last layers' outputs
    is normalised over the batch and read by a `Dense` with softmax. One ``fit`` trains everything:
    the networks' layers on their own objectives, the reading layer on the loss. No gradient crosses
    from one to another. Networks that were trained before and have ``trainable = False`` stay as
    they are, and only the reading layer is trained.

    Args:
        networks: `HSICSequential` models of the same input and last layer, built.
        seed: Fixes the reading layer's weights, validation split, order of the batches and dropout.
        name: A name for messages.

    Raises:
        TypeError: Something else than such networks.
        ValueError: None of them, or networks that differ in input, last layer or classes.

    Example:
        >>> def build(sigma):
        ...     layers = [Dense(64), BatchNormalization(), Activation("relu"), Dense(10)]
        ...     return HSICSequential(layers, input_shape=(64,), sigma=sigma, seed=0)
        >>> model = HSICSigma([build(sigma) for sigma in (1.0, 5.0, 10.0)], seed=0)
        >>> model.compile("sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    """

    def __init__(
        self,
        networks: Sequence[HSICSequential],
        seed: int | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(seed=seed, name=name)
        shape, classes = _agreed(networks)
        self.networks = nn.ModuleList(networks)
        self.normalisation = BatchNormalization()
        self.read_out = Dense(classes, activation="softmax")
        self.build(shape)

    def forward(self, x: Tensor) -> Tensor:
        """Return the probabilities of the classes, (N, classes)."""
        return self._read([network.representation(x) for network in self._each()])

    def train_step(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Make one step of every network's layers and of the reading layer.

        Args:
            batch: (x, y) without weights.

        Returns:
            The output, (n, classes), and the mean loss of the reading layer, ().

        Raises:
            ValueError: Samples have weights.
        """
        if len(batch) > 2:
            raise ValueError(
                f"{self.name}: nHSIC counts all samples alike, expected no weights of samples or "
                "classes, got some. Leave out sample_weight and class_weight."
            )
        x, y = batch
        representations, objectives = [], []
        for network in self._each():
            representation, objective = _followed(network, x, y)
            representations.append(representation)
            objectives.append(objective)
        output = self._read(representations)
        loss = self.loss(output, y)
        self.optimizer.zero_grad()
        (loss + torch.stack(objectives).sum()).backward()  # type: ignore[no-untyped-call]
        self.apply_gradients()
        return output.detach(), loss.detach()

    def get_config(self) -> dict[str, Any]:
        """Return what `glow.models.model_from_config` needs to build the model, without weights.

        Raises:
            TypeError: A layer cannot be written as JSON.
        """
        return {
            "class_name": type(self).__name__,
            "name": self._given_name,
            "seed": self.seed,
            "networks": [to_config(network) for network in self._each()],
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Build a model from what `get_config` returned."""
        networks: Any = [from_config(network) for network in config["networks"]]
        return cls(networks, config["seed"], config["name"])

    def _each(self) -> Sequence[HSICSequential]:
        return self.networks  # type: ignore[return-value]  # the constructor takes no others

    def _read(self, representations: Sequence[Tensor]) -> Tensor:
        mean = torch.stack([each.detach() for each in representations]).mean(0)
        probabilities: Tensor = self.read_out(self.normalisation(mean))
        return probabilities

    def _output_activation(self) -> str:
        return "softmax"


def _followed(network: HSICSequential, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Return a network's last layer and the sum of its objectives, which is 0 if it is frozen."""
    if not network.trainable:
        return network.representation(x), x.new_zeros(())
    representation, figures = network.objectives(x, y)
    return representation, torch.stack([*figures.values()])[:, -1].sum()


def _agreed(networks: Sequence[HSICSequential]) -> tuple[Shape, int]:
    """Return the shape of a sample and the number of classes that all networks have."""
    if not isinstance(networks, list | tuple) or not all(
        isinstance(network, HSICSequential) for network in networks
    ):
        raise TypeError(
            f"HSICSigma: networks must be a list of HSICSequential, got {networks!r}. Write e.g. "
            "HSICSigma([build(sigma) for sigma in (1.0, 5.0, 10.0)])."
        )
    known = {(n.input_shape, n.output_shape, len(n.permutation)) for n in networks}
    if len(known) != 1:
        given = ", ".join(
            f"{show(i)} to {show(o)} of {classes} classes" for i, o, classes in sorted(known)
        )
        raise ValueError(
            "HSICSigma: all networks must have the same input, last layer and classes, expected "
            f"at least one network, got {given or 'none'}. Build them alike but for sigma."
        )
    ((shape, _, classes),) = known
    return shape, classes
