"""A plane as one self-contained web page: no kernel, no network, no installation."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glow_widgets._document import to_document
from glow_widgets._small import thin

if TYPE_CHECKING:
    import os

    import xarray as xr

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data: blob:; \
base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>{title}</title>
</head>
<body>
<div id="glow-root"></div>
<noscript><p>This page needs JavaScript, which is switched off here.</p></noscript>
<script type="application/json" id="glow-document">{document}</script>
<script>{script}</script>
</body>
</html>
"""


def save_html(
    planes: xr.Dataset | list[xr.Dataset] | Mapping[str, Any],
    path: str | os.PathLike[str],
    title: str | None = None,
) -> Path:
    """Write planes as one web page with the same view, drop-downs and sliders as the widgets.

    The page asks nothing of the network. Planes are thinned to 60 epochs so that it stays under a
    megabyte; a document is written as it is, and needs no PyTorch.

    Args:
        planes: A plane, a sweep over one parameter, a list of them, ``{recording name: planes}``,
            or a document made by :func:`glow.dynamics.document`.
        path: File to write.
        title: Heading of the page.

    Returns:
        The path written.

    Raises:
        FileNotFoundError: If the extension has not been built.
    """
    document = to_document(_thin_all(planes), title)
    page = _page(document, title or document.get("title") or "Information plane")
    path = Path(path)
    path.write_text(page, encoding="utf-8")
    return path


def _page(document: Mapping[str, Any], title: str) -> str:
    script = _script()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    # "<" is escaped, so no text of the document can end the element that holds it.
    data = json.dumps(document, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    return _PAGE.format(digest=digest, title=html.escape(title), document=data, script=script)


def _script() -> str:
    source = resources.files("glow_widgets") / "static" / "standalone.js"
    if not source.is_file():
        raise FileNotFoundError(
            "save_html: glow_widgets/static/standalone.js is missing: the extension is not built. "
            "Run `npm ci && npm run build:prod`, or install a released wheel."
        )
    # The sequences a script element does not take literally; escaped, their strings stay the same.
    text = source.read_text(encoding="utf-8")
    return re.sub(r"<(?=/script|script|!--)", r"\\x3c", text, flags=re.IGNORECASE)


def _thin_all(planes: Any) -> Any:  # noqa: ANN401 - mirrors the nesting of what it is given
    if hasattr(planes, "isel"):  # first: a Dataset is a Mapping too
        return thin(planes)
    if isinstance(planes, Mapping):
        return planes if "format" in planes else {k: _thin_all(v) for k, v in planes.items()}
    return [_thin_all(plane) for plane in planes]
