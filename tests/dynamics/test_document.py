from __future__ import annotations

import base64
import copy
import json

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from glow.dynamics import DocumentError, document, load, phases, plot, save, sweep
from glow.dynamics import plane as estimated
from glow.dynamics._fields import Fields
from glow.dynamics._packed import pack, unpack
from glow.estimators import KDE, Binned


def made(epochs=(0, 1, 5), layers=("dense", "dense_1"), runs=None, slider=None, **attrs):
    """A plane made of random numbers."""
    rng = np.random.default_rng(len(epochs))
    dims, coords = ["epoch", "layer"], {"epoch": list(epochs), "layer": list(layers)}
    if slider is not None:
        dims.insert(0, slider.name)
        coords = {slider.name: slider, **coords}
    if runs:
        dims.insert(0, "run")
        coords = {"run": range(runs), **coords}
    shape = [len(coords[name]) for name in dims]
    data = {
        "xt": (dims, rng.uniform(0, 12, shape), {"long_name": "I(X;T)", "units": "bits"}),
        "ty": (dims, rng.uniform(0, 1, shape), {"long_name": "I(T;Y)", "units": "bits"}),
        "edge_share": (dims, rng.uniform(0, 1, shape)),
    }
    common = {
        "estimator": "binned",
        "label": "Binned, global range",
        "settings": '{"bins": 30}',
        "samples": 4096,
        "x_ceiling": 12.0,
        "y_ceiling": 0.9992,
        "recording": "tanh",
    }
    return xr.Dataset(data, coords, {**common, **attrs})


def worded(plane):
    """The same plane with verdicts and the form of an estimator."""
    words = np.where(plane["xt"] > 6, "at ceiling", "reliable")
    plane["xt_verdict"] = (plane["xt"].dims, words)
    plane["ty"].attrs["form"] = "Ross 2014, discrete Y"
    return plane


BINS = xr.DataArray(
    [2, 8, 30],
    dims="bins",
    name="bins",
    attrs={
        "units": "",
        "long_name": "cells per unit",
        "scale": "integer",
        "default": 30,
        "smooth": 0,
    },
)


def test_the_document_is_the_agreed_one():
    doc = document(made(slider=BINS, runs=4), title="Two phases", precise=False)
    assert json.loads(json.dumps(doc, allow_nan=False)) == doc
    assert (doc["format"], doc["version"], doc["title"]) == ("glow.plane", 1, "Two phases")
    assert doc["generator"].startswith("pyglow ")
    (recording,) = doc["recordings"]
    assert {key: recording[key] for key in ("name", "samples", "epochs", "layers")} == {
        "name": "tanh",
        "samples": 4096,
        "epochs": [0, 1, 5],
        "layers": ["dense", "dense_1"],
    }
    assert recording["ceilings"] == {"xt": 12.0, "ty": 0.9992}
    assert recording["axes"]["ty"] == {"label": "I(T;Y)", "unit": "bits"}
    (plane,) = recording["planes"]
    assert (plane["settings"], plane["runs"]) == ({"bins": 30}, 4)
    assert plane["slider"] == {
        "name": "bins",
        "unit": "",
        "scale": "integer",
        "low": 2,
        "high": 30,
        "default": 30,
        "meaning": "cells per unit",
        "smooth": False,
        "values": [2, 8, 30],
    }
    assert plane["xt"]["shape"] == [3, 3, 2]
    steps = np.frombuffer(base64.b64decode(plane["xt"]["data"]), "<i2")
    assert np.allclose(
        steps.reshape(3, 3, 2) * 0.001,
        made(slider=BINS, runs=4)["xt"].mean("run"),
        atol=0.0005001,
    )


@pytest.mark.parametrize("slider", [None, BINS])
def test_what_is_saved_is_loaded(tmp_path, slider):
    plane = made(slider=slider)
    save(plane, tmp_path / "p.glow.json", title="T")
    loaded = load(tmp_path / "p.glow.json")
    assert list(loaded) == ["tanh"]
    (again,) = loaded["tanh"]
    assert again["xt"].dims == plane["xt"].dims
    for axis in ("xt", "ty"):
        assert np.allclose(again[axis], plane[axis], atol=0.0005001)
        assert again[axis].attrs == plane[axis].attrs
    assert again.attrs.items() >= plane.attrs.items()
    assert document(again) == document(plane), "rounding happens once"


