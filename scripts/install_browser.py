"""Make sure that the browser tests have a Chromium: find it, install it, or say what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """Return the path of a Chromium on this machine, Playwright's own included, or None."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    """Try the system's packages when root, then Playwright's own download."""
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get") and os.geteuid() == 0:
        packages = ["chromium", "fonts-dejavu-core"]
        attempts.insert(
            0, ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        )
        subprocess.run(["apt-get", "update", "-qq"], check=False)
    for command in attempts:
        print("Installing a browser:", " ".join(command), flush=True)
        if subprocess.run(command, check=False).returncode == 0 and find():
            return


def main() -> int:
    """Return 0 when a browser is there in the end."""
    if find() is None:
        install()
    if path := find():
        print(f"Browser for the tests: {path}")
        return 0
    print(
        "The browser tests need Chromium, which was not found and could not be installed: "
        "install the package 'chromium' or Google Chrome, and run 'make test' again.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
