"""A click must be answered while a cell is running, on every kernel that can."""

import pytest

BUSY = """
import time, ipykernel
from IPython.display import display
from glow_widgets import TrainingProgress
progress = TrainingProgress(epochs=1, batches=10_000)
display(progress)
stopped_at = None
for batch in range(10_000):
    time.sleep(0.002)
    if progress.batch_done(batch):
        break
progress.finish("stopped" if progress.control.stop_requested else "done")
print(ipykernel.__version__, progress.status, batch)
"""
LAST_BATCH = 9_999


@pytest.mark.parametrize(("kernel", "version"), [("python3", "7.4"), ("ipykernel-7.3", "7.3")])
def test_a_click_on_stop_ends_a_busy_cell(tab, kernel, version):
    """AC-05: the click is heard before the cell's twenty seconds are over."""
    tab.write_notebook("busy.ipynb", [BUSY], kernel)
    tab.open("busy.ipynb")
    tab.run_all()
    tab.by_id("glow-stop").click()
    tab.wait_until_done()
    found, status, batch = tab.text_of_output(0).split()[-3:]
    assert found.startswith(version)
    assert status == "stopped"
    assert int(batch) < LAST_BATCH