def test_figures_verdicts_and_forms_travel(tmp_path):
    plane = worded(made(slider=BINS))
    save(plane, tmp_path / "p.glow.json")
    (again,) = load(tmp_path / "p.glow.json")["tanh"]
    assert set(again) == set(plane)
    assert again["xt_verdict"].values.tolist() == plane["xt_verdict"].values.tolist()
    assert np.allclose(again["edge_share"], plane["edge_share"], rtol=1e-6)
    assert again["ty"].attrs["form"] == "Ross 2014, discrete Y"


def test_small_documents_keep_float32_and_large_ones_when_asked(tmp_path):
    plane = made(slider=BINS)
    for precise, tolerance in ((None, 1e-6), (True, 1e-6), (False, 5.001e-4)):
        save(plane, tmp_path / "p", precise=precise)
        (again,) = load(tmp_path / "p")["tanh"]
        error = np.abs(again["xt"] - plane["xt"]).max()
        assert error < tolerance
        assert (error > 1e-5) == (precise is False)
    large = made(epochs=range(300), layers=[f"l{i}" for i in range(120)])
    kinds = {precise: document(large, precise=precise) for precise in (None, True)}
    written = [doc["recordings"][0]["planes"][0]["xt"]["dtype"] for doc in kinds.values()]
    assert written == ["int16", "float32"]


def test_verdicts_of_runs_are_the_commonest(tmp_path):
    plane = made(runs=4)
    words = np.full(plane["xt"].shape, "reliable", dtype="<U20")
    words[:2, 0] = "at ceiling"  # two of four: the warning stands
    words[0, 1] = "at ceiling"  # one of four
    plane["xt_verdict"] = (plane["xt"].dims, words)
    save(plane, tmp_path / "p")
    (again,) = load(tmp_path / "p")["tanh"]
    assert again["xt_verdict"].values[:, 0].tolist() == ["at ceiling", "reliable", "reliable"]


def test_a_missing_epoch_has_no_verdict(tmp_path):
    planes = [worded(made()), worded(made(epochs=(0, 5), label="KDE"))]
    save(planes, tmp_path / "p")
    _, short = load(tmp_path / "p")["tanh"]
    assert short["epoch"].values.tolist() == [0, 5]
    assert set(np.unique(short["xt_verdict"])) <= {"reliable", "at ceiling"}
    hole = worded(made())
    hole["xt_verdict"][1, 1] = ""
    save(hole, tmp_path / "p")
    (again,) = load(tmp_path / "p")["tanh"]
    assert again["xt_verdict"].values[1, 1] == ""


def test_each_plane_has_its_own_axes_and_ceilings(tmp_path):
    own = made(x_ceiling=float("nan"), y_ceiling=float("nan"), label="HSIC")
    own["xt"].attrs = {"long_name": "HSIC(X;T)", "units": ""}
    save([own, made()], tmp_path / "p")
    doc = json.loads((tmp_path / "p").read_text())["recordings"][0]
    assert doc["ceilings"] == {"xt": 12.0, "ty": 0.9992}
    first, second = load(tmp_path / "p")["tanh"]
    assert first["xt"].attrs == own["xt"].attrs
    assert np.isnan(first.attrs["x_ceiling"])
    assert second.attrs["x_ceiling"] == 12
    assert second["xt"].attrs["units"] == "bits"


def test_documents_without_the_newer_fields_are_read(tmp_path):
    doc = copy.deepcopy(GOOD)
    for plane in doc["recordings"][0]["planes"]:
        for field in ("ceilings", "axes", "diagnostics", "verdicts"):
            del plane[field]
    first, _ = load_json(doc, tmp_path)["tanh"]
    assert set(first) == {"xt", "ty"}
    assert first.attrs["x_ceiling"] == 12
    assert first["xt"].attrs["units"] == "bits"


