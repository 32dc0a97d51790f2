"""A few cells of the accuracy table, and that the table is made as it says."""

import dataclasses
import json
import math

import accuracy
import accuracy_cache
import accuracy_cells
import accuracy_report
import numpy as np
import pytest
from accuracy_cache import Outcome, key, known, measured
from accuracy_cells import Cell, cells, others, subjects

from glow.datasets import CorrelatedGaussians, GaussianMixtureLabel
from glow.estimators import KSG, Binned, Gaussian, get, names

TWO_NATS = 2 / math.log(2)


def biases(estimator, sampler, size, samples=20):
    """Bias and its standard error in nats."""
    found = [estimator.criterion(*sampler.sample(size, seed)) for seed in range(samples)]
    off = (np.array(found) - sampler.mutual_information) * math.log(2)
    return off.mean(), off.std(ddof=1) / math.sqrt(samples)


@pytest.mark.parametrize(
    ("estimator", "d"), [(KSG(k=3), 1), (Gaussian(), 5)], ids=["ksg", "gaussian"]
)
def test_two_nats_are_found_within_a_fiftieth(estimator, d):
    bias, error = biases(estimator, CorrelatedGaussians.with_information(d, TWO_NATS), 2000)
    assert abs(bias) < 0.02
    assert error < 0.012


@pytest.mark.parametrize("estimator", [KSG(k=3), Gaussian()], ids=["ksg", "gaussian"])
def test_labels_in_five_units_are_read_within_a_fiftieth(estimator):
    sampler = GaussianMixtureLabel.with_information(5, 0.5)
    bias, error = biases(estimator, sampler, 2000, samples=20)
    assert abs(bias) < 0.02 + 3 * error


def _ours(name):
    return type(get(name)).__module__.startswith("glow.")  # not those that other tests define


def quick_outcomes():
    found, _ = subjects()
    short = (s for s in found if not s.ordered and s.name not in accuracy_cells.FEWER)
    plain = [CorrelatedGaussians.with_information(d, TWO_NATS) for d in (1, 5)]
    return {
        Cell(subject, sampler, 1000, samples=3): accuracy_cache._measure(
            Cell(subject, sampler, 1000, samples=3)
        )
        for subject in short
        if subject.name == "recommend" or _ours(subject.name)
        for sampler in plain
    }


def test_where_a_family_fails_on_gaussians_its_verdict_says_so():
    hidden = [
        f"{accuracy_report.problem(cell)}: {cell.subject.label} is {outcome.bias:+.2f} bits off"
        for cell, outcome in quick_outcomes().items()
        if outcome.estimates and outcome.hides_it
    ]
    assert not hidden


def test_every_family_is_measured_or_says_why_not():
    found, left_out = subjects()
    present = {s.name for s in found} | set(left_out)
    assert {name for name in names() if _ours(name)} <= present
    assert all(left_out.values())
    assert {s.name for s in subjects(["ksg", "binned"])[0]} == {"ksg", "binned"}
    assert "Did you mean 'ksg'" in subjects(["kgs"])[1]["kgs"]


def test_cheap_cells_come_first_and_learning_ones_are_a_stated_part():
    found, _ = subjects(["gaussian", "ksg"])
    plan = cells(found)
    assert [c.work for c in plan] == sorted(c.work for c in plan)
    gaussian = [c for c in plan if isinstance(c.sampler, CorrelatedGaussians)]
    assert len(gaussian) == len(found) * 6 * 3 * 3
    assert {c.sampler.d for c in plan} == {1, 2, 5, 10, 25, 50}
    assert len({key(c) for c in plan}) == len(plan)

    learning = dataclasses.replace(accuracy_cells.Recommended(), ordered=True)
    assert cells([learning], learning="none") == []
    part = cells([learning])
    assert {(c.sampler.d, c.size, c.samples) for c in part} == {(d, 2000, 3) for d in (1, 5, 25)}
    assert len(cells([learning], learning="all")) == len(gaussian) / len(found) + sum(
        len(others(d)) for d in (1, 2, 5, 10)
    )


def test_cells_are_kept_until_settings_or_code_change(tmp_path, monkeypatch):
    cell = Cell(Binned(bins=4, range="snapshot"), CorrelatedGaussians(d=1, rho=0.9), 200, samples=3)
    assert known(cell, tmp_path) is None
    outcome = measured(cell, tmp_path)
    assert known(cell, tmp_path) == outcome
    assert outcome.bias == pytest.approx(np.mean(outcome.estimates) - 1.1980, abs=1e-4)
    assert len(outcome.verdicts) == 3
    (kept,) = tmp_path.iterdir()
    assert json.loads(kept.read_text())["cell"]["size"] == 200
    assert known(dataclasses.replace(cell, size=201), tmp_path) is None
    assert (
        known(dataclasses.replace(cell, subject=Binned(bins=5, range="snapshot")), tmp_path) is None
    )
    monkeypatch.setattr(accuracy_cache, "version_of", lambda cls: "another")
    assert known(cell, tmp_path) is None


def test_only_the_samples_of_the_cell_can_be_refused():
    sampler = CorrelatedGaussians(d=50, rho=0.1)
    few, enough = (accuracy_cache._measure(Cell(Gaussian(), sampler, n, 2)) for n in (80, 300))
    assert "needs more than 100 samples, got 80" in few.refusal
    assert not enough.refusal
    assert len(enough.estimates) == 2


def test_a_version_is_that_of_everything_the_estimator_imports():
    sources = {path.name for path in accuracy_cache._sources(KSG.__module__)}
    assert {"_ksg.py", "search.py", "search_kernels.py", "_base.py", "_context.py"} <= sources
    assert "_gaussian.py" not in sources


@pytest.mark.parametrize(
    ("bias", "verdicts", "fails", "hides"),
    [
        (0.3, ("reliable",) * 3, True, True),
        (-0.3, ("reliable", "at ceiling", "at ceiling"), True, False),
        (0.15, ("reliable",) * 3, False, False),
    ],
)
def test_failing_is_a_fifth_of_the_truth_and_a_tenth_of_a_bit(bias, verdicts, fails, hides):
    outcome = Outcome(1.0, (1 + bias - 0.01, 1 + bias, 1 + bias + 0.01), verdicts, 0.1)
    assert (outcome.fails, outcome.hides_it) == (fails, hides)
    small = dataclasses.replace(outcome, truth=0.0, estimates=(0.09, 0.09, 0.09))
    assert not small.fails


def test_the_script_writes_a_report_and_goes_on_where_it_stopped(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(accuracy_cache.measured, "__defaults__", (tmp_path,))
    monkeypatch.setattr(accuracy_cache.known, "__defaults__", (tmp_path,))
    options = ["--families", "binned", "sliced-thing", "--d", "1", "--n", "500", "--samples", "2"]
    report = tmp_path / "report.md"
    asked = [*options, "--jobs", "1", "--report", str(report)]
    assert accuracy.main([*asked, "--minutes", "0"]) == 0
    assert "3 cells, 0 of them known" in capsys.readouterr().out
    text = report.read_text()
    assert "not run: 3 cells of Binned" in text
    assert "sliced-thing: No estimator is called" in text
    for cell in cells(subjects(["binned"])[0], dimensions=[1], sizes=[500], samples=2):
        measured(cell, tmp_path)
    assert accuracy.main(asked) == 0
    assert "3 cells, 3 of them known; the rest takes about 0 s" in capsys.readouterr().out
    text = report.read_text()
    assert "not run" not in text
    assert text.count("| 1 | ") == 3
    assert "--n 500 --samples 2" in text
