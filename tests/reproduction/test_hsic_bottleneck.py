"""The first epoch of the script, where MNIST is there; `test_hsic.py` has a short form."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("hsic_bottleneck.py")


@pytest.mark.long
@pytest.mark.skipif("GLOW_DATA_DIR" not in os.environ, reason="no GLOW_DATA_DIR with MNIST's files")
def test_one_epoch_of_mnist_without_back_propagation():
    """H2: the authors' accuracy, or the script's exit status says so."""
    done = subprocess.run(
        [sys.executable, SCRIPT, "--epochs", "1"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