def test_several_parameters_make_several_planes(recorded, tmp_path):
    ranges = [(-1, 1), "global"]
    s = sweep(recorded, Binned(), bins=[4, 8, 30], range=ranges, diagnostics=True)
    save(s, tmp_path / "p")
    first, second = load(tmp_path / "p")["recorded"]
    assert (first.attrs["label"], second.attrs["label"]) == (
        "Binned, range [-1, 1]",
        "Binned, global range",
    )
    assert json.loads(first.attrs["settings"])["range"] == [-1, 1]
    assert np.allclose(first["xt"], s["xt"].sel(range="[-1, 1]"), atol=1e-5)
    own = estimated(recorded, Binned(bins=8, range="global"))
    assert second["ty_verdict"].sel(bins=8).values.tolist() == own["ty_verdict"].values.tolist()


def test_a_smooth_parameter_becomes_the_slider_and_numbers_enter_the_label(recorded):
    s = sweep(recorded, KDE(), variance=[0.1, 0.2], bound=["upper", "lower"], epochs=[0, 6])
    planes = document(s)["recordings"][0]["planes"]
    assert [p["label"] for p in planes] == ["KDE lower bound", "KDE upper bound"]
    assert [p["slider"]["name"] for p in planes] == ["variance", "variance"]
    words = document(s.sel(variance=0.2))["recordings"][0]["planes"]
    assert [p["slider"] for p in words] == [None, None]
    widths = xr.concat([made(slider=BINS) for _ in range(2)], "width").assign_coords(
        width=("width", [0.07, 0.5], {"scale": "log", "smooth": 0})
    )
    widths.attrs["estimator"] = "not an estimator"
    labels = [p["label"] for p in document(widths)["recordings"][0]["planes"]]
    assert labels == ["Binned, global range, width 0.07", "Binned, global range, width 0.5"]


def test_a_chosen_setting_is_the_one_that_is_shown(recorded):
    s = sweep(recorded, Binned(), bins=[4, 8], range=["global", (-1, 1)])
    one = s.sel(bins=8, range="[-1, 1]")
    assert any("bins=8" in text.get_text() for text in plot(one).texts)
    assert phases(one).label == "Binned, range [-1, 1]"
    settings = document(s.sel(bins=8))["recordings"][0]["planes"][1]["settings"]
    assert settings == {"bins": 8, "range": [-1, 1], "correction": None}


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"save: the folder '.*missing' does not exist"):
        save(made(), tmp_path / "missing" / "p.glow.json")
    assert not (tmp_path / "missing").exists()


def test_planes_with_fewer_epochs_and_runs_share_a_recording(tmp_path):
    short = made(epochs=(0, 5), runs=2, label="KDE")
    save({"tanh": [made(runs=8), short], "relu": made()}, tmp_path / "p.glow.json")
    doc = json.loads((tmp_path / "p.glow.json").read_text())
    assert [recording["name"] for recording in doc["recordings"]] == ["tanh", "relu"]
    assert [plane["runs"] for plane in doc["recordings"][0]["planes"]] == [8, 2]
    full, again = load(tmp_path / "p.glow.json")["tanh"]
    assert full["epoch"].values.tolist() == [0, 1, 5]
    assert again["epoch"].values.tolist() == [0, 5]
    assert (full.attrs["runs"], again.attrs["runs"]) == (8, 2)


def test_a_single_missing_point_survives(tmp_path):
    plane = made()
    plane["xt"][1, 0] = np.nan
    save(plane, tmp_path / "p")
    (again,) = load(tmp_path / "p")["tanh"]
    assert np.isnan(again["xt"].values).tolist() == np.isnan(plane["xt"].values).tolist()


def test_a_plane_without_a_label_ceiling_has_none(tmp_path):
    doc = document(made(y_ceiling=float("nan")))
    assert doc["recordings"][0]["ceilings"]["ty"] is None
    save(made(y_ceiling=float("nan")), tmp_path / "p")
    assert np.isnan(load(tmp_path / "p")["tanh"][0].attrs["y_ceiling"])


