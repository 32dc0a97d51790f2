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
    """Return, by statement, the seconds over ``import torch``, pair by pair."""
    over: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    seconds(REFERENCE)  # fills the disk cache
    for _ in range(REPEATS):
        reference = seconds(REFERENCE)
        for name, statement in STATEMENTS.items():
            over[name].append(seconds(statement) - reference)
    return over


def main() -> None:
    """Print medians and spread."""
    print(f"CPU seconds over `{REFERENCE}`, {REPEATS} pairs; limit for `import glow` {LIMIT} s")
    for name, values in measure().items():
        low, high = min(values), max(values)
        print(f"  {name:<14} median {statistics.median(values):+.3f}  [{low:+.3f}, {high:+.3f}]")


if __name__ == "__main__":
    main()
