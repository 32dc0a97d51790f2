"""Values in lists, tuples and dicts: several inputs, several outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

Path: TypeAlias = tuple[int | str, ...]


def mapped(function: Callable[[Any], Any], tree: Any) -> Any:  # noqa: ANN401 - any structure
    """Return the tree with ``function`` applied to every leaf; tuples become tuples again."""
    if isinstance(tree, list | tuple):
        parts = [mapped(function, part) for part in tree]
        return parts if isinstance(tree, list) else tuple(parts)
    if isinstance(tree, Mapping):
        return {key: mapped(function, part) for key, part in tree.items()}
    return function(tree)


def leaves(tree: Any) -> list[Any]:  # noqa: ANN401 - likewise
    """Return the leaves in order."""
    return [leaf for _, leaf in paths(tree)]


def paths(tree: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:  # noqa: ANN401 - likewise
    """Yield where each leaf is, as the keys that lead to it, and the leaf."""
    if isinstance(tree, list | tuple):
        for index, part in enumerate(tree):
            yield from paths(part, (*path, index))
    elif isinstance(tree, Mapping):
        for key, part in tree.items():
            yield from paths(part, (*path, key))
    else:
        yield path, tree


def at(tree: Any, path: Path) -> Any:  # noqa: ANN401 - likewise
    """Return the leaf at a path."""
    for key in path:
        tree = tree[key]
    return tree
