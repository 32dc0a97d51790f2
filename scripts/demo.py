"""The main job, end to end: train, record, estimate under several settings, show what they did.

Trains 8 tanh and 8 ReLU networks (12-10-7-5-4-3-2) on the 12-bit problem of Shwartz-Ziv and Tishby,
the 8 seeds of one kind at once, and writes into ``demo/``: the two recordings, a picture (PNG and
SVG) and one page whose drop-down and slider move the plane with no kernel and no network. Run it by
``make demo``.
"""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from glow import __version__
from glow.datasets import szt
from glow.dynamics import Recording, RecordingError, compression, phases, plane, plot, sweep
from glow.estimators import EDGE, KDE, Binned, Estimator

if TYPE_CHECKING:
    import numpy.typing as npt
    import xarray as xr

    from glow.callbacks import Callback
    from glow.models import Sequential

    Array = npt.NDArray[np.generic]

KINDS = {"tanh": "tanh", "ReLU": "relu"}
SETTINGS: dict[str, Estimator] = {
    "30 edges on [-1, 1]": Binned(edges=np.linspace(-1, 1, 30)),
    "30 bins, global range": Binned(bins=30, range="global"),
    "width 0.07": Binned(width=0.07),
    "EDGE, gamma 1": EDGE(gamma=1.0),
    "KDE, variance 0.001": KDE(variance=1e-3),
}
# Where a point costs several or many binned ones, the table reads fewer snapshots of all runs ...
TABLE_SNAPSHOTS = {"edge": 30, "kde": 24}
# ... and the slider, which keeps a curve of 25 or 151 values, one run and every second or third.
SLIDER_RUNS = {"edge": [0], "kde": [0]}
SLIDER_SNAPSHOTS = 40
SLIDER_STEP = {"edge": 2, "kde": 3}


def build(activation: str, seed: int) -> Sequential:
    """Return one untrained network with the published weights: std 1/sqrt(fan-in), cut at 2 std."""
    from glow.initializers import TruncatedNormal
    from glow.layers import Dense
    from glow.models import Sequential

    weights = TruncatedNormal(stddev="fan_in")
    hidden = [
        Dense(units, activation=activation, kernel_initializer=weights)
        for units in (10, 7, 5, 4, 3)
    ]
    output = Dense(2, kernel_initializer=weights, name="output")
    return Sequential([*hidden, output], input_shape=(12,), seed=seed)


def in_fixed_order(x: Array, y: Array) -> tuple[Array, Array]:
    """Return the samples in one random order, which all epochs keep, as in the published runs.

    In their own order, the patterns of a batch would be alike: neighbours share their first bits.
    """
    order = np.random.default_rng(0).permutation(len(x))
    return x[order], y[order]


def stop_after(seconds: float) -> Callback:
    """Return a callback that ends training at the first epoch past a time limit."""
    from glow.callbacks import LambdaCallback

    limit = time.monotonic() + seconds

    def check(epoch: int, logs: dict[str, float]) -> None:
        if time.monotonic() > limit:
            callback.model.stop_training = True

    callback = LambdaCallback(on_epoch_end=check)
    return callback


def train(kind: str, folder: Path, runs: int, epochs: int, seconds: float) -> None:
    """Train and record ``runs`` networks of one kind as one batched model, in this process."""
    import torch

    from glow.callbacks import Record
    from glow.models import Ensemble
    from glow.optimizers import Adam

    torch.set_num_threads(1)  # two kinds at once, on two cores
    x, y = in_fixed_order(*szt.patterns())
    model = Ensemble(lambda seed: build(KINDS[kind], seed), n=runs)
    model.compile(optimizer=Adam(learning_rate=4e-4), loss="cross_entropy", metrics=["accuracy"])
    model.fit(
        x,
        y,
        batch_size=512,
        epochs=epochs,
        validation_split=0.2,
        shuffle=False,
        verbose=0,
        display=None,
        callbacks=[Record(path=folder), stop_after(seconds)],
    )


