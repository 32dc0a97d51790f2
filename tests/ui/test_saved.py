"""What is left in a notebook when the kernel is gone."""

import json

from lessons import BUILD, WATCH, fit
from pages import LabPage

NAME = "saved.ipynb"
MIME = "application/vnd.glow.plane+json"
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
    assert "done" in reader.text_of_output(1)
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


def forget_the_kernel(path):
    notebook = json.loads(path.read_text())
    notebook["metadata"]["kernelspec"] = NO_SUCH_KERNEL
    path.write_text(json.dumps(notebook))
