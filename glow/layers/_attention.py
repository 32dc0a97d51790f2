"""Attention."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional
from torch.nn.modules.lazy import LazyModuleMixin

from glow._arguments import integer, number
from glow.layers._base import Layer
from glow.layers._config import builtin
from glow.layers._dense import Dense
from glow.layers._kernel import InitializerLike

__all__ = ["MultiHeadAttention"]


@builtin
class MultiHeadAttention(Layer, LazyModuleMixin, nn.Module):
    """Scaled dot-product attention of several heads (Vaswani et al. 2017).

    With one argument it is self-attention, so it can stand in a `Sequential`. The output is as wide
    as the query. There are no attention scores to return: torch's fused kernel does not make them.

    Args:
        num_heads: How many heads.
        key_dim: Width of a head's query and key.
        value_dim: Width of a head's value; key_dim if None.
        dropout: Share of the attention weights set to zero while training.
        use_bias: Whether the projections have biases.
        kernel_initializer: Fills the four projections, each as one matrix of all heads.
        bias_initializer: Fills their biases.
        name: Name within a model, without dots.

    Shape:
        query (N, steps, width), value and key (N, other steps, any width); returns the query's.

    Raises:
        ValueError: A size is not positive, dropout is outside [0, 1) or a name is unknown.
    """

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        kernel_initializer: InitializerLike = "glorot_uniform",
        bias_initializer: InitializerLike = "zeros",
        name: str | None = None,
    ) -> None:
        super().__init__()
        owner = type(self).__name__
        self.num_heads = integer(owner, "num_heads", num_heads, low=1)
        self.key_dim = integer(owner, "key_dim", key_dim, low=1)
        value_dim = key_dim if value_dim is None else value_dim
        self.value_dim = integer(owner, "value_dim", value_dim, low=1)
        self.dropout = number(owner, "dropout", dropout, 0, 1, open=True)

        def project(units: int) -> Dense:
            return Dense(units, None, use_bias, kernel_initializer, bias_initializer)

        self.query, self.key = project(num_heads * key_dim), project(num_heads * key_dim)
        self.value, self.output = project(num_heads * self.value_dim), project(1)
        self.use_bias = use_bias
        self.kernel_initializer = self.query.kernel_initializer
        self.bias_initializer = self.query.bias_initializer
        self.name = name

    def initialize_parameters(self, query: Tensor, *_others: object, **_more: object) -> None:
        """Let the output be as wide as the query."""
        if query.ndim != 3:
            raise ValueError(
                "MultiHeadAttention: expected queries (N, steps, width), got "
                f"{('N', *query.shape[1:])}. Reshape them."
            )
        self.output.out_features = query.shape[-1]

    def forward(
        self,
        query: Tensor,
        value: Tensor | None = None,
        key: Tensor | None = None,
        attention_mask: Tensor | None = None,
        use_causal_mask: bool = False,
    ) -> Tensor:
        """Attend.

        Args:
            query: (N, steps, width).
            value: (N, other steps, any width); the query if None.
            key: Likewise; the value if None.
            attention_mask: Booleans (N, steps, other steps), True where a step may look.
            use_causal_mask: Whether a step may look at itself and those before it alone.
        """
        value = query if value is None else value
        key = value if key is None else key
        mask = None if attention_mask is None else attention_mask[:, None].bool()
        if use_causal_mask and mask is not None:
            mask, use_causal_mask = mask.tril(), False
        heads = functional.scaled_dot_product_attention(
            self._split(self.query(query)),
            self._split(self.key(key)),
            self._split(self.value(value)),
            attn_mask=mask,
            dropout_p=self.dropout if self.training else 0.0,
            is_causal=use_causal_mask,
        )
        attended: Tensor = self.output(heads.transpose(1, 2).flatten(2))
        return attended

    def _split(self, x: Tensor) -> Tensor:
        """From (N, steps, heads * width) to (N, heads, steps, width)."""
        return x.reshape(*x.shape[:-1], self.num_heads, -1).transpose(1, 2)
