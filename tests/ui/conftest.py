import os
import shutil
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Error, sync_playwright

# Helpers beside this file; tests are no package.
sys.path.insert(0, str(Path(__file__).parent))
from lab import Lab, install_ipykernel
from pages import LabPage

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SWITCHES = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
SWITCHES += ["--disable-background-networking", "--disable-component-update"]


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.ui)


@pytest.fixture(scope="session")
def browser():
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    # Chromium refuses its sandbox to root, as in a container.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=found, headless=True, args=[*SWITCHES, *sandbox]
            )
        except Error as error:
            pytest.fail(
                "The browser tests need Chromium: install it (`apt-get install chromium`) or run "
                f"`playwright install chromium`. {error}"
            )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory, pytestconfig):
    packages = pytestconfig.cache.mkdir("ipykernel-7.3")
    server = Lab(tmp_path_factory.mktemp("lab"))
    server.add_kernel("ipykernel-7.3", install_ipykernel("7.3.0", packages))
    with server:
        yield server


@pytest.fixture
def context(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(30_000)
    yield context
    context.close()


@pytest.fixture
def tab(context, lab):
    """A tab with JupyterLab; whatever its console complains of fails the test."""
    tab = LabPage(context.new_page(), lab)
    yield tab
    lab.shut_down_kernels()
    assert tab.complaints == []
