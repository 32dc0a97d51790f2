"""Data sets in files: small ones written here, served by a server on this machine, and damaged."""

import dataclasses
import gzip
import hashlib
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glow.datasets import _files, cifar10, fashion_mnist, mnist
from glow.datasets._idx import read

pytestmark = pytest.mark.usefixtures("nowhere")

SIZE = (3, 2)  # of the small images
COUNTS = {"mnist": ((2, 1, 3), (1, 1, 1)), "fashion_mnist": ((2, 2, 2), (1, 1, 1))}
MODULES = {"mnist": mnist, "fashion_mnist": fashion_mnist}

idx_sets = pytest.mark.parametrize("dataset", MODULES)


def idx(values):
    """The bytes of an idx file."""
    return struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape) + values.tobytes()


def samples(counts, seed):
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat(np.arange(len(counts)), counts)).astype(np.uint8)
    return rng.integers(0, 256, (len(labels), *SIZE), np.uint8), labels


@pytest.fixture
def contents(dataset, monkeypatch):
    """The files of a small data set by name, which the module takes for the real one."""
    files = {}
    for part, name, seed in (("_TRAIN", "train", 0), ("_TEST", "t10k", 1)):
        counts = COUNTS[dataset][seed]
        images, labels = samples(counts, seed)
        files[f"{name}-images-idx3-ubyte"] = idx(images)
        files[f"{name}-labels-idx1-ubyte"] = idx(labels)
        spec = getattr(MODULES[dataset], part)
        small = dataclasses.replace(spec, counts=counts, size=SIZE)
        monkeypatch.setattr(MODULES[dataset], part, small)
    return files


def write(folder, files, packed=False):
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        path = folder / (f"{name}.gz" if packed else name)
        path.write_bytes(gzip.compress(data) if packed else data)


def check(loaded, dataset):
    for (x, y), counts, seed in zip(loaded, COUNTS[dataset], (0, 1), strict=True):
        images, labels = samples(counts, seed)
        assert (x.dtype, y.dtype) == (np.uint8, np.int64)
        np.testing.assert_array_equal(x, images)
        np.testing.assert_array_equal(y, labels)
        x += 1  # the arrays are the caller's own


# --- folders


@idx_sets
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("below", [False, True])
@pytest.mark.parametrize("by", ["argument", "variable"])
def test_files_are_found_in_a_folder(dataset, contents, tmp_path, monkeypatch, packed, below, by):
    write(tmp_path / dataset if below else tmp_path, contents, packed)
    if by == "argument":
        check(MODULES[dataset].load_data(tmp_path), dataset)
        check(MODULES[dataset].load_data(str(tmp_path)), dataset)
    else:
        monkeypatch.setenv("GLOW_DATA_DIR", str(tmp_path))
        check(MODULES[dataset].load_data(), dataset)


@pytest.mark.parametrize("dataset", ["mnist"])
def test_the_argument_goes_before_the_variable(dataset, contents, tmp_path, monkeypatch):
    write(tmp_path / "given", contents)
    monkeypatch.setenv("GLOW_DATA_DIR", str(tmp_path / "missing"))
    check(mnist.load_data(tmp_path / "given"), dataset)


@idx_sets
def test_a_given_folder_without_the_files_is_no_reason_to_download(dataset, contents, tmp_path):
    message = (
        rf"{dataset}: expected train-labels-idx1-ubyte or train-labels-idx1-ubyte.gz in .*{{}}"
    )
    with pytest.raises(FileNotFoundError, match=message.format("found neither")):
        MODULES[dataset].load_data(tmp_path)
    with pytest.raises(FileNotFoundError, match=message.format("which is no folder")):
        MODULES[dataset].load_data(tmp_path / "missing")


@pytest.mark.parametrize("dataset", ["mnist"])
def test_the_files_of_another_data_set_are_recognised(dataset, contents, tmp_path):
    write(tmp_path, contents)
    with pytest.raises(ValueError, match=r"classes of 6000, 6000, .* got 2, 1, 3") as error:
        _files.balance("fashion_mnist", tmp_path, samples((2, 1, 3), 0)[1], (6000,) * 3)
    assert "sub-folder fashion_mnist of data_dir or GLOW_DATA_DIR" in str(error.value)


# --- damage


