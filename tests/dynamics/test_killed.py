"""A recording survives ``kill -9`` at any moment, less at most the snapshot being written."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from glow.dynamics import Recording

# The parent has imported torch once; each child it forks trains, records, reports every snapshot
# that is finished, and is killed from outside at a moment drawn by the seed.
PROGRAM = """
import os, random, signal, sys, time
import torch
from torch import nn
from glow.dynamics import Recorder

torch.set_num_threads(1)
folder, keep, children, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
moments = random.Random(seed)

def train(path):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 2))
    x, y = torch.randn(400, 6), torch.randint(0, 2, (400,))
    report = os.open(path + ".report", os.O_WRONLY | os.O_CREAT)
    with Recorder(model, probe=(x, y), path=path, keep=keep, schedule=range(10**9)) as recorder:
        os.write(report, b"0\\n")
        for epoch in range(1, 10**9):
            with torch.no_grad():
                for parameter in model.parameters():
                    parameter += 0.01
            recorder.epoch()
            os.write(report, b"%d\\n" % epoch)

for child in range(children):
    path = os.path.join(folder, str(child))
    pid = os.fork()
    if pid == 0:
        train(path)
    while not os.path.exists(path + ".report") or not os.path.getsize(path + ".report"):
        time.sleep(0.002)
    time.sleep(moments.uniform(0, 0.1))
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL, status
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the program forks")
@pytest.mark.parametrize("keep", ["weights", "activations"])
def test_killed_recordings_open_and_lack_at_most_the_last_snapshot(tmp_path, keep):
    from torch import nn

    children = 20
    arguments = [str(tmp_path), keep, str(children), "7"]
    subprocess.run([sys.executable, "-c", PROGRAM, *arguments], check=True, timeout=120)
    lengths = set()
    for child in range(children):
        reported = int((tmp_path / f"{child}.report").read_text().split()[-1])
        model = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 2))
        recording = Recording.open(tmp_path / str(child), model=model)
        # Finished snapshots are all there; the one being written may be, if only its report is not.
        assert recording.epochs in (tuple(range(reported + 1)), tuple(range(reported + 2)))
        for epoch in recording.epochs[-3:]:
            assert np.isfinite(recording.activations(epoch)["0"]).all()
        lengths.add(len(recording.epochs))
    assert len(lengths) > 5, "the kills must fall at different moments"
