import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Error, sync_playwright

# Helpers beside this file; tests are no package.
sys.path.insert(0, str(Path(__file__).parent))
from lab import Lab, install_ipykernel
from pages import WAIT_MS, LabPage

from glow.callbacks import Record
from glow.datasets import szt
from glow.dynamics import Recording, document, plane, sweep
from glow.estimators import KDE, Binned
from glow.layers import Dense
from glow.models import Sequential
from glow.optimizers import Adam

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SWITCHES = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
SWITCHES += ["--disable-background-networking", "--disable-component-update"]
SNAPSHOTS = 300
FEWER_SAMPLES = 512
FEWEST_SAMPLES = 192


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
    context.set_default_timeout(WAIT_MS)
    yield context
    context.close()


@pytest.fixture
def tab(context, lab):
    """A tab with JupyterLab; whatever its console complains of fails the test."""
    tab = LabPage(context.new_page(), lab)
    yield tab
    lab.shut_down_kernels()
    lab.forget_settings()
    assert tab.complaints == []


@pytest.fixture(scope="session")
def recordings(tmp_path_factory):
    """The recordings of :func:`train`, for all tests."""
    return train(tmp_path_factory.mktemp("recordings"))


def train(home):
    """One training of the 12-bit network, recorded 300 times: on all samples and on fewer.

    The slider's speed in the browser does not depend on the number of samples; the KDE's curves
    are sixty-four times cheaper on an eighth of them. On the fewest samples it is recorded 60
    times, for families whose estimates are dear.
    """
    x, y = szt.patterns()
    layers = [Dense(units, activation="tanh") for units in (10, 7, 5, 4, 3)]
    model = Sequential([*layers, Dense(2)], input_shape=(12,), seed=0)
    model.compile(Adam(learning_rate=4e-3), loss="cross_entropy")
    schedule = range(0, 2 * SNAPSHOTS, 2)
    few = np.random.default_rng(0).choice(len(x), FEWER_SAMPLES, replace=False)
    fewest = few[:FEWEST_SAMPLES]
    records = [
        Record(path=home / "all", schedule=schedule),
        Record(path=home / "few", schedule=schedule, probe=(x[few], y[few])),
        Record(path=home / "fewest", schedule=schedule[::5], probe=(x[fewest], y[fewest])),
    ]
    model.fit(x, y, batch_size=512, epochs=schedule[-1], verbose=0, callbacks=records)
    assert len(Recording.open(home / "all").epochs) == SNAPSHOTS
    return home


@pytest.fixture
def plane_document(recordings):
    """A plane without sliders."""
    return document(plane(Recording.open(recordings / "all"), Binned(bins=30, range=(-1, 1))))


@pytest.fixture(scope="session")
def explorer_document(recordings):
    """Two estimators with sliders, as an exported page holds them: at most 60 epochs."""
    recording = Recording.open(recordings / "few")
    epochs = recording.epochs[::5]
    binned, kde = Binned(range="global"), KDE()
    bins, variances = binned.sliders[0].grid(), kde.sliders[0].grid()
    planes = [
        sweep(recording, binned, epochs=epochs, bins=bins),
        sweep(recording, kde, epochs=epochs, variance=variances),
    ]
    return document({"tanh": planes}, title="One training, two rulers")
