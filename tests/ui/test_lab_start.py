"""How the extension starts: quietly, with its lessons, whatever the kernel has."""

import shutil
from pathlib import Path

from glow import __version__

LESSONS = Path(__file__).parents[2] / "notebooks"
SHOWN = "from glow_widgets import TrainingProgress\nTrainingProgress(epochs=2)"


def test_halves_of_different_versions_say_so(tab):
    """AC-42: an extension of another version names both, and what is shown is shown all the same.

    It is our own build, with another version written into the files that the browser loads.
    """
    patched = []

    def serve_another_version(route):
        source = route.fetch().text()
        patched.append(source.count(f'"{__version__}"'))
        route.fulfill(
            body=source.replace(f'"{__version__}"', '"9.8.7"'), content_type="text/javascript"
        )

    tab.page.route("**/extensions/glow-widgets/static/*.js*", serve_another_version)
    tab.write_notebook("mismatch.ipynb", [SHOWN])
    tab.open("mismatch.ipynb")
    tab.run_all()
    message = tab.by_id("glow-mismatch")
    message.wait_for()
    assert sum(patched) > 0
    assert f"the kernel has version {__version__}" in message.inner_text()
    assert "JupyterLab's extension 9.8.7" in message.inner_text()
    assert tab.page.get_by_test_id("glow-progress").first.is_visible()
    tab.shot("lab-mismatch-light")


def test_a_kernel_without_the_package_brings_no_console_error(tab, lab, tmp_path):
    """AC-58: nothing is complained of on activation, nor where glow is not installed.

    The fixture fails the test if the browser's console holds a warning or an error.
    """
    for name in ("glow", "glow_widgets"):
        (tmp_path / name).mkdir()
        source = f"raise ModuleNotFoundError(\"No module named '{name}'\", name='{name}')"
        (tmp_path / name / "__init__.py").write_text(source)
    lab.add_kernel("without-glow", tmp_path)
    tab.write_notebook("without.ipynb", ["import glow", "print(6 * 7)"], "without-glow")
    tab.open("without.ipynb")
    tab.run_cell(0)
    assert "No module named 'glow'" in tab.text_of_output(0)
    tab.run_cell(1)
    assert tab.text_of_output(1).strip() == "42"
    tab.command("glow:show-runs")
    tab.by_id("glow-runs-empty").wait_for()


def test_lessons_have_cards_in_the_launcher(tab, lab):
    """One card and one command for each lesson that lies where JupyterLab was started."""
    shutil.copytree(LESSONS, lab.root / "notebooks", ignore=shutil.ignore_patterns(".*"))
    (lab.root / "notebooks" / "07-other.ipynb").write_text('{"cells": []}')
    tab.open_home()
    tab.command("launcher:create")
    section = tab.page.locator(".jp-Launcher-section", has_text="PyGlow")
    section.locator(".jp-LauncherCard").first.wait_for()
    lessons = sorted(LESSONS.glob("[0-9][0-9]-*.ipynb"))
    assert section.locator(".jp-LauncherCard").count() == len(lessons)
    section.scroll_into_view_if_needed()
    tab.shot("lab-launcher-light")
    section.locator(".jp-LauncherCard").first.click()
    path = "window.jupyterapp.shell.currentWidget?.context?.path"
    tab.page.wait_for_function(f"{path} === 'notebooks/{lessons[0].name}'")
    shutil.rmtree(lab.root / "notebooks")
