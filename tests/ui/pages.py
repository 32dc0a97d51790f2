"""What a person does in JupyterLab, as a test says it."""

import time
from pathlib import Path

import nbformat

SHOTS = Path(__file__).parent / "screenshots"
TALL = 1600
# How long a thing may take to appear: a kernel alone takes half a minute on a loaded machine.
WAIT_MS = 120_000
READY = """async () => {
  await jupyterapp.restored;
  const widget = jupyterapp.shell.currentWidget;
  await widget.revealed;
  const session = widget.sessionContext;
  if (session) {
    await session.ready;
    await session.session?.kernel?.info;
  }
}"""
# Warnings of the software renderer, and of JupyterLab where the machine is slow.
HARMLESS = ("GPU stall due to ReadPixels", "GroupMarkerNotSet")
HARMLESS += ("ms to activate", "too long to activate")


class LabPage:
    """One browser tab with JupyterLab in it.

    Args:
        page: Playwright's page.
        lab: The server.
    """

    def __init__(self, page, lab):
        self.page = page
        self.lab = lab
        self.complaints = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(f"{error} {error.stack or ''}"))

    def write_notebook(self, name, cells, kernel="python3"):
        """Put a notebook with these code cells on the server."""
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}},
        )
        nbformat.write(notebook, self.lab.root / name)

    def open(self, name):
        """Open a file of the server and wait until it, and its kernel if any, is ready."""
        self.page.goto(f"{self.lab.url}/lab/tree/{name}?reset&token={self.lab.token}")
        shown = "name => window.jupyterapp?.shell?.currentWidget?.context?.path === name"
        self.page.wait_for_function(shown, arg=name, timeout=WAIT_MS)
        self.page.evaluate(READY)

    def open_home(self):
        """Open JupyterLab with the file browser and no document."""
        self.page.goto(f"{self.lab.url}/lab?reset&token={self.lab.token}")
        self.page.wait_for_function("window.jupyterapp !== undefined", timeout=WAIT_MS)
        self.page.evaluate("async () => { await jupyterapp.restored; }")

    def double_click(self, name):
        """Open a file as a person does in the file browser."""
        self.command("filebrowser:refresh")
        self.page.locator(".jp-DirListing-item", has_text=name).dblclick()

    def open_without_kernel(self, name):
        """Open a notebook whose kernel is not installed, and choose to have none."""
        self.page.goto(f"{self.lab.url}/lab/tree/{name}?reset&token={self.lab.token}")
        dialog = self.page.locator(".jp-Dialog")
        dialog.locator("select").select_option(label="No Kernel")
        dialog.locator("button.jp-mod-accept").click()
        self.page.locator(".jp-CodeCell").first.wait_for()

    def range_of(self, slider):
        """Smallest and largest position and step of a slider, by its test id."""
        names = "input => [Number(input.min), Number(input.max), Number(input.step)]"
        return self.by_id(slider).evaluate(names)

    def run_all(self):
        """Start every cell; :meth:`wait_until_done` waits for the last one."""
        self.page.evaluate(
            """() => {
                window.done = false;
                jupyterapp.commands.execute('notebook:run-all-cells').then(() => {
                    window.done = true;
                });
            }"""
        )

    def wait_until_done(self, seconds=WAIT_MS / 1000):
        """Block until the cells started by :meth:`run_all` have run."""
        self.page.wait_for_function("window.done === true", timeout=seconds * 1000)

    def command(self, name, **arguments):
        """Execute a command of JupyterLab."""
        self.page.evaluate(
            "async ([name, args]) => { await jupyterapp.commands.execute(name, args); }",
            [name, arguments],
        )

    def run_cell(self, index):
        """Run one cell, by its number from 0, and wait for it."""
        self.page.evaluate(
            """async index => {
                jupyterapp.shell.currentWidget.content.activeCellIndex = index;
                await jupyterapp.commands.execute('notebook:run-cell');
            }""",
            index,
        )

    def save(self):
        """Save the open document."""
        self.command("docmanager:save")

    def open_settings(self):
        """Open PyGlow's section of the settings editor."""
        self.command("settingeditor:open", query="PyGlow")
        self.setting("palette").wait_for()

    def setting(self, name):
        """The field of one of PyGlow's settings."""
        return self.page.locator(f"[id='jp-SettingsEditor-glow-widgets:settings_{name}']")

    def wait_until(self, condition):
        """Block until the server, asked again and again by ``condition()``, says yes."""
        deadline = time.monotonic() + WAIT_MS / 1000
        while not condition():
            assert time.monotonic() < deadline, "the server never said yes"
            self.page.wait_for_timeout(200)

    def wait_for_setting(self, name, value):
        """Block until the server has kept a setting."""
        self.wait_until(lambda: self.lab.setting(name) == value)

    def use_theme(self, name):
        """Switch to "JupyterLab Light", "JupyterLab Dark" or another theme by name."""
        self.command("apputils:change-theme", theme=name)
        self.page.wait_for_timeout(500)

    def text_of_output(self, cell):
        """The text of a cell's output, by the cell's number from 0."""
        return self.page.locator(".jp-CodeCell").nth(cell).locator(".jp-OutputArea").inner_text()

    def by_id(self, test_id):
        """The first element with this test id."""
        return self.page.get_by_test_id(test_id).first

    def shot(self, name):
        """Take a picture for people to look at."""
        SHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png")

    def shot_of_output(self, cell, name):
        """Take a picture of one cell's output, however tall it is."""
        SHOTS.mkdir(exist_ok=True)
        size = self.page.viewport_size
        self.page.set_viewport_size({"width": size["width"], "height": TALL})
        self.page.wait_for_timeout(500)
        output = self.page.locator(".jp-CodeCell").nth(cell).locator(".jp-OutputArea")
        output.screenshot(path=SHOTS / f"{name}.png")
        self.page.set_viewport_size(size)

    def shot_whole(self, name, height=5200):
        """Take a picture of a whole notebook, as on a screen of that height."""
        size = self.page.viewport_size
        self.page.set_viewport_size({"width": size["width"], "height": height})
        self.page.evaluate("jupyterapp.shell.currentWidget.content.scrollToItem(0)")
        self.page.wait_for_timeout(2000)
        self.shot(name)
        self.page.set_viewport_size(size)

    def _on_console(self, message):
        harmless = any(text in message.text for text in HARMLESS)
        if message.type in ("error", "warning") and not harmless:
            source = message.location.get("url", "")
            self.complaints.append(f"{message.type}: {message.text} ({source})")
