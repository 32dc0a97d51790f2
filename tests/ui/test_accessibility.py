"""Every widget for everybody: scanned, named, spoken, by keyboard, in every theme and width."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from audit import FAINT, MISPLACED, UNNAMED, findings
from lessons import BUILD
from pages import SHOTS
from watching import LISTEN

from glow_widgets import save_html

EPOCHS = 400  # some seconds, so that the page sees the training before its end
ENDLESS = 200_000
TALL = {"width": 1280, "height": 4600}
NARROW = ".jp-OutputArea-output { max-width: 320px }"
EXPLORER = """
from glow.dynamics import Recording
from glow.estimators import Binned
from glow_widgets import EstimatorExplorer
runs = {{name: Recording.open({path!r}) for name in ("one", "two")}}
explorer = EstimatorExplorer(runs, [Binned(range="global")])
explorer
"""
PLANE = """
import sys
sys.path.insert(0, {here!r})
from planes import deep_plane
from glow_widgets import InformationPlane
InformationPlane({{"deep": deep_plane(epochs=40)}}, title="Deep")
"""
FIT = "history = model.fit(x, y, batch_size=512, epochs={}, initial_epoch=0)"
HERE = """() => {
  const one = document.activeElement;
  const { left, top, right, bottom } = one.getBoundingClientRect();
  return { name: one.dataset.testid || one.id || one.tagName, left, right,
    top: top + scrollY, bottom: bottom + scrollY };
}"""


def audit(page):
    """All that is wrong with what the page shows; empty if nothing is."""
    scripts = {"faint": FAINT, "unnamed": UNNAMED, "misplaced": MISPLACED}
    found = {"axe": findings(page), **{name: page.evaluate(js) for name, js in scripts.items()}}
    return {name: list_ for name, list_ in found.items() if list_}


def check_every_theme(tab, name):
    """AC-46, 49 and 50 for what is open, with pictures to look at."""
    for theme in ("JupyterLab Dark", "JupyterLab Dark High Contrast", "JupyterLab Light"):
        tab.use_theme(theme)
        tab.page.wait_for_function(
            "theme => document.body.dataset.jpThemeName === theme", arg=theme
        )
        assert audit(tab.page) == {}, theme
        tab.shot(f"{name}-{theme.removeprefix('JupyterLab ').lower().replace(' ', '-')}")


def test_every_widget_is_for_everybody_in_every_theme_and_width(tab, lab, recordings):
    """AC-45, 46, 48, 49, 50 and 53: widgets in a notebook, the panel, viewers of files."""
    path, here = str(recordings / "fewest"), str(Path(__file__).parent)
    cells = [BUILD, EXPLORER.format(path=path), "explorer.wait(300)", PLANE.format(here=here)]
    tab.write_notebook("everybody.ipynb", [*cells, FIT.format(EPOCHS), FIT.format(ENDLESS)])
    tab.page.set_viewport_size(TALL)
    tab.open("everybody.ipynb")
    tab.page.evaluate(LISTEN)
    tab.run_all()
    running = tab.page.locator("[data-testid=glow-progress][data-status=running]")
    running.get_by_text(f"/ {ENDLESS}").wait_for()
    told = [text for _, text in tab.page.evaluate("window.told") if "Epoch " in text]
    assert len(told) <= EPOCHS, told
    running.get_by_test_id("glow-pause").click()
    tab.page.locator("[data-testid=glow-progress][data-status=paused]").first.wait_for()
    said = [text for _, text in tab.page.evaluate("window.told")]
    assert any("Training: Done" in text for text in said), said
    assert any("Training: Paused" in text for text in said), said

    tab.by_id("glow-beside").check()
    tab.by_id("glow-table-open").click()
    tab.by_id("glow-save").click()
    tab.by_id("glow-ask-known").click()
    tab.page.locator("[data-testid=glow-known] svg[data-answers]").wait_for()
    tab.command("glow:show-runs")
    tab.by_id("glow-runs").get_by_test_id("glow-plane").first.wait_for()
    check_every_theme(tab, "widgets")
    style = tab.page.add_style_tag(content=NARROW)
    tab.page.wait_for_function(
        "[...document.querySelectorAll('.jp-Notebook .glow-canvas')].every("
        "canvas => canvas.width === canvas.clientWidth && canvas.width < 320)"
    )
    assert tab.page.evaluate(MISPLACED) == []
    tab.shot("widgets-narrow")
    style.evaluate("style => style.remove()")


def test_the_viewers_of_files_are_for_everybody(tab, lab, recordings, plane_document):
    """AC-46, 49, 50 and 53: a recording, and a plane at 200 % of zoom."""
    lab.add_folder(recordings / "fewest", "runs/tanh")
    (lab.root / "plane.glow.json").write_text(json.dumps(plane_document))
    tab.open_home()
    tab.command("docmanager:open", path="runs/tanh/recording.json")
    tab.by_id("glow-recording-facts").get_by_text("Recording tanh").wait_for()
    check_every_theme(tab, "recording")
    tab.command("docmanager:open", path="plane.glow.json")
    tab.by_id("glow-plane").wait_for()
    check_every_theme(tab, "viewer")
    tab.page.set_viewport_size({"width": 640, "height": 450})
    tab.page.wait_for_function(
        "document.querySelector('.glow-canvas').width === "
        "document.querySelector('.glow-canvas').clientWidth"
    )
    assert tab.page.evaluate(MISPLACED) == []


@pytest.fixture
def page(context, explorer_document, tmp_path):
    """An exported page, between two buttons of somebody else's; nothing may be complained of."""
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(save_html(explorer_document, tmp_path / "page.html").as_uri())
    page.locator("[data-testid=glow-plane][data-revision]").wait_for()
    page.evaluate(
        """() => {
          const root = document.getElementById('glow-root');
          for (const [id, side] of [['before', 'prepend'], ['after', 'append']]) {
            const button = document.createElement('button');
            button.id = button.textContent = id;
            document.body[side](button);
          }
        }"""
    )
    yield page
    assert complaints == []


