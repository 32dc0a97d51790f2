"""The web page that needs nothing."""

import pytest
from pages import SHOTS

from glow_widgets import save_html


@pytest.fixture
def offline(context):
    """A page to which every request but the file itself is refused; lists what was asked for."""
    page, asked, complaints = context.new_page(), [], []
    context.set_offline(True)

    def refuse(route):
        asked.append(route.request.url)
        if route.request.url.startswith("file:"):
            route.continue_()
        else:
            route.abort()

    page.route("**/*", refuse)
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.asked, page.complaints = asked, complaints
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_slider_moves_the_plane_with_no_kernel_and_no_network(
    offline, explorer_document, tmp_path, scheme
):
    path = save_html(explorer_document, tmp_path / "page.html")
    assert path.stat().st_size < 1_000_000
    offline.emulate_media(color_scheme=scheme)
    offline.goto(path.as_uri())
    plane = offline.get_by_test_id("glow-plane").first
    plane.wait_for()
    before = plane.get_attribute("data-value")
    slider = offline.get_by_test_id("glow-slider-bins")
    slider.focus()
    slider.press("ArrowRight")
    offline.wait_for_function(
        "before => document.querySelector('[data-testid=glow-plane]').dataset.value !== before",
        arg=before,
    )
    offline.screenshot(path=SHOTS / f"page-{scheme}.png", full_page=True)
    assert offline.asked == [path.as_uri()]
    assert offline.complaints == []
