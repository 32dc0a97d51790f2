"""CIFAR-10 in small files written here, as an archive, downloaded, and damaged."""

import hashlib
import io
import tarfile

import numpy as np
import pytest

from glow.datasets import _files, cifar10

pytestmark = pytest.mark.usefixtures("nowhere")


@pytest.fixture
def batches(monkeypatch):
    """The six files, with 2 images of each of 10 classes in each instead of 1000."""
    monkeypatch.setattr(cifar10, "_PER_CLASS", 2)
    rng = np.random.default_rng(0)
    files = {}
    for name in (*cifar10._TRAIN, *cifar10._TEST):
        records = rng.integers(0, 256, (20, 3073), np.uint8)
        records[:, 0] = rng.permutation(np.arange(20) % 10)
        files[name] = records
    return files


def archive(path, batches):
    with tarfile.open(path, "w:gz") as packed:
        for name, records in batches.items():
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = records.nbytes
            packed.addfile(member, io.BytesIO(records.tobytes()))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def store(kind, folder, batches, monkeypatch):
    """Writes the files as they are, in their own folder, or as the archive."""
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "archive":
        digest = archive(folder / "cifar-10-binary.tar.gz", batches)
        monkeypatch.setattr(cifar10, "_ARCHIVE", _files.Remote(cifar10._ARCHIVE.url, digest))
    else:
        (folder / kind).mkdir(exist_ok=True)
        for name, records in batches.items():
            (folder / kind / name).write_bytes(records.tobytes())


@pytest.mark.parametrize("kind", ["", "cifar-10-batches-bin", "archive"])
@pytest.mark.parametrize("below", [False, True])
def test_cifar10_is_read_from_files_and_archive(kind, below, batches, tmp_path, monkeypatch):
    store(kind, tmp_path / "cifar10" if below else tmp_path, batches, monkeypatch)
    (x_train, y_train), (x_test, y_test) = cifar10.load_data(tmp_path)
    assert (x_train.shape, x_test.shape) == ((100, 3, 32, 32), (20, 3, 32, 32))
    assert (x_train.dtype, y_train.dtype) == (np.uint8, np.int64)
    np.testing.assert_array_equal(y_train[20:40], batches["data_batch_2.bin"][:, 0])
    np.testing.assert_array_equal(y_test, batches["test_batch.bin"][:, 0])
    # the green plane of the second image begins after label and red plane
    np.testing.assert_array_equal(x_test[1, 1, 0], batches["test_batch.bin"][1, 1025:1057])
    last = cifar10.load_data(tmp_path, data_format="channels_last")
    np.testing.assert_array_equal(last[1][0][1, 0, :, 1], x_test[1, 1, 0])
    assert last[0][0].shape == (100, 32, 32, 3)


def test_cifar10_is_downloaded(batches, server, monkeypatch):
    folder, url = server
    digest = archive(folder / "cifar-10-binary.tar.gz", batches)
    remote = _files.Remote(f"{url}/cifar-10-binary.tar.gz", digest)
    monkeypatch.setattr(cifar10, "_ARCHIVE", remote)
    assert cifar10.load_data()[0][0].shape == (100, 3, 32, 32)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda records: records[:-1], "expected 61460 bytes, got 58387"),
        (lambda records: np.concatenate([records, records]), "got more"),
        (lambda records: records + np.uint8(1), "classes of 10, .* got 8, 10, .*, 10, 2"),
    ],
)
def test_damaged_cifar10_is_refused(change, message, batches, tmp_path, monkeypatch):
    batches["data_batch_3.bin"] = change(batches["data_batch_3.bin"])
    store("", tmp_path, batches, monkeypatch)
    with pytest.raises(ValueError, match=f"cifar10: .*{message}"):
        cifar10.load_data(tmp_path)


def test_a_damaged_archive_is_refused(batches, tmp_path, monkeypatch):
    store("archive", tmp_path, batches, monkeypatch)
    path = tmp_path / "cifar-10-binary.tar.gz"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match=r"expected the sha256 .*, got") as error:
        cifar10.load_data(tmp_path)
    assert str(path) in str(error.value)


def test_an_unknown_data_format_is_refused():
    with pytest.raises(ValueError, match="Did you mean 'channels_last'"):
        cifar10.load_data(data_format="channel_last")