@pytest.mark.parametrize("look", [{"color_scheme": "light"}, {"color_scheme": "dark"}])
@pytest.mark.parametrize("shape", ["wide", "narrow", "zoomed"])
def test_an_exported_page_is_for_everybody(page, look, shape):
    """AC-45, 46, 50, 52 and 53: light and dark; wide, at 320 pixels and at 200 % of zoom."""
    page.emulate_media(reduced_motion="reduce", **look)
    width = {"wide": 1280, "narrow": 320, "zoomed": 640}[shape]
    page.set_viewport_size({"width": width, "height": 900})
    if shape == "zoomed":
        page.evaluate("document.documentElement.style.zoom = 2")
    page.get_by_test_id("glow-save").click()
    page.get_by_test_id("glow-play").click()
    page.get_by_test_id("glow-play-question").wait_for()
    page.wait_for_timeout(300)
    assert audit(page) == {}
    moving = "[...document.querySelectorAll('.glow *')].filter(one => "
    moving += "/[1-9]/.test(getComputedStyle(one).transitionDuration)).length"
    assert page.evaluate(moving) == 0
    page.screenshot(path=SHOTS / f"page-{shape}-{look['color_scheme']}.png", full_page=True)


def test_a_page_in_the_readers_own_colours(page):
    """AC-49: where the system sets the colours, sliders, keys and picture are still there."""
    page.emulate_media(forced_colors="active", color_scheme="dark")
    page.wait_for_timeout(300)
    assert audit(page) == {}
    page.screenshot(path=SHOTS / "page-forced-colours.png", full_page=True)


def press(page, key):
    """Press a key and say where the focus is then."""
    page.keyboard.press(key)
    return page.evaluate(HERE)


def picture(page, box):
    """What a place in the page and its surroundings look like."""
    scrolled = page.evaluate("scrollY")
    left, top = max(box["left"] - 5, 0), max(box["top"] - scrolled - 5, 0)
    size = {"width": box["right"] - left + 5, "height": box["bottom"] - scrolled - top + 5}
    return page.screenshot(clip={"x": left, "y": top, **size})


def test_tab_goes_through_everything_as_it_is_seen_and_out_again(page):
    """AC-44: visual order, a focus that is seen, no trap in either direction."""
    page.set_viewport_size({"width": 1000, "height": 2200})
    page.locator("#before").focus()
    way = []
    while not way or way[-1]["name"] != "after":
        way.append(press(page, "Tab"))
        assert len(way) < 100, "a trap"
        if way[-1]["name"] != "after":
            focused = picture(page, way[-1])
            page.evaluate("window.was = document.activeElement; was.blur()")
            assert picture(page, way[-1]) != focused, f"{way[-1]['name']} shows no focus"
            page.evaluate("was.focus()")
    for one, other in pairwise(way):
        above = other["bottom"] <= one["top"] + 4 and other["left"] < one["right"]
        beside = other["top"] < one["bottom"] and one["top"] < other["bottom"]
        back = beside and other["right"] <= one["left"] + 4
        assert not above, (one, other)
        assert not back, (one, other)
    names = [step["name"] for step in way]
    expected = {"glow-estimator", "glow-slider-bins", "glow-number-bins", "glow-plane"}
    assert expected | {"glow-epoch", "glow-legend-0", "glow-save", "glow-copy"} <= set(names)
    for name in reversed(["before", *names[:-1]]):
        assert press(page, "Shift+Tab")["name"] == name
