import csv

import pytest

from glow.callbacks import CSVLogger, LambdaCallback, LearningRateScheduler


def _rows(path, separator=","):
    with path.open(newline="") as file:
        return list(csv.reader(file, delimiter=separator))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_row_per_epoch(net, fit, tmp_path, separator):
    path = tmp_path / "runs" / "log.csv"
    history = fit(net(), CSVLogger(path, separator), validation_split=0.2).history
    header, *rows = _rows(path, separator)
    assert header == ["epoch", "accuracy", "loss", "val_accuracy", "val_loss"]
    assert [row[0] for row in rows] == ["0", "1", "2"]
    for name, *values in zip(header[1:], *(row[1:] for row in rows), strict=True):
        assert [float(value) for value in values] == history[name]


def test_each_row_is_on_the_disk_when_its_epoch_has_ended(net, fit, tmp_path):
    path, seen = tmp_path / "log.csv", []
    look = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(len(_rows(path))))
    fit(net(), CSVLogger(path), look)
    assert seen == [2, 3, 4]


@pytest.mark.parametrize(("append", "epochs"), [(False, ["2", "3"]), (True, ["0", "1", "2", "3"])])
def test_a_second_fit(net, fit, tmp_path, append, epochs):
    path, model = tmp_path / "log.csv", net()
    for _ in range(2):
        fit(model, CSVLogger(path, append=append), epochs=2)
    header, *rows = _rows(path)
    assert header[0] == "epoch"
    assert [row[0] for row in rows] == epochs


def test_what_an_epoch_did_not_bring_is_na(net, fit, tmp_path):
    schedule = LearningRateScheduler(lambda epoch: 0.1)
    settings = {"validation_split": 0.2, "validation_freq": 2}
    fit(net(), CSVLogger(tmp_path / "log.csv"), schedule, **settings)
    header, *rows = _rows(tmp_path / "log.csv")
    assert header == ["epoch", "accuracy", "learning_rate", "loss", "val_accuracy", "val_loss"]
    assert [row[-2:] == ["NA", "NA"] for row in rows] == [True, False, True]


def test_a_file_with_other_columns_is_left_as_it_is(net, fit, tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("epoch,loss\n0,1.5\n")
    with pytest.raises(ValueError, match=r"has the columns \['epoch', 'loss'\], got logs with"):
        fit(net(), CSVLogger(path, append=True))
    assert path.read_text() == "epoch,loss\n0,1.5\n"


def test_an_empty_file_gets_a_header(net, fit, tmp_path):
    (tmp_path / "log.csv").touch()
    fit(net(), CSVLogger(tmp_path / "log.csv", append=True), epochs=1)
    assert _rows(tmp_path / "log.csv")[0][0] == "epoch"


@pytest.mark.parametrize("separator", ["", ", "])
def test_a_separator_is_one_character(separator):
    with pytest.raises(ValueError, match=r"separator must be one character"):
        CSVLogger("log.csv", separator)