@pytest.mark.parametrize("packed", [False, True])
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_damaged_file_is_refused_by_name(tmp_path, packed, data):
    """Cut short, lengthened, or with bytes changed: an error, or the values unharmed."""
    labels = samples((4, 5, 6), 0)[1]
    whole = gzip.compress(idx(labels), mtime=0) if packed else idx(labels)
    cut = data.draw(st.integers(0, len(whole)))
    harmed = bytearray(whole[:cut] + data.draw(st.binary(max_size=8)))
    for place in data.draw(st.sets(st.integers(0, max(len(harmed) - 1, 0)), max_size=3)):
        if harmed:
            harmed[place] ^= data.draw(st.integers(1, 255))
    path = tmp_path / f"labels{'.gz' if packed else ''}"
    path.write_bytes(harmed)
    try:
        received = read("mnist", path, labels.shape)
    except ValueError as error:
        told = str(error)
    else:
        told = f"mnist: {path} expected got"
        # without a checksum, values may change, but neither their number nor their shape
        assert received.shape == labels.shape
        assert not packed or np.array_equal(received, labels)
    assert told.startswith(f"mnist: {path} ")
    assert "expected" in told
    assert "got" in told


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda whole: b"", "expected 00000801 00000006, got nothing"),
        (lambda whole: b"<html>" + whole, "does not begin as an idx file of unsigned bytes"),
        (lambda whole: whole[:-1], "is damaged: expected 14 bytes, got 13"),
        (lambda whole: whole + b"\0", "is damaged: expected 14 bytes, got more"),
        (lambda whole: whole[:-1] + b"\xff", r"classes of 2, 1, 3 samples, got [^.]*, 1\. Delete"),
    ],
)
@pytest.mark.parametrize("dataset", ["mnist"])
def test_damage_is_told(dataset, contents, tmp_path, harm, message):
    name = "train-labels-idx1-ubyte"
    write(tmp_path, contents | {name: harm(contents[name])})
    with pytest.raises(ValueError, match=message) as error:
        mnist.load_data(tmp_path)
    assert str(tmp_path / name) in str(error.value)


# --- download


def serve(monkeypatch, dataset, files, server):
    """Lets a small data set be downloaded from this machine."""
    folder, url = server
    write(folder, files, packed=True)

    def remote(name):
        data = (folder / f"{name}.gz").read_bytes()
        return _files.Remote(f"{url}/{name}.gz", hashlib.sha256(data).hexdigest())

    for part, name in (("_TRAIN", "train"), ("_TEST", "t10k")):
        here = dataclasses.replace(
            getattr(MODULES[dataset], part),
            images=remote(f"{name}-images-idx3-ubyte"),
            labels=remote(f"{name}-labels-idx1-ubyte"),
        )
        monkeypatch.setattr(MODULES[dataset], part, here)


@idx_sets
@pytest.mark.parametrize("named", [False, True])
def test_a_download_is_kept(dataset, contents, server, tmp_path, monkeypatch, named):
    serve(monkeypatch, dataset, contents, server)
    kept = tmp_path / "cache/pyglow" / dataset
    if named:
        monkeypatch.setenv("GLOW_DATA_DIR", str(tmp_path / "named"))
        kept = tmp_path / "named" / dataset
    check(MODULES[dataset].load_data(), dataset)
    assert {path.name for path in kept.iterdir()} == {f"{name}.gz" for name in contents}
    for path in server[0].iterdir():
        path.unlink()
    check(MODULES[dataset].load_data(), dataset)


@pytest.mark.parametrize("dataset", ["mnist"])
def test_a_download_damaged_in_the_cache_is_renewed(
    dataset, contents, server, tmp_path, monkeypatch
):
    serve(monkeypatch, dataset, contents, server)
    check(mnist.load_data(), dataset)
    kept = tmp_path / "cache/pyglow/mnist/train-images-idx3-ubyte.gz"
    kept.write_bytes(kept.read_bytes()[:-3])
    check(mnist.load_data(), dataset)


@pytest.mark.parametrize("dataset", ["mnist"])
def test_a_download_with_another_checksum_is_refused(
    dataset, contents, server, tmp_path, monkeypatch
):
    serve(monkeypatch, dataset, contents, server)
    (server[0] / "train-labels-idx1-ubyte.gz").write_bytes(b"something else")
    with pytest.raises(
        ValueError, match=r"what http://127\S* sends is not train-labels.*GLOW_DATA"
    ):
        mnist.load_data()
    assert not list((tmp_path / "cache").rglob("*.gz"))


@pytest.mark.parametrize("dataset", ["mnist"])
def test_without_a_network_the_error_names_file_address_and_variable(
    dataset, contents, server, monkeypatch
):
    serve(monkeypatch, dataset, contents, server)
    (server[0] / "train-labels-idx1-ubyte.gz").unlink()  # a host without the file
    with pytest.raises(OSError, match="404"):
        mnist.load_data()
    gone = _files.Remote("http://127.0.0.1:9/train-labels-idx1-ubyte.gz", "0" * 64)
    monkeypatch.setattr(mnist, "_TRAIN", dataclasses.replace(mnist._TRAIN, labels=gone))
    with pytest.raises(
        OSError, match=r"mnist: cannot download train-labels-idx1-ubyte.gz"
    ) as error:
        mnist.load_data()
    for part in (gone.url, "data_dir=", "GLOW_DATA_DIR (not set now)"):
        assert part in str(error.value)


def test_without_pooch_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pooch", None)
    with pytest.raises(ImportError, match=r"pip install 'pyglow\[datasets\]'.*GLOW_DATA_DIR"):
        cifar10.load_data()


def test_every_remote_file_has_a_checksum_and_a_name():
    parts = [mnist._TRAIN, mnist._TEST, fashion_mnist._TRAIN, fashion_mnist._TEST]
    remotes = [remote for part in parts for remote in (part.images, part.labels)]
    assert len({remote.sha256 for remote in [*remotes, cifar10._ARCHIVE]}) == 9
    assert all(len(bytes.fromhex(remote.sha256)) == 32 for remote in remotes)
    assert [sum(part.counts) for part in parts] == [60_000, 10_000] * 2
