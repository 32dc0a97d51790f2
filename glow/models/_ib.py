"""A stack of layers that records itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from glow.callbacks import Record
from glow.dynamics import Recording, RecordingError
from glow.layers._config import builtin
from glow.models._sequential import Sequential

if TYPE_CHECKING:
    import os

    from torch import nn


@builtin
class IBSequential(Sequential):
    """A `Sequential` whose ``fit`` records what the layers do, for the information plane.

    Args:
        layers: Layers of `glow.layers` or any torch modules.
        input_shape: Shape of one sample; found from the first batch if None.
        seed: Fixes initial weights, validation split, order of the batches and dropout.
        name: A name for messages.
        recording: Folder of the recording; a fresh one among the temporary files if None.

    Example:
        >>> model = IBSequential([Dense(3, activation="tanh"), Dense(2)], input_shape=(12,), seed=0)
        >>> model.compile("adam", loss="cross_entropy")
        >>> history = model.fit(x, y, epochs=100)
        >>> plane(model.recording, "binned")
    """

    def __init__(
        self,
        layers: Iterable[nn.Module],
        input_shape: Sequence[int] | None = None,
        seed: int | None = None,
        name: str | None = None,
        recording: str | os.PathLike[str] | None = None,
    ) -> None:
        super().__init__(layers, input_shape, seed, name)
        self._path = recording

    @property
    def recording(self) -> Recording:
        """The recording, which grows while training goes on.

        Raises:
            RecordingError: ``fit`` was not called yet.
        """
        if self._record is None:
            raise RecordingError(f"{self.name}: nothing is recorded before fit. Call fit first.")
        return self._record.recording

    def _new_record(self) -> Record:
        return Record(path=self._path)
