"""Several processes from a notebook, whose kernel is copied for them."""

import nbformat
import pytest
from nbclient import NotebookClient

# The product uses all of PyTorch's threads, which a copy of the kernel does not have.
CELL = """
import torch
from glow.layers import Dense
from glow.models import IBSequential

torch.manual_seed(0)
x = torch.randn(2000, 4)
y = (x.sum(1) > 0).long() + 0 * (x @ x.T).sum().long()
model = IBSequential([Dense(50, "tanh"), Dense(2)], input_shape=(4,), seed=0)
model.compile("adam", loss="cross_entropy")
model.fit(x, y, verbose=0)
history = model.fit(x, y, epochs=2, devices=2)
print(history.epoch, history.params["devices"], model.recording.epochs)
"""


@pytest.mark.slow
# nbclient leaves the kernel's sockets to the garbage collector.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_notebook_trains_in_copies_of_its_kernel(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": tmp_path}}).execute()
    said = "".join(output.text for output in notebook.cells[0].outputs)
    assert "Epoch 3/3" in said
    assert said.splitlines()[-1] == "[0, 1, 2] 2 (0, 1, 2, 3)"
