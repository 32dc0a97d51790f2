from __future__ import annotations

import base64
import copy
import json

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from glow.dynamics import DocumentError, document, load, save
from glow.dynamics._fields import Fields
from glow.dynamics._packed import pack, unpack


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
    doc = document(made(slider=BINS, runs=4), title="Two phases")
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
        (made(slider=BINS).expand_dims(width=[1.0]), r"one parameter, got width, bins"),
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

GOOD = document([made(slider=BINS), made(epochs=(0, 1))], title="T")


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
