"""What a datapool says about the sequences of a dataset: which count as already selected."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from seqsel_core.choice import Choice
from seqsel_core.config import Config
from seqsel_core.dataset import Dataset
from seqsel_core.sequences import Sequences
from seqsel_core.store.datapool import Datapool, PoolContent


def load_earlier(dataset: Dataset, config: Config) -> PoolContent:
    """Return what was selected before; nothing where no datapool is named.

    Raises:
        ConfigError: The datapool was filled with another encoder.
        StoreError: Its file is damaged.
    """
    if not config.datapool.name:
        return PoolContent()
    return Datapool(config.resolved_data_dir(), config.datapool.name).load(dataset.encoder)


def selected_before(
    dataset: Dataset, sequences: Sequences, earlier: PoolContent
) -> npt.NDArray[np.bool_]:
    """Return which sequences were selected before, shape (S,), bool."""
    keys = set(earlier.keys)
    if not keys:
        return np.zeros(len(sequences), np.bool_)
    return np.array([_key(dataset, sequences, at) in keys for at in range(len(sequences))])


def remember(choice: Choice) -> None:
    """Add a selection to the datapool that its configuration names, if it names one."""
    config = choice.config
    if config.datapool.name:
        order = choice.selection.order
        keys = [_key(choice.dataset, choice.sequences, int(at)) for at in order]
        datapool = Datapool(config.resolved_data_dir(), config.datapool.name)
        datapool.add(choice.dataset.encoder, keys, choice.representations[order])


def _key(dataset: Dataset, sequences: Sequences, position: int) -> str:
    span = sequences[position]
    return f"{dataset.videos[span.video].video_id}:{span.start}:{span.stop}"
