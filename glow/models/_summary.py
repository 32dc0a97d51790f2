"""The table that ``summary`` prints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple

from torch import Tensor, nn

from glow.dynamics._taps import find_taps
from glow.layers._meta import is_unbuilt
from glow.models._building import kind_of, leaf_shapes, show
from glow.models._modes import evaluating

if TYPE_CHECKING:
    from glow.models._network import Network


class Row(NamedTuple):
    """One layer of a model.

    Attributes:
        label: Its name and class.
        output: The shape of its output.
        parameters: How many numbers its weights hold.
        recorded: Whether a recording sees it.
        sources: What it takes, if not the layer before.
    """

    label: str
    output: str
    parameters: str
    recorded: str
    sources: str = ""


_HEAD = Row("Layer", "Output shape", "Parameters", "Recorded", "Connected to")


def summary(model: Network) -> str:
    """Return a table with a row per layer, and how many weights there are.

    Raises:
        RuntimeError: The shapes are not known yet.
    """
    rows = _of_places(model) if hasattr(model, "_places") else _of_calls(model)
    columns = len(_HEAD) if any(row.sources for row in rows) else len(_HEAD) - 1
    table = [row[:columns] for row in (_HEAD, *rows)]
    widths = [max(len(row[column]) for row in table) for column in range(columns)]
    lines = [_line(row, widths) for row in table]
    lines.insert(1, "-" * (sum(widths) + 2 * (columns - 1)))
    total = _size(model)
    frozen = sum(p.numel() for p in model.parameters() if not p.requires_grad)
    trained = f" ({total - frozen:,} trainable, {frozen:,} frozen)" if frozen else ""
    return "\n".join([f"Model {model.name!r}", *lines, f"Total: {total:,} parameters{trained}"])


def _of_places(model: Any) -> list[Row]:  # noqa: ANN401 - a Layered, which imports this
    recorded, rows, seen = model.recorded_layers(), [], set[int]()
    before = ""
    for place in model._places():
        again, layer = id(place.layer) in seen, place.layer
        seen.add(id(layer))
        size = 0 if again or not isinstance(layer, nn.Module) else _size(layer)
        chained = list(place.sources) in ([before], [""])
        rows.append(
            Row(
                f"{place.name} ({kind_of(layer)})",
                ", ".join(map(show, _shapes(place.returned))),
                f"{size:,}",
                "yes" if place.name in recorded else "",
                "" if chained else ", ".join(place.sources),
            )
        )
        before = place.name
    return rows


def _of_calls(model: Network) -> list[Row]:
    """Run a model of any form on the meta device and watch its parts."""
    if model._example is None or is_unbuilt(model):
        raise RuntimeError(
            f"{model.name}: the shapes are not known yet, expected a model that has seen data. "
            "Call build with the shape of one sample, or fit."
        )
    import copy

    twin = copy.deepcopy(model).to("meta")
    found: dict[str, str] = {}
    with ExitStack() as hooks, evaluating(twin):
        for path, part in _parts(twin).items():
            hook = part.register_forward_hook(_noting(path, found))
            hooks.callback(hook.remove)
        taps = find_taps(twin, model._example, None) if isinstance(model._example, Tensor) else ()
        if not taps:
            twin(model._example)
    recorded = {tap.name for tap in taps}
    return [
        Row(
            f"{path} ({kind_of(part)})",
            found.get(path, "not called"),
            f"{_size(part):,}",
            "yes" if any(f"{name}.".startswith(f"{path}.") for name in recorded) else "",
        )
        for path, part in _parts(model).items()
    ]


def _parts(model: nn.Module) -> dict[str, nn.Module]:
    """The parts of a model, or of the only module that it wraps."""
    parts = dict(model.named_children())
    if len(parts) == 1:
        ((path, only),) = parts.items()
        inner = {f"{path}.{name}": part for name, part in only.named_children()}
        return inner or parts
    return parts


def _noting(path: str, found: dict[str, str]) -> Callable[..., None]:
    def note(_module: nn.Module, _args: object, output: object) -> None:
        found[path] = ", ".join(map(show, leaf_shapes(output)))

    return note


def _shapes(returned: Any) -> list[tuple[int, ...]]:  # noqa: ANN401 - a shape, or a list or dict of them
    if isinstance(returned, tuple) and all(isinstance(size, int) for size in returned):
        return [returned]
    parts = returned.values() if isinstance(returned, dict) else returned
    return [shape for part in parts for shape in _shapes(part)]


def _size(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
    return "  ".join(cells).rstrip()
