"""What importing the library costs over importing PyTorch: run by ``make bench``.

Each statement runs in fresh processes, in turn, so that a change of the machine's speed meets all
of them. Times are CPU seconds of the import statement alone.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

LIMIT = 0.1  # seconds over `import torch`
REPEATS = 9
REFERENCE = "import torch"
STATEMENTS = {
    "import glow": "import torch, glow",
    "and its core": "import torch, glow.models, glow.layers, glow.dynamics, glow.estimators",
}
TIMED = "import time; start = time.process_time(); {}; print(time.process_time() - start)"


def seconds(statement: str) -> float:
    """Return the CPU time of an import in a fresh process."""
    command = [sys.executable, "-c", TIMED.format(statement)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def measure() -> dict[str, list[float]]:
    """Return the seconds of every repeat, by statement."""
    taken: dict[str, list[float]] = {name: [] for name in (REFERENCE, *STATEMENTS)}
    seconds(REFERENCE)  # fills the disk cache
    for _ in range(REPEATS):
        taken[REFERENCE].append(seconds(REFERENCE))
        for name, statement in STATEMENTS.items():
            taken[name].append(seconds(statement))
    return taken


def main() -> None:
    """Print the difference of the fastest repeats, and of the medians.

    Importing does the same work each time, and a busy machine only adds to it: the fastest
    repeats are the nearest to that work.
    """
    print(
        f"CPU seconds over `{REFERENCE}`, fastest of {REPEATS}; limit for `import glow` {LIMIT} s"
    )
    taken = measure()
    reference = taken.pop(REFERENCE)
    for name, values in taken.items():
        fastest = min(values) - min(reference)
        median = statistics.median(values) - statistics.median(reference)
        print(f"  {name:<14} {fastest:+.3f} (medians {median:+.3f})")


if __name__ == "__main__":
    main()