class Watch:
    """How far a training in another process is, read from the recording it is writing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._recording: Recording | None = None

    def epoch(self) -> int:
        """Return the last epoch that is safely on disk; 0 before there is any."""
        try:
            if self._recording is None:
                self._recording = Recording.open(self._folder)
            self._recording.refresh()
        except RecordingError:  # not begun yet
            return 0
        return self._recording.epochs[-1]


def train_all(folders: dict[str, Path], runs: int, epochs: int, seconds: float) -> None:
    """Train every kind in a process of its own, and say how far each is."""
    context = multiprocessing.get_context("spawn")
    workers = {
        kind: context.Process(target=train, args=(kind, folder, runs, epochs, seconds))
        for kind, folder in folders.items()
    }
    for worker in workers.values():
        worker.start()
    watches = {kind: Watch(folder) for kind, folder in folders.items()}
    while any(worker.is_alive() for worker in workers.values()):
        time.sleep(2 if sys.stdout.isatty() else 10)
        reached = (f"{kind} epoch {watch.epoch()}" for kind, watch in watches.items())
        say(f"  {', '.join(reached)} of {epochs}", again=True)
    print()
    if failed := [kind for kind, worker in workers.items() if worker.exitcode]:
        raise SystemExit(f"Training {', '.join(failed)} failed: see the message above.")


def thinned(recording: Recording, count: int) -> list[int]:
    """Return ``count`` recorded epochs, evenly over the (log-spaced) snapshots, both ends kept."""
    places = np.linspace(0, len(recording.epochs) - 1, min(count, len(recording.epochs)))
    return [int(recording.epochs[i]) for i in np.unique(places.round().astype(int))]


def say(text: str, *, again: bool = False) -> None:
    """Print a line; ``again`` overwrites the line before it on a terminal."""
    terminal = sys.stdout.isatty()
    end = "" if again and terminal else "\n"
    start = "\r\x1b[K" if again and terminal else ""
    print(f"{start}{text}", end=end, flush=True)


def estimate(recordings: dict[str, Recording]) -> dict[str, dict[str, xr.Dataset]]:
    """Return the plane of every kind under every setting: all runs, dear ones on few snapshots."""
    planes: dict[str, dict[str, xr.Dataset]] = {}
    for kind, recording in recordings.items():
        planes[kind] = {}
        for setting, estimator in SETTINGS.items():
            few = TABLE_SNAPSHOTS.get(estimator.name)
            epochs = thinned(recording, few) if few else None
            report = progress(f"  {kind}, {setting}")
            planes[kind][setting] = plane(recording, estimator, epochs=epochs, progress=report)
    say("", again=True)
    return planes


def progress(text: str):  # noqa: ANN201 - a closure of the type that `plane` documents
    """Return a progress reporter that prints at most twice a second."""
    last = 0.0

    def report(done: int, total: int) -> None:
        nonlocal last
        if sys.stdout.isatty() and time.monotonic() - last > 0.5:
            last = time.monotonic()
            say(f"{text}: {done} of {total}", again=True)

    if not sys.stdout.isatty():
        say(text)
    return report


def sliders(recordings: dict[str, Recording]) -> dict[str, list[xr.Dataset]]:
    """Return the kept curve behind every slider of the page: each estimator's first slider."""
    kept: dict[str, list[xr.Dataset]] = {kind: [] for kind in recordings}
    for kind, recording in recordings.items():
        for estimator in (*Binned.variants(), EDGE(), KDE()):
            for parameter in estimator.sliders[:1]:  # none where the edges are given
                kept[kind].append(
                    sweep(
                        recording,
                        estimator,
                        epochs=thinned(recording, SLIDER_SNAPSHOTS)[
                            :: SLIDER_STEP.get(estimator.name, 1)
                        ],
                        runs=SLIDER_RUNS.get(estimator.name),
                        progress=progress(f"  {kind}, {estimator.label}"),
                        **{parameter.name: parameter.grid()},
                    )
                )
    say("", again=True)
    return kept


def table(planes: dict[str, dict[str, xr.Dataset]]) -> str:
    """Return the table of bits of I(X;T) lost from the peak to the end: mean and range."""
    lines = ["Bits of I(X;T) lost from the peak to the last epoch: mean over the runs [range]"]
    for kind, settings in planes.items():
        layers = [str(name) for name in next(iter(settings.values())).layer.values]
        lines += ["", f"{kind:<24}" + "".join(f"{name:>18}" for name in layers)]
        for setting, dataset in settings.items():
            lost = compression(dataset)
            cells = (
                f"{lost.sel(layer=name).mean():5.2f} [{lost.sel(layer=name).min():.1f}, "
                f"{lost.sel(layer=name).max():.1f}]"
                for name in layers
            )
            lines.append(f"  {setting:<22}" + "".join(f"{cell:>18}" for cell in cells))
    return "\n".join(lines)