def test_other_units_and_large_values_keep_their_digits(tmp_path):
    small = made()
    small["ty"].attrs["units"] = ""
    small["ty"] *= 1e-5
    large = made() * 1000
    for plane in (small, large.assign_attrs(made().attrs)):
        for axis in ("xt", "ty"):
            plane[axis].attrs.setdefault("units", "bits")
            plane[axis].attrs.setdefault("long_name", axis)
        save(plane, tmp_path / "p")
        (again,) = load(tmp_path / "p")["tanh"]
        assert np.allclose(again["ty"], plane["ty"], rtol=1e-6, atol=5.001e-4 * (plane is large))


@pytest.mark.parametrize(
    ("planes", "message"),
    [
        ([], "at least one plane"),
        ([3], "got int"),
        ([xr.Dataset()], "variables xt and ty"),
        ([made(), made(layers=("a", "b"))], "share layers and samples"),
        ([made(), made(samples=5)], "share layers and samples"),
        (made() / 0, "infinity"),
    ],
)
def test_planes_that_do_not_go_together_are_refused(planes, message):
    if isinstance(planes, xr.Dataset):
        planes = planes.assign_attrs(made().attrs)
        for axis in ("xt", "ty"):
            planes[axis].attrs.update(made()[axis].attrs)
    with pytest.raises(DocumentError, match=message):
        document(planes)


@given(st.lists(st.floats(-50, 50) | st.just(float("nan")), min_size=1, max_size=30), st.booleans())
def test_packing_loses_no_more_than_its_step(numbers, fine):
    values = np.array(numbers).reshape(1, -1, 1)
    packed = Fields(pack(values, fine=fine), "test", DocumentError, "")
    again = unpack(packed, values.shape)
    assert np.allclose(again, values, rtol=1e-6, atol=1e-30 if fine else 0.0005001, equal_nan=True)


# Hostile documents: DocumentError, or planes of finite numbers and strings; never anything else.

GOOD = document([worded(made(slider=BINS)), made(epochs=(0, 1))], title="T", precise=False)


def load_json(value, tmp_path):
    (tmp_path / "p.glow.json").write_text(json.dumps(value))
    return load(tmp_path / "p.glow.json")


def changed(path, value):
    doc = copy.deepcopy(GOOD)
    holder = doc
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return doc


PLANE = ("recordings", 0, "planes", 0)
GOOD_FIGURE = GOOD["recordings"][0]["planes"][0]["diagnostics"]["edge_share"]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("format",), "glow.recording", "'glow.plane'"),
        (("version",), 2, "upgrade"),
        (("version",), "1", "field 'version'"),
        (("title",), None, "field 'title'"),
        (("recordings",), {}, "field 'recordings'"),
        (("recordings", 0), 5, r"recordings\[0\]"),
        (("recordings", 0, "samples"), 0, "'samples'"),
        (("recordings", 0, "samples"), True, "'samples'"),
        (("recordings", 0, "epochs"), [0, 0, 1], "strictly increasing"),
        (("recordings", 0, "epochs"), [0, 1], "field 'shape'"),
        (("recordings", 0, "layers"), ["a", {"b": 1}], "'layers'"),
        (("recordings", 0, "layers"), ["a", "a"], "different strings"),
        (("recordings", 0, "ceilings", "xt"), "12", "finite number"),
        (("recordings", 0, "axes", "xt", "unit"), 1, "'unit'"),
        ((*PLANE, "label"), ["<b>"], "'label'"),
        ((*PLANE, "settings"), [], "'settings'"),
        ((*PLANE, "slider", "name"), "__class__()", "a parameter's name"),
        ((*PLANE, "slider", "name"), "epoch", "a parameter's name"),
        ((*PLANE, "slider", "values"), [], "at least one value"),
        ((*PLANE, "slider", "values"), [1, 2, "3"], "finite numbers"),
        ((*PLANE, "slider", "scale"), "choice", "'scale'"),
        ((*PLANE, "slider", "smooth"), 1, "true or false"),
        ((*PLANE, "xt", "dtype"), "object", "'dtype'"),
        ((*PLANE, "xt", "shape"), [10**9, 10**9, 2], "'shape'"),
        ((*PLANE, "xt", "data"), "", "48 characters of base64"),
        ((*PLANE, "xt", "data"), "!" * 48, "base64"),
        ((*PLANE, "xt", "data"), "é" * 48, "base64"),
        ((*PLANE, "xt", "data"), "A" * 46 + "==", "36 bytes"),
        ((*PLANE, "xt", "scale"), 0, "positive"),
        ((*PLANE, "xt", "scale"), 10**400, "finite number"),
        ((*PLANE, "ceilings", "xt"), "12", "finite number"),
        ((*PLANE, "axes", "ty", "form"), 3, "'form'"),
        ((*PLANE, "axes", "ty"), None, "JSON object"),
        ((*PLANE, "diagnostics"), [], "JSON object"),
        ((*PLANE, "diagnostics"), {"epoch": GOOD_FIGURE}, "a diagnostic's name"),
        ((*PLANE, "diagnostics"), {"bins": GOOD_FIGURE}, "names of their own"),
        ((*PLANE, "diagnostics"), {"a b": GOOD_FIGURE}, "a diagnostic's name"),
        ((*PLANE, "diagnostics", "edge_share", "shape"), [1], "'shape'"),
        ((*PLANE, "verdicts", "xt", "phrases"), ["reliable", "reliable"], "different strings"),
        ((*PLANE, "verdicts", "xt", "phrases"), ["reliable"], "codes below 1"),
        ((*PLANE, "verdicts", "xt", "codes", "dtype"), "int16", "'uint8'"),
        ((*PLANE, "xt", "dtype"), "uint8", "'int16', 'float32'"),
    ],
)
def test_a_wrong_field_is_named(tmp_path, path, value, message):
    with pytest.raises(DocumentError, match=message):
        load_json(changed(path, value), tmp_path)


