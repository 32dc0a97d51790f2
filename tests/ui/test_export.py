"""The web page that needs nothing."""

import pytest
from pages import SHOTS
from playwright.sync_api import expect

from glow_widgets import save_html

MOST_BYTES = 1_000_000


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


DRAWN = "document.querySelector('[data-testid=glow-canvas]').toDataURL()"
BREAK_IN = """async () => {
  const script = document.createElement('script');
  script.textContent = 'window.hacked = 1';
  document.body.append(script);
  const fetched = await fetch('data:,').then(() => 'fetched', () => 'refused');
  return [window.hacked ?? 'refused', fetched];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sliders_move_the_plane_with_no_kernel_and_no_network(
    offline, explorer_document, tmp_path, scheme
):
    """AC-39, AC-43: in one file below 1 MB that may neither load nor run anything else."""
    path = save_html(explorer_document, tmp_path / "page.html")
    assert path.stat().st_size < MOST_BYTES
    offline.emulate_media(color_scheme=scheme)
    offline.goto(path.as_uri())
    move(offline, "glow-slider-bins")
    offline.get_by_test_id("glow-estimator").select_option(index=1)
    move(offline, "glow-slider-variance")
    offline.screenshot(path=SHOTS / f"page-{scheme}.png", full_page=True)
    assert offline.asked == [path.as_uri()]
    assert offline.complaints == []
    assert offline.evaluate(BREAK_IN) == ["refused", "refused"]


def move(page, slider):
    """One step of a slider: another value, and another picture."""
    plane = page.locator("[data-testid=glow-plane][data-value]").first
    plane.wait_for()
    value, picture = plane.get_attribute("data-value"), page.evaluate(DRAWN)
    page.get_by_test_id(slider).press("ArrowRight")
    expect(plane).not_to_have_attribute("data-value", value)
    page.wait_for_function(f"before => {DRAWN} !== before", arg=picture)
