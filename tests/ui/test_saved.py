"""What is left in a notebook when the kernel is gone."""

import json

import nbformat
from lessons import BUILD, WATCH, fit
from nbconvert import HTMLExporter
from pages import SHOTS, LabPage

NAME, EXPLORER = "saved.ipynb", "explorer.ipynb"
MIME = "application/vnd.glow.plane+json"
OPEN = """
from glow.dynamics import Recording
from glow.estimators import Binned, KDE
from glow_widgets import EstimatorExplorer
explorer = EstimatorExplorer({{"tanh": Recording.open({path!r})}}, [Binned(), KDE()])
explorer
"""
SWEPT = """
from glow.dynamics import sweep
from glow.estimators import Binned
from glow_widgets import InformationPlane
view = InformationPlane(sweep(model.recording, Binned(), bins=[8, 16, 30]), title="By bins")
view
"""
DRAWN = "value => document.querySelector('[data-testid=glow-plane]')?.dataset.value === value"
MOST_BYTES = 300_000
MOST_BYTES_WITHOUT_GRID = 100_000
NO_SUCH_KERNEL = {"name": "gone", "display_name": "Gone", "language": "python"}


def test_a_training_stays_in_the_notebook(tab, context, lab, tmp_path):
    """AC-36, AC-38, AC-40: the last plane and table, reopened without a kernel and as HTML."""
    tab.write_notebook(NAME, [BUILD + WATCH, fit(60), SWEPT])
    size = (lab.root / NAME).stat().st_size
    tab.open(NAME)
    tab.run_all()
    tab.wait_until_done()
    tab.by_id("glow-plane").wait_for()
    tab.shot_of_output(1, "fit-done")
    tab.save()
    tab.page.close()
    lab.shut_down_kernels()
    saved = read_valid(lab.root / NAME)
    kinds = [set(output.get("data", {})) for output in saved.cells[1].outputs]
    assert {MIME, "text/html", "text/plain"} in kinds
    assert not any("widget-view" in kind for kind in set.union(*kinds))
    assert len(json.dumps(saved.cells[1].outputs)) < MOST_BYTES_WITHOUT_GRID
    assert (lab.root / NAME).stat().st_size - size < MOST_BYTES
    see_as_html(context, lab.root / NAME, tmp_path, "Training done. 60 of 60 epochs", "accuracy")

    forget_the_kernel(lab.root / NAME)
    reader = LabPage(context.new_page(), lab)
    reader.open_without_kernel(NAME)
    reader.by_id("glow-plane").wait_for()
    assert "done" in reader.text_of_output(1).lower()
    assert "accuracy" in reader.text_of_output(1)
    reader.shot_of_output(1, "reopened-without-kernel")
    swept = reader.page.locator(".jp-CodeCell").nth(2)
    swept.get_by_test_id("glow-slider-bins").press("Home")
    swept.locator("[data-testid=glow-plane][data-value='8']").wait_for()
    assert "By bins" in reader.text_of_output(2)
    assert "not found" not in reader.text_of_output(1).lower() + reader.text_of_output(2).lower()
    assert lab.kernels() == []
    assert reader.complaints == []


def test_an_explorer_stays_in_the_notebook(tab, context, lab, recordings, tmp_path):
    """AC-36 to AC-41: saved, read as HTML, reopened without a kernel, saved again, cleared."""
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
    read_valid(lab.root / EXPLORER)
    assert (lab.root / EXPLORER).stat().st_size - size < MOST_BYTES
    see_as_html(context, lab.root / EXPLORER, tmp_path, "Information plane, tanh", "dense_1")
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


def read_valid(path):
    """The notebook, which holds what the format allows and no state of widgets."""
    saved = nbformat.read(path, as_version=4)
    nbformat.validate(saved)
    assert "widgets" not in saved.metadata
    return saved


def see_as_html(context, notebook, folder, *texts):
    """Convert a notebook as `jupyter nbconvert` does; see its picture and texts, offline."""
    path = folder / f"{notebook.stem}.html"
    path.write_text(HTMLExporter().from_filename(str(notebook))[0], encoding="utf-8")
    page = context.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text))
    # What nbconvert's own template asks of the network is refused; the rest of the page stands.
    page.route(lambda url: not url.startswith("file:"), lambda route: route.abort())
    page.goto(path.as_uri())
    picture = page.locator("figure img").last
    picture.wait_for()
    assert picture.evaluate("image => image.complete && image.naturalWidth") > 300
    for text in texts:
        page.locator(".jp-OutputArea-output", has_text=text).first.wait_for()
    assert page.locator(".jupyter-spinner, progress, .widget-subarea").count() == 0
    assert [text for text in complaints if "net::ERR" not in text] == []
    page.screenshot(path=SHOTS / f"nbconvert-{notebook.stem}.png", full_page=True)
    page.close()