@pytest.mark.parametrize(
    "text", ["", "not JSON", "[1]", "NaN", '{"format": "glow.plane", "version": NaN}', "[" * 10**5]
)
def test_what_is_not_a_document_is_refused(tmp_path, text):
    (tmp_path / "p.glow.json").write_text(text)
    with pytest.raises(DocumentError, match=r"p\.glow\.json.*Save the planes again"):
        load(tmp_path / "p.glow.json")


def test_bytes_that_are_no_text_and_enormous_files_are_refused(tmp_path):
    (tmp_path / "p").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DocumentError):
        load(tmp_path / "p")
    with (tmp_path / "p").open("wb") as file:
        file.truncate(2**33)
    with pytest.raises(DocumentError, match="at most"):
        load(tmp_path / "p")


def test_two_recordings_of_one_name_are_refused(tmp_path):
    doc = copy.deepcopy(GOOD)
    doc["recordings"] *= 2
    with pytest.raises(DocumentError, match="a name of its own"):
        load_json(doc, tmp_path)


def test_html_in_a_name_stays_a_string(tmp_path):
    name = "<img src=x onerror=alert(1)>"
    ((plane, _),) = load_json(changed(("recordings", 0, "layers"), [name, "b"]), tmp_path).values()
    assert plane["layer"].values.tolist() == [name, "b"]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)


def places(value, path=()):
    """Every path into a JSON value."""
    if path:
        yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


@settings(max_examples=300, deadline=None)
@given(path=st.sampled_from(list(places(GOOD))), value=ANYTHING)
def test_any_json_in_any_place_is_an_error_or_a_plane(tmp_path_factory, path, value):
    try:
        loaded = load_json(changed(path, value), tmp_path_factory.getbasetemp())
    except DocumentError:
        return
    for name, planes in loaded.items():
        assert isinstance(name, str)
        for plane in planes:
            assert all(isinstance(layer, str) for layer in plane["layer"].values.tolist())
            assert not np.isinf(plane["xt"].values).any()
            document(plane)


def test_another_format_is_not_written_under_its_name(tmp_path):
    with pytest.raises(ValueError, match=r"ends in \.glow\.json, got 'p\.nc'.*'p\.glow\.json'"):
        save(made(), tmp_path / "p.nc")
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_loaded_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"load: expected a plane document .*'missing'"):
        load("missing")
    with pytest.raises(TypeError, match="load: path must be the path of a document, got 3"):
        load(3)
