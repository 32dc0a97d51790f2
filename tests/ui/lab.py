"""A real JupyterLab with nothing of the user's in it, and the kernels it offers."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

STARTUP_SECONDS = 60
# Kernels and a browser share few cores: threads that spin for one another would hold all up.
# Lessons train for a short time.
KERNEL_SETTINGS = {"OMP_WAIT_POLICY": "passive", "GLOW_EPOCHS": "60"}
NEWS = "@jupyterlab/apputils-extension/notification.jupyterlab-settings"
CHOSEN = (
    "@jupyterlab/apputils-extension/themes.jupyterlab-settings",
    "glow-widgets/settings.jupyterlab-settings",
)


class Lab:
    """A JupyterLab server in a folder of its own.

    Args:
        home: Folder for its settings, its kernels and the notebooks it serves.
        python: The Python that runs it.
        path: What its processes find programs in; that of the tests if None.
    """

    def __init__(self, home, python=sys.executable, path=None):
        self.python = str(python)
        self._path = os.environ["PATH"] if path is None else str(path)
        self.root = home / "root"
        self.token = secrets.token_hex(8)
        self.url = f"http://127.0.0.1:{_free_port()}"
        self._env = _fresh_environment(home)
        self._log = home / "server.log"
        for folder in (self.root, *map(Path, self._env.values())):
            folder.mkdir(parents=True, exist_ok=True)
        settings = Path(self._env["JUPYTERLAB_SETTINGS_DIR"]) / NEWS
        settings.parent.mkdir(parents=True)
        # Else a pop-up about news covers a corner of every picture.
        settings.write_text('{"fetchNews": "false", "checkForUpdates": false}')

    def add_kernel(self, name, packages):
        """Offer a kernel that finds ``packages`` (a folder) before the installed ones."""
        folder = Path(self._env["JUPYTER_DATA_DIR"]) / "kernels" / name
        folder.mkdir(parents=True)
        launch = [self.python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        spec = {
            "argv": launch,
            "display_name": name,
            "language": "python",
            "env": {"PYTHONPATH": str(packages)},
        }
        (folder / "kernel.json").write_text(json.dumps(spec))

    def __enter__(self):
        port = self.url.rsplit(":", 1)[1]
        command = [self.python, "-m", "jupyterlab", "--no-browser", "--allow-root"]
        command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
        command += [f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={self.root}"]
        # Notebook 7, where it is installed, is served too.
        for app in ("LabApp", "JupyterNotebookApp"):
            command += [f"--{app}.expose_app_in_browser=True"]
        with self._log.open("w") as log:
            environment = {**os.environ, **self._env, **KERNEL_SETTINGS, "PATH": self._path}
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        self._wait_until_up()
        return self

    def __exit__(self, *exc_info):
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def ask(self, path, method="GET"):
        """The answer of the server's own interface, None if it is empty."""
        headers = {"Authorization": f"token {self.token}"}
        address = f"{self.url}/{path}"
        request = urllib.request.Request(address, headers=headers, method=method)  # noqa: S310
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own server
            return json.loads(answer.read() or "null")

    @property
    def pid(self):
        """The server's process."""
        return self._process.pid

    def add_folder(self, source, path):
        """Copy a folder to ``path`` on the server."""
        shutil.copytree(source, self.root / path, dirs_exist_ok=True)

    def kernels(self):
        """The kernels now running."""
        return self.ask("api/kernels")

    def shut_down_kernels(self):
        """End every session and its kernel."""
        for session in self.ask("api/sessions"):
            self.ask(f"api/sessions/{session['id']}", method="DELETE")

    def setting(self, name):
        """One of PyGlow's settings as the server keeps it; None if it was never set."""
        return self.ask("lab/api/settings/glow-widgets:settings")["settings"].get(name)

    def forget_settings(self):
        """Light and with our defaults again, for the next test."""
        for name in CHOSEN:
            (Path(self._env["JUPYTERLAB_SETTINGS_DIR"]) / name).unlink(missing_ok=True)

    def _wait_until_up(self):
        deadline = time.monotonic() + STARTUP_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                self.ask("api/status")
            except OSError:
                time.sleep(0.2)
            else:
                return
        raise RuntimeError(f"JupyterLab did not start:\n{self._log.read_text()[-3000:]}")


def install_ipykernel(version, folder):
    """Put one version of ipykernel into ``folder``, alone, unless it is there."""
    if not (folder / "ipykernel").is_dir():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
        subprocess.run([*pip, str(folder), f"ipykernel=={version}"], check=True)
    return folder


def _fresh_environment(home):
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    lab_names = ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    return {name: str(home / name.lower()) for name in (*names, *lab_names)}


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
