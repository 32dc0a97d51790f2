"""Cells measured once and kept, until the code that they measure changes."""

from __future__ import annotations

import ast
import hashlib
import json
import math
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from accuracy_cells import Cell, Recommended

from glow.estimators import Estimator

CACHE = Path(__file__).parent / ".cache"
WARM = 64  # samples: enough to compile every kernel


@dataclass(frozen=True)
class Outcome:
    """What was found in one cell; bits and seconds of processor time.

    Attributes:
        truth: The true mutual information.
        estimates: One estimate for each sample; empty if the estimator refused the problem.
        verdicts: Its verdict for each sample.
        seconds: The median time of one `Estimator.measure`, its diagnostics included.
        refusal: Why the estimator refused, else empty.
    """

    truth: float
    estimates: tuple[float, ...]
    verdicts: tuple[str, ...]
    seconds: float
    refusal: str = ""

    @property
    def bias(self) -> float:
        return float(np.mean(self.estimates)) - self.truth

    @property
    def sd(self) -> float:
        return float(np.std(self.estimates, ddof=1))

    @property
    def error(self) -> float:
        """The standard error of the bias."""
        return self.sd / math.sqrt(len(self.estimates))

    @property
    def reliable(self) -> float:
        """The share of samples that the estimator itself calls reliable."""
        return self.verdicts.count("reliable") / len(self.verdicts)

    @property
    def fails(self) -> bool:
        """Whether it is off by more than a fifth of the truth and a tenth of a bit."""
        return abs(self.bias) > max(0.2 * self.truth, 0.1)

    @property
    def hides_it(self) -> bool:
        """Whether it fails and mostly calls itself reliable."""
        return self.fails and self.reliable > 0.5


def known(cell: Cell, folder: Path = CACHE) -> Outcome | None:
    """What was found in a cell before, None if it was never measured by this code."""
    path = folder / f"{key(cell)}.json"
    if not path.exists():
        return None
    kept = json.loads(path.read_text())["outcome"]
    return Outcome(**{**kept, **{n: tuple(kept[n]) for n in ("estimates", "verdicts")}})


def measured(cell: Cell, folder: Path = CACHE) -> Outcome:
    """Measures a cell, or reads what was found before."""
    outcome = known(cell, folder)
    if outcome is None:
        outcome = _measure(cell)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{key(cell)}.json"
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps({"cell": describe(cell), "outcome": asdict(outcome)}))
        draft.replace(path)  # a stopped run leaves no half of a file
    return outcome


def key(cell: Cell) -> str:
    """Names a cell and the code behind it."""
    text = json.dumps(describe(cell), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def describe(cell: Cell) -> dict[str, object]:
    """All that its outcome depends on."""
    return {
        "estimator": repr(cell.subject),
        "sampler": repr(cell.sampler),
        "size": cell.size,
        "samples": cell.samples,
        "code": version_of(type(cell.subject)),
    }


@cache
def version_of(cls: type[Estimator] | type[Recommended]) -> str:
    """A digest of the module of an estimator and of all that it imports of the library."""
    start = "glow.estimators" if cls is Recommended else cls.__module__
    digest = hashlib.sha256()
    for path in sorted(_sources(start) | _sources("glow.datasets")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _sources(start: str) -> set[Path]:
    found: dict[str, Path] = {}
    waiting = [start]
    while waiting:
        name = waiting.pop()
        spec = find_spec(name) if name.startswith("glow") and name not in found else None
        if spec is not None and spec.origin is not None:
            found[name] = Path(spec.origin)
            waiting += _imports(name, found[name])
    return set(found.values())


def _imports(name: str, path: Path) -> Iterator[str]:
    """The modules that one imports, relative names resolved, wherever in the file it does."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield f"{package}.{node.module}" if node.level else node.module


def _measure(cell: Cell) -> Outcome:
    truth = cell.sampler.mutual_information
    estimates, verdicts, seconds = [], [], []
    with suppress(ValueError):  # as few as these may be refused where the cell's own are not
        cell.subject.measure(*cell.sampler.sample(WARM))  # compiles what is compiled
    try:
        for seed in range(cell.samples):
            x, y = cell.sampler.sample(cell.size, seed)
            begin = time.process_time()
            found = cell.subject.measure(x, y)
            seconds.append(time.process_time() - begin)
            estimates.append(found.value)
            verdicts.append(found.verdict)
    except ValueError as refusal:
        return Outcome(truth, (), (), 0.0, str(refusal))
    return Outcome(truth, tuple(estimates), tuple(verdicts), float(np.median(seconds)))
