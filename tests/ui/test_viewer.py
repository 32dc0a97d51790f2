"""Saved planes opened from the file browser."""

import json
from pathlib import Path

HOSTILE = '</script><img src=x onerror="window.hacked=1"><b id="injected">bold</b>'


def test_a_double_click_opens_a_plane_without_a_kernel(tab, lab, plane_document):
    """AC-43: nor PyTorch, which the server has not loaded."""
    (lab.root / "tanh.glow.json").write_text(json.dumps(plane_document))
    tab.open_home()
    tab.double_click("tanh.glow.json")
    tab.by_id("glow-plane").wait_for()
    assert int(tab.by_id("glow-plane").get_attribute("data-revision")) >= 1
    assert lab.kernels() == []
    assert "torch" not in Path(f"/proc/{lab.pid}/maps").read_text()
    tab.shot("viewer-light")
    tab.use_theme("JupyterLab Dark")
    tab.shot("viewer-dark")


BROKEN = {
    "not-json": ("{not json", "expected JSON"),
    "no-recordings": ('{"format": "glow.plane", "version": 1}', "recordings"),
    "another-format": ('{"format": "other", "version": 1}', "expected one of glow.plane"),
    "a-list": ("[]", "expected an object"),
    "empty": ("", "expected JSON"),
}


def test_a_broken_file_is_a_message(tab, lab):
    """AC-43: whatever a file holds, it is a readable message and no kernel is started."""
    for name, (content, _) in BROKEN.items():
        (lab.root / f"{name}.glow.json").write_text(content)
    tab.open_home()
    for name, (_, said) in BROKEN.items():
        tab.double_click(f"{name}.glow.json")
        panel = tab.page.locator(".jp-Document:visible")
        message = panel.locator("[role=alert]", has_text="This plane cannot be shown")
        message.wait_for()
        assert said in message.inner_text()
        assert panel.get_by_test_id("glow-plane").is_hidden()
        tab.command("application:close")
        message.wait_for(state="detached")
    assert lab.kernels() == []


def test_html_in_a_layer_name_is_text(tab, lab, plane_document):
    plane_document["title"] = HOSTILE
    recording = plane_document["recordings"][0]
    recording["name"] = HOSTILE
    recording["layers"][0] = HOSTILE
    recording["planes"][0]["label"] = HOSTILE
    (lab.root / "hostile.glow.json").write_text(json.dumps(plane_document))
    tab.open_home()
    tab.double_click("hostile.glow.json")
    tab.by_id("glow-plane").wait_for()
    tab.by_id("glow-legend-0").hover()
    tab.page.wait_for_timeout(500)
    assert tab.page.evaluate("window.hacked") is None
    assert tab.page.locator("#injected").count() == 0
    tab.shot("viewer-hostile")
