"""What is kept of one estimator on one recording when the kernel is gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glow_widgets._curves import coarse_to_fine, is_number, with_value
from glow_widgets._small import coarse, few_nodes

if TYPE_CHECKING:
    import xarray as xr

    from glow_widgets._offered import Offered

    Settings = Mapping[str, Any]

VERDICTS = ("xt_verdict", "ty_verdict")


class Keepable:
    """Curves with few nodes, the verdicts on them as far as they are known, and an exact plane.

    Args:
        offered: The estimator on a recording.

    Attributes:
        judging: Seconds that were spent on verdicts along the curves.
    """

    def __init__(self, offered: Offered) -> None:
        self._offered = offered
        self._exact: tuple[dict[str, Any], xr.Dataset] | None = None
        self._verdicts: dict[tuple[Any, ...], xr.Dataset] = {}
        self._few: dict[str | None, tuple[int, xr.Dataset]] = {}
        self._known: dict[tuple[Any, ...], dict[str, Any] | None] = {}
        self.judging = 0.0

    @property
    def epochs(self) -> list[int]:
        """The epochs that are kept, if there is room."""
        return coarse(self._offered.epochs)

    def note_exact(self, settings: Settings, plane: xr.Dataset) -> None:
        """Remember the exact plane that was estimated last; it belongs to what is saved."""
        self._exact = (dict(settings), plane)

    def note_verdicts(self, settings: Settings, plane: xr.Dataset) -> bool:
        """Remember what the estimator said of its plane at some settings; False if nothing."""
        said = all(name in plane for name in VERDICTS)
        if said:
            self._verdicts[_key(settings)] = plane[list(VERDICTS)]
        return said

    def note_known(self, settings: Settings, answers: dict[str, Any] | None) -> None:
        """Remember the known answers at some settings, as sent; None if there can be none."""
        self._known[_key(settings)] = answers

    def asked_known(self, settings: Settings) -> bool:
        """Whether known answers were asked for at some settings."""
        return _key(settings) in self._known

    def known(self, settings: Settings) -> dict[str, Any] | None:
        """The known answers at some settings, as sent; None if there are none."""
        return self._known.get(_key(settings))

    def unjudged(self) -> dict[str, Any] | None:
        """Settings on a kept curve whose verdicts are not known: spread ones first, then between.

        None once there are no more.
        """
        own = self._offered.own
        wanted = [own, *({**own, **node} for curve in self._curves() for node in _nodes(curve))]
        return next((each for each in wanted if _key(each) not in self._verdicts), None)

    def planes(self, settings: Settings | None = None) -> list[xr.Dataset]:
        """The curves to keep, with verdicts where those are known.

        Args:
            settings: Where the sliders stand, if this is what is shown: the exact plane there takes
                its place on the curve of the one slider that is away from its own value.
        """
        planes = self._curves()
        known, exact = self._exact or ({}, None)
        own = self._offered.own
        away = [] if settings is None else [n for n in own if settings.get(n) != own[n]]
        if settings is not None and exact is not None and known == settings and len(away) == 1:
            planes = [with_value(plane, away[0], settings[away[0]], exact) for plane in planes]
        return [self._judged(plane) for plane in planes]

    def nearest(self, settings: Settings) -> xr.Dataset:
        """What is known nearest to ``settings``, at the epochs that are known; once ready."""
        offered = self._offered
        plane = offered.kept(settings)
        if plane is None and self._exact and self._exact[0] == settings:
            plane = self._exact[1]
        if plane is None:
            plane = offered.published()[0]
            for name in (slider.name for slider in offered.sliders if slider.name in plane.dims):
                values = plane[name].values
                choices = (settings.get(name), offered.own[name], values[len(values) // 2])
                plane = plane.sel({name: next(filter(is_number, choices))}, method="nearest")
        plane = self._with_verdicts(plane, [settings])
        known = plane.dropna("epoch", how="all", subset=["xt", "ty"])
        return known.assign_attrs(label=offered.label, recording=offered.name)

    def _curves(self) -> list[xr.Dataset]:
        """The published curves with few nodes, chosen anew only when more epochs are known."""
        found = []
        for curve in self._offered.published():
            name, known = _slider(curve), int(curve.xt.notnull().sum())
            if self._few.get(name, (-1, curve))[0] != known:
                self._few[name] = known, few_nodes(curve)
            found.append(self._few[name][1])
        return found

    def _judged(self, plane: xr.Dataset) -> xr.Dataset:
        """A curve or plane with the verdicts that are known along it."""
        own, name = self._offered.own, _slider(plane)
        if name is None:
            return self._with_verdicts(plane, [own])
        values = plane[name].values.tolist()
        return self._with_verdicts(plane, [{**own, name: value} for value in values], name)

    def _with_verdicts(
        self, plane: xr.Dataset, every: list[dict[str, Any]] | list[Settings], name: str = ""
    ) -> xr.Dataset:
        """Adds verdicts at one setting after the other; what was not judged has an empty one."""
        import xarray as xr

        found = [self._verdicts.get(_key(settings)) for settings in every]
        like = next((each for each in found if each is not None), None)
        if like is None:
            return plane
        like = like.reindex(epoch=plane.epoch, fill_value="")
        parts = [
            xr.full_like(like, "")
            if each is None
            else each.reindex(epoch=plane.epoch, fill_value="")
            for each in found
        ]
        words = xr.concat(parts, plane[name]) if name else parts[0]
        return plane.assign({v: words[v].astype(str) for v in VERDICTS})


def _nodes(curve: xr.Dataset) -> list[dict[str, Any]]:
    """The slider's values on a curve, spread ones first."""
    name = _slider(curve)
    if name is None:
        return []
    values = curve[name].values.tolist()
    return [{name: values[i]} for level in coarse_to_fine(range(len(values))) for i in level]


def _slider(curve: xr.Dataset) -> str | None:
    return next((str(dim) for dim in curve.dims if dim not in ("run", "epoch", "layer")), None)


def _key(settings: Settings) -> tuple[Any, ...]:
    return tuple(sorted(settings.items()))
