"""Numbers inside a document: little-endian bytes in base64, with dtype, scale and shape."""

from __future__ import annotations

import base64
import binascii
import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from ._fields import Fields

SCALE = 0.001
"""Bits per step of the int16 form: finer than what any estimator knows."""

_MISSING = -32768
_LARGEST = 32767
_DTYPES: dict[str, np.dtype[Any]] = {
    "int16": np.dtype("<i2"),
    "float32": np.dtype("<f4"),
    "uint8": np.dtype("<u1"),
}
NO_PHRASE = 255
"""The code of a phrase that is missing."""


def pack(values: npt.NDArray[np.float64], *, fine: bool = False) -> dict[str, Any]:
    """Packs an array of finite numbers and NaN, which means missing.

    Args:
        values: the numbers, of any shape.
        fine: whether steps of 0.001 are too coarse, as for measures that are not bits.

    Returns:
        The JSON object: int16 steps of 0.001 where they reach, else float32.
    """
    reach = np.nanmax(np.abs(values), initial=0.0)
    if fine or reach > _LARGEST * SCALE:
        return {"dtype": "float32", **_shape_and_text(values.astype("<f4"))}
    steps = np.where(np.isnan(values), _MISSING, np.rint(values / SCALE))
    return {"dtype": "int16", "scale": SCALE, **_shape_and_text(steps.astype("<i2"))}


def pack_phrases(phrases: npt.NDArray[np.str_]) -> dict[str, Any]:
    """Packs an array of few different phrases as a list of them and one byte each.

    Args:
        phrases: the phrases, of any shape; an empty one means missing. Of more than 255 different
            ones the rarest are missing too.
    """
    found, counts = np.unique(phrases, return_counts=True)
    commonest = found[np.argsort(-counts, kind="stable")].tolist()
    different = [phrase for phrase in commonest if phrase][:NO_PHRASE]
    codes = np.full(phrases.shape, NO_PHRASE, dtype="<u1")
    for code, phrase in enumerate(different):
        codes[phrases == phrase] = code
    return {"phrases": different, "codes": {"dtype": "uint8", **_shape_and_text(codes)}}


def _shape_and_text(data: npt.NDArray[Any]) -> dict[str, Any]:
    return {
        "shape": list(data.shape),
        "data": base64.b64encode(data.tobytes()).decode("ascii"),
    }


def unpack(packed: Fields, shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """Reads what `pack` wrote.

    Args:
        packed: the JSON object.
        shape: the shape that the rest of the document demands. It is compared with the claimed
            shape, and with the length of the text, before any memory is taken for the numbers.

    Raises:
        ValueError: of the kind that ``packed`` raises, if anything does not fit.
    """
    name = packed.text("dtype", choices=("int16", "float32"))
    stored = _stored(packed, name, shape)
    values: npt.NDArray[np.float64] = stored.astype(np.float64)
    if name == "int16":
        return np.where(values == _MISSING, np.nan, values * _scale(packed))
    if np.isinf(values).any():
        raise packed.complaint("finite numbers, or NaN for missing", "infinity", "data")
    return values


def unpack_phrases(packed: Fields, shape: tuple[int, ...]) -> npt.NDArray[np.str_]:
    """Reads what `pack_phrases` wrote.

    Args:
        packed: the JSON object.
        shape: the shape that the rest of the document demands.

    Raises:
        ValueError: of the kind that ``packed`` raises, if anything does not fit.
    """
    phrases = packed.strings("phrases", longest=200)
    codes = packed.object("codes")
    stored = _stored(codes, codes.text("dtype", choices=("uint8",)), shape)
    if ((stored >= len(phrases)) & (stored != NO_PHRASE)).any():
        raise codes.complaint(f"codes below {len(phrases)}", int(stored.max()), "data")
    table = np.array([*phrases, ""])
    words: npt.NDArray[np.str_] = table[np.minimum(stored, len(phrases))]
    return words


def _stored(packed: Fields, name: str, shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """Returns the bytes as numbers of a type, once it is certain that they are as many."""
    if packed.array("shape", longest=8) != list(shape):
        raise packed.complaint(f"{list(shape)}", packed.raw("shape"), "shape")
    size = math.prod(shape) * _DTYPES[name].itemsize
    text = packed.raw("data")
    expected = 4 * math.ceil(size / 3)
    if not isinstance(text, str) or len(text) != expected:
        raise packed.complaint(f"{expected} characters of base64", text, "data")
    try:
        content = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as cause:
        raise packed.complaint(f"base64 ({cause})", text, "data") from cause
    if len(content) != size:
        raise packed.complaint(f"{size} bytes in base64", text, "data")
    return np.frombuffer(content, _DTYPES[name]).reshape(shape)


def _scale(packed: Fields) -> float:
    scale = packed.number("scale")
    if not 0 < scale <= 1e30:
        raise packed.complaint("a positive number", scale, "scale")
    return scale
