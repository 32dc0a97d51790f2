"""Vectors for whole numbers."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedParameter

from glow import initializers
from glow._arguments import integer
from glow.layers._base import Layer, is_shaped
from glow.layers._config import builtin
from glow.layers._kernel import InitializerLike

__all__ = ["Embedding"]


@builtin
class Embedding(Layer, LazyModuleMixin, nn.Embedding):
    """A vector for each of several whole numbers, such as the words of a vocabulary.

    There is no ``mask_zero``: later layers see padding as they see everything else.

    Args:
        input_dim: How many numbers there are: 0 to input_dim - 1.
        output_dim: Width of the vectors.
        embeddings_initializer: Fills the vectors; a name or a callable (`glow.initializers`).
        name: Name within a model, without dots.

    Shape:
        (N, ...) whole numbers to (N, ..., output_dim).

    Raises:
        ValueError: A size is not positive, or a name is unknown.
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: InitializerLike = "uniform",
        name: str | None = None,
    ) -> None:
        super().__init__(
            integer("Embedding", "input_dim", input_dim, low=1),
            integer("Embedding", "output_dim", output_dim, low=1),
            device="meta",
        )
        self.weight = UninitializedParameter()  # made when the model is, from its seed
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.name = name

    @property
    def input_dim(self) -> int:
        """How many numbers have a vector."""
        return self.num_embeddings

    @property
    def output_dim(self) -> int:
        """Width of the vectors."""
        return self.embedding_dim

    def initialize_parameters(self, x: Tensor) -> None:
        """Give the vectors their memory; their shape was known before."""
        if isinstance(self.weight, UninitializedParameter):
            self.weight.materialize((self.input_dim, self.output_dim))
            self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the vectors anew, if they have memory."""
        if is_shaped(self):
            self.embeddings_initializer(self.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Look the vectors up.

        Raises:
            ValueError: A number is not whole, or has no vector.
        """
        whole = x.long()
        if x.is_floating_point() and not x.is_meta and bool((whole != x).any()):
            raise ValueError(
                f"Embedding: expected whole numbers, got fractions in {x.dtype}. Give class or word"
                " numbers as integers."
            )
        try:
            return super().forward(whole)
        except IndexError as error:
            low, high = int(whole.min()), int(whole.max())
            raise ValueError(
                f"Embedding: expected numbers from 0 to {self.input_dim - 1}, got {low} to {high}. "
                f"Number the words from 0, or give input_dim={high + 1}."
            ) from error
