"""What is left in a notebook when the kernel is gone."""

import json

import nbformat
from lessons import BUILD, WATCH, fit
from pages import LabPage

NAME, EXPLORER = "saved.ipynb", "explorer.ipynb"
MIME = "application/vnd.glow.plane+json"
OPEN = """
from glow.dynamics import Recording
from glow.estimators import Binned, KDE
from glow_widgets import EstimatorExplorer
explorer = EstimatorExplorer({{"tanh": Recording.open({path!r})}}, [Binned(), KDE()])
explorer
"""
DRAWN = "value => document.querySelector('[data-testid=glow-plane]')?.dataset.value === value"
MOST_BYTES = 300_000
NO_SUCH_KERNEL = {"name": "gone", "display_name": "Gone", "language": "python"}


def test_a_notebook_reopened_without_a_kernel_still_shows_the_last_plane(tab, context, lab):
    tab.write_notebook(NAME, [BUILD + WATCH, fit(60)])
    tab.open(NAME)
    tab.run_all()
    tab.wait_until_done(120)
    tab.by_id("glow-plane").wait_for()
    tab.shot_of_output(1, "fit-done")
    tab.save()
    tab.page.close()
    lab.shut_down_kernels()
    forget_the_kernel(lab.root / NAME)

    reader = LabPage(context.new_page(), lab)
    reader.open_without_kernel(NAME)
    reader.by_id("glow-plane").wait_for()
    assert "done" in reader.text_of_output(1).lower()
    assert "accuracy" in reader.text_of_output(1)
    assert "not found" not in reader.text_of_output(1).lower()
    assert lab.kernels() == []
    assert reader.complaints == []
    reader.shot_of_output(1, "reopened-without-kernel")


def test_what_is_saved_is_small_and_has_a_picture_for_other_readers(tab, lab):
    tab.write_notebook(NAME, [BUILD + WATCH, fit(60)])
    tab.open(NAME)
    tab.run_all()
    tab.wait_until_done(120)
    tab.save()
    saved = json.loads((lab.root / NAME).read_text())
    bundles = [output["data"] for output in saved["cells"][1]["outputs"] if "data" in output]
    plane = next(bundle for bundle in bundles if MIME in bundle)
    assert set(plane) == {MIME, "text/html", "text/plain"}
    assert len(json.dumps(plane)) < 100_000
    assert not any("widget-view" in kind for bundle in bundles for kind in bundle)


def test_an_explorer_stays_in_the_notebook(tab, context, lab, recordings):
    """AC-36, AC-37, AC-40, AC-41: saved, reopened without a kernel, saved again, cleared."""
    tab.write_notebook(EXPLORER, [OPEN.format(path=str(recordings / "few")), "explorer.wait(300)"])
    size = (lab.root / EXPLORER).stat().st_size
    tab.open(EXPLORER)
    tab.run_all()
    tab.wait_until_done()
    tab.by_id("glow-number-bins").fill("20")
    tab.by_id("glow-number-bins").press("Enter")
    tab.page.wait_for_function(DRAWN, arg="20")
    tab.run_cell(1)
    tab.save()
    tab.page.close()
    lab.shut_down_kernels()
    saved = nbformat.read(lab.root / EXPLORER, as_version=4)
    nbformat.validate(saved)
    assert (lab.root / EXPLORER).stat().st_size - size < MOST_BYTES
    assert "widgets" not in saved.metadata
    forget_the_kernel(lab.root / EXPLORER)

    reader = LabPage(context.new_page(), lab)
    reader.open_without_kernel(EXPLORER)
    reader.page.wait_for_function(DRAWN, arg="20")
    assert "not found" not in reader.text_of_output(0).lower()
    slider = reader.by_id("glow-slider-bins")
    slider.press("End")
    reader.page.wait_for_function(DRAWN, arg="256")
    reader.shot_of_output(0, "kept-without-kernel")
    reader.save()
    kept = json.loads((lab.root / EXPLORER).read_text())["cells"][0]["outputs"]
    assert [set(output["data"]) for output in kept] == [{MIME, "text/html", "text/plain"}]
    reader.command("notebook:clear-all-cell-outputs")
    reader.save()
    assert MIME not in (lab.root / EXPLORER).read_text()
    assert lab.kernels() == []
    assert reader.complaints == []


def forget_the_kernel(path):
    notebook = json.loads(path.read_text())
    notebook["metadata"]["kernelspec"] = NO_SUCH_KERNEL
    path.write_text(json.dumps(notebook))
