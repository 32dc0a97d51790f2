import base64
import hashlib
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from importlib import resources

import pytest

from glow_widgets import export, save_html

HOSTILE = '</script><img src=x onerror="window.hacked=1">'


class Elements(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.tags, self.text, self._open = [], {}, None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._open = dict(attrs).get("id") or tag

    def handle_data(self, data):
        self.text[self._open] = self.text.get(self._open, "") + data

    def named(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture
def script(monkeypatch):
    monkeypatch.setattr(export, "_script", lambda: "draw('</b>')")


@pytest.mark.usefixtures("script")
def test_a_hostile_layer_name_and_title_stay_text(make_document, tmp_path):
    path = save_html(make_document(HOSTILE), tmp_path / "page.html", title=HOSTILE)
    page = Elements(path.read_text())
    assert page.named("img") == []
    assert len(page.named("script")) == 2
    document = json.loads(page.text["glow-document"])
    assert document["recordings"][0]["layers"] == [HOSTILE]


@pytest.mark.usefixtures("script")
def test_only_the_page_s_own_script_may_run_and_nothing_may_be_fetched(make_document, tmp_path):
    page = Elements(save_html(make_document(), tmp_path / "page.html").read_text())
    policy = next(meta["content"] for meta in page.named("meta") if "http-equiv" in meta)
    digest = base64.b64encode(hashlib.sha256(b"draw('</b>')").digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "connect-src" not in policy
    assert not any("src" in attrs for _, attrs in page.tags)


def test_a_saved_plane_becomes_a_page_without_pytorch_and_without_a_kernel(make_document, tmp_path):
    """AC-43: what a `*.glow.json` holds is all that is needed."""
    (tmp_path / "a.glow.json").write_text(json.dumps(make_document()))
    code = (
        "import json, sys\n"
        "from glow_widgets import export, save_html\n"
        "export._script = lambda: 'draw()'\n"
        "save_html(json.load(open('a.glow.json')), 'a.html')\n"
        "print(sorted({'torch', 'numba', 'xarray', 'jupyter_client'} & set(sys.modules)))\n"
    )
    python = [sys.executable, "-c", code]
    done = subprocess.run(python, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout == "[]\n"
    assert "glow-document" in (tmp_path / "a.html").read_text()


@pytest.mark.parametrize("ending", ["</script>", "</SCRIPT >", "<!-- x", "<script"])
def test_the_script_cannot_end_its_own_element(monkeypatch, tmp_path, ending):
    static = tmp_path / "static"
    static.mkdir()
    (static / "standalone.js").write_text(f"x = '{ending}'")
    monkeypatch.setattr(resources, "files", lambda package: tmp_path)
    assert not re.search(r"</script|<script|<!--", export._script(), re.IGNORECASE)


def test_a_missing_build_says_what_to_run(make_document, monkeypatch, tmp_path):
    monkeypatch.setattr(resources, "files", lambda package: tmp_path)
    with pytest.raises(FileNotFoundError, match="npm run build:prod"):
        save_html(make_document(), tmp_path / "page.html")
