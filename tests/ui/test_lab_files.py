"""Recordings and planes opened as files: no kernel, no PyTorch, and every text is text."""

import json
import re
from pathlib import Path

from pages import WAIT_MS
from playwright.sync_api import expect
from test_viewer import HOSTILE

from glow.dynamics import Recording


def open_file(tab, path):
    tab.open_home()
    tab.command("docmanager:open", path=path)


def test_a_recording_is_described_without_a_kernel_and_estimated_on_request(
    tab, lab, recordings, plane_document
):
    """AC-43: neither viewer needs a kernel or PyTorch; one starts when it is asked for."""
    lab.add_folder(recordings / "fewest", "runs/tanh run")
    (lab.root / "saved.glow.json").write_text(json.dumps(plane_document))
    open_file(tab, "saved.glow.json")
    tab.by_id("glow-plane").wait_for()
    tab.command("docmanager:open", path="runs/tanh run/recording.json")
    facts = tab.by_id("glow-recording-facts")
    facts.get_by_text("Recording tanh run").wait_for()
    # The folder is measured a moment after the file is read.
    expect(facts).to_contain_text(re.compile(r"B in \d+ files?"))
    text = facts.inner_text()
    epochs = Recording.open(recordings / "fewest").epochs
    assert f"{len(epochs)} snapshots, from epoch 0 to {epochs[-1]}" in text
    assert "dense_5" in text
    assert "optimizer.config.learning_rate" in text
    assert lab.kernels() == []
    assert "torch" not in Path(f"/proc/{lab.pid}/maps").read_text()
    tab.shot("lab-recording-light")
    tab.use_theme("JupyterLab Dark")
    tab.shot("lab-recording-dark")
    tab.use_theme("JupyterLab Light")
    tab.by_id("glow-explore").click()
    explored = tab.page.locator(".jp-CodeConsole").get_by_test_id("glow-plane")
    expect(explored).to_have_attribute("data-revision", re.compile("[1-9]"), timeout=WAIT_MS)
    assert len(lab.kernels()) == 1
    tab.shot("lab-recording-explored")


def test_a_plane_is_saved_as_page_document_and_picture(tab, lab, context, plane_document, tmp_path):
    """AC-43: the page needs no kernel, no PyTorch and no network; AC-56: commands do it."""
    (lab.root / "plane.glow.json").write_text(json.dumps(plane_document))
    open_file(tab, "plane.glow.json")
    tab.by_id("glow-plane").wait_for()
    saved = {kind: save(tab, kind, tmp_path) for kind in ("html", "json", "png")}
    assert json.loads(saved["json"].read_text()) == plane_document
    assert saved["json"].name.endswith(".glow.json")
    assert saved["png"].read_bytes().startswith(b"\x89PNG")
    assert lab.kernels() == []
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(saved["html"].as_uri())
    page.get_by_test_id("glow-plane").wait_for()
    assert asked == [saved["html"].as_uri()]


def test_files_that_were_open_are_open_again_on_a_page_loaded_anew(
    tab, lab, recordings, plane_document
):
    """AC-57: the layout is restored."""
    lab.add_folder(recordings / "fewest", "again")
    (lab.root / "again.glow.json").write_text(json.dumps(plane_document))
    open_file(tab, "again.glow.json")
    options = {"mode": "split-right"}
    tab.command("docmanager:open", path="again/recording.json", options=options)
    tab.by_id("glow-recording-facts").wait_for()
    kept = ("glow-widgets-viewer:again.glow.json", "glow-widgets-recordings:again/recording.json")
    tab.wait_until(lambda: all(name in layout(lab) for name in kept))
    tab.page.goto(f"{lab.url}/lab")
    tab.by_id("glow-plane").wait_for()
    tab.by_id("glow-recording-facts").get_by_text("Recording again").wait_for()
    assert lab.kernels() == []


def layout(lab):
    """The layout that the server keeps, as text."""
    return json.dumps(lab.ask("lab/api/workspaces/default")["data"])


def save(tab, kind, folder):
    """The file that one of the commands for saving hands to the browser."""
    with tab.page.expect_download() as download:
        tab.command(f"glow:save-plane-{kind}")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_what_a_recording_says_is_text(tab, lab, recordings):
    """Names and settings of a recording never become markup; a broken one is a message."""
    header = json.loads((recordings / "fewest" / "recording.json").read_text())
    header["layers"][0]["name"] = header["generator"] = header["created"] = HOSTILE
    header["settings"] = {HOSTILE: HOSTILE, "inner": {HOSTILE: [HOSTILE]}}
    folder = lab.root / "<b id=injected>"
    folder.mkdir()
    (folder / "recording.json").write_text(json.dumps(header))
    open_file(tab, "<b id=injected>/recording.json")
    facts = tab.by_id("glow-recording-facts")
    expect(facts).to_contain_text(HOSTILE)
    tab.page.wait_for_timeout(500)
    assert tab.page.evaluate("window.hacked") is None
    assert tab.page.locator("#injected").count() == 0
    (folder / "recording.json").write_text('{"format": "other"}')
    tab.command("docmanager:reload")
    facts.get_by_role("alert").get_by_text("expected one of glow.recording").wait_for()