def last_hidden(dataset: xr.Dataset) -> float:
    """Return the mean over runs of the bits that the last hidden layer loses."""
    return float(compression(dataset).isel(layer=-2).mean())


def reading(planes: dict[str, dict[str, xr.Dataset]]) -> str:
    """Return in words what the table says about the three claims that started the debate."""
    tanh = last_hidden(planes["tanh"]["30 edges on [-1, 1]"])
    true_range = last_hidden(planes["ReLU"]["30 bins, global range"])
    wrong_range = last_hidden(planes["ReLU"]["30 edges on [-1, 1]"])
    return "\n".join(
        (
            "Bits that the last hidden layer loses, mean over the runs:",
            f"  {tanh:5.2f}  tanh, 30 edges on [-1, 1]: it fits, then compresses",
            f"  {true_range:5.2f}  ReLU, 30 bins over the range it really has",
            f"  {wrong_range:5.2f}  those activations, 30 edges on [-1, 1]: made by the bins",
        )
    )


def picture(planes: dict[str, dict[str, xr.Dataset]], folder: Path) -> list[Path]:
    """Draw both kinds under the fixed and the true range, and save the picture as PNG and SVG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 10), layout="constrained")
    axes = figure.subplots(2, 2, sharex=True, sharey=True)
    for row, setting in zip(axes, ("30 edges on [-1, 1]", "30 bins, global range"), strict=True):
        for ax, kind in zip(row, planes, strict=True):
            plot(planes[kind][setting], ax=ax)
    paths = [folder / "planes.png", folder / "planes.svg"]
    for path in paths:
        figure.savefig(path, dpi=150)
    return paths


def arguments() -> argparse.Namespace:
    """Read the command line; the defaults are what ``make demo`` runs."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--runs", type=int, default=8, help="networks of each kind")
    parser.add_argument("--epochs", type=int, default=8000, help="epochs of each network")
    parser.add_argument("--seconds", type=float, default=150, help="at most this long in training")
    parser.add_argument("--folder", type=Path, default=Path("demo"), help="where results go")
    return parser.parse_args()


def main() -> None:
    """Train, estimate, print, write."""
    from glow_widgets.export import save_html

    options = arguments()
    start = time.monotonic()
    options.folder.mkdir(parents=True, exist_ok=True)
    folders = {kind: options.folder / "recordings" / kind for kind in KINDS}
    for folder in folders.values():
        shutil.rmtree(folder, ignore_errors=True)  # made by an earlier demo
    runs, epochs = options.runs, options.epochs

    print(f"PyGlow {__version__}: the information plane of 12-10-7-5-4-3-2 on the 12-bit problem\n")
    print(f"1. Training {runs} tanh and {runs} ReLU networks, {epochs} epochs, and recording them")
    train_all(folders, runs, epochs, options.seconds)
    recordings = {kind: Recording.open(folder) for kind, folder in folders.items()}
    for kind, recording in recordings.items():
        if (last := int(recording.epochs[-1])) < epochs:
            print(
                f"  LEFT OUT: {kind} stopped at epoch {last} of {epochs} to stay in the time limit"
            )

    print("2. Estimating the planes of the same recordings under five settings")
    print(
        f"   (every run; binned: every snapshot, EDGE: {TABLE_SNAPSHOTS['edge']}, "
        f"KDE: {TABLE_SNAPSHOTS['kde']} of them)"
    )
    planes = estimate(recordings)
    print(table(planes).lstrip("\n"), "\n", reading(planes), "\n", sep="\n")
    print(
        "Phases, tanh, 30 edges on [-1, 1]. A peak picked out of noise is too high, so the table\n"
        "above reads high; here each peak is picked on some runs and its loss read on the others:",
        "",
        phases(planes["tanh"]["30 edges on [-1, 1]"]),
        sep="\n",
    )

    print("\n3. Keeping the curves behind the sliders")
    print(
        f"   (binned: {SLIDER_SNAPSHOTS} snapshots, every run; EDGE and KDE: every second, third "
        "of these, one run)"
    )
    written = picture(planes, options.folder)
    page = options.folder / "planes.html"
    save_html(sliders(recordings), page, title="The 12-bit problem: does the network compress?")

    print(f"\nWritten in {time.monotonic() - start:.0f} s:")
    for path in (*written, page, options.folder / "recordings"):
        print(f"  {path}")
    print(f"\nOpen {page} in a browser, or type `make lab` for the first lesson in JupyterLab.")


if __name__ == "__main__":
    main()
