"""What a person wishes, made possible for a dataset: lengths, numbers, pins, rejections."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt

from pages.ui import loaders
from pages.ui.parameters import Parameters, fitted, spans, text_of
from pages.ui.refusals import in_words_of_the_page
from seqsel_core.candidates import candidate_mask
from seqsel_core.choosing import Pool
from seqsel_core.config import Config
from seqsel_core.dataset import Dataset
from seqsel_core.errors import SeqselError
from seqsel_core.following import Followed, follow
from seqsel_core.rules import least_gap


@dataclass(frozen=True)
class Fitted:
    """What is wished, made possible for a dataset.

    Attributes:
        parameters: The values.
        pool: What may be selected; None: nothing can be.
        refusal: Why nothing can be; ''.
        wishes: What is pinned and rejected of this dataset.
    """

    parameters: Parameters
    pool: Pool | None
    refusal: str
    wishes: Followed


def fit(dataset: Dataset, wished: Parameters) -> Fitted:
    """Make possible what is wished."""
    longest = max(int(video.frames["index"][-1]) + 1 for video in dataset.videos)
    values = fitted(wished, longest, n_frames=dataset.n_frames)
    wishes = Followed((), ())
    try:
        values, wishes = _follow(dataset, values)
        values = fitted(values, longest, None, len(wishes.pinned), dataset.n_frames)
        pool = loaders.load_pool(dataset, values)
    except SeqselError as error:
        return Fitted(values, None, in_words_of_the_page(str(error)), wishes)
    asked = replace(values, n_samples=wished.n_samples)
    pinned = len(pool.rules.pinned)
    values = fitted(asked, longest, pool.available, pinned, dataset.n_frames)
    return Fitted(values, pool, "", wishes)


def _follow(dataset: Dataset, values: Parameters) -> tuple[Parameters, Followed]:
    """Move what is pinned and rejected to sequences of the present cut.

    The wish itself stays, so that going through many lengths and back ends where it began.

    Raises:
        SeqselError: There is no sequence of that length.
    """
    ids = [video.video_id for video in dataset.videos]
    pinned, rejected = spans(values.pinned, ids), spans(values.rejected, ids)
    if not pinned and not rejected:
        return values, Followed((), ())
    config = Config.from_overrides(values.overrides())
    sequences = loaders.load_sequences(dataset, values)

    def allowed() -> npt.NDArray[np.bool_]:
        return candidate_mask(
            sequences,
            loaders.load_checks(dataset),
            enable_corruptness_check=config.enable_corruptness_check,
            remove_exact_duplicates=config.remove_exact_duplicates,
            remove_blurred=config.remove_blurred,
            remove_frozen=config.remove_frozen,
        )

    wishes = follow(sequences, pinned, rejected, least_gap(config), cache(allowed))
    if wishes.pinned != tuple(pinned):
        values = replace(values, pinned=text_of(wishes.pinned, ids))
    if wishes.rejected != tuple(rejected):
        values = replace(values, rejected=text_of(wishes.rejected, ids))
    return values, wishes
