"""A name finds its estimator: classes enter here when they are defined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glow._errors import closest

if TYPE_CHECKING:
    from ._base import Estimator

_CLASSES: dict[str, type[Estimator]] = {}


def register(cls: type[Estimator]) -> None:
    """Enters a class under its ``name``; running its definition again replaces it.

    Raises:
        ValueError: If another class has the name.
    """
    present = _CLASSES.get(cls.name)
    if present is not None and _path(present) != _path(cls):
        raise ValueError(
            f"{cls.__name__}: the estimator name {cls.name!r} belongs to {_path(present)}. "
            "Choose another name."
        )
    _CLASSES[cls.name] = cls


def names() -> tuple[str, ...]:
    """The names that `get` understands, in alphabetical order."""
    return tuple(sorted(_CLASSES))


def get(name: str, **settings: Any) -> Estimator:  # noqa: ANN401 - each estimator has its own settings
    """Builds an estimator from its name.

    Args:
        name: A registered name, such as ``"binned"`` or ``"kde"``.
        **settings: The estimator's settings; its ``settings`` property gives those that build it.

    Raises:
        ValueError: If the name is unknown; the closest name is suggested.
        TypeError: If a setting is unknown or of the wrong kind.
    """
    if name not in _CLASSES:
        raise ValueError(f"No estimator is called {name!r}. {closest(name, _CLASSES)}")
    return _CLASSES[name](**settings)


def _path(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"
