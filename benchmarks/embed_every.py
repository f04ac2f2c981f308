"""What embed_every=k costs in quality: the selection with fewer frames embedded.

    python benchmarks/embed_every.py [--all] [FOLDER]

All frames are embedded once; then the rows between every k-th are replaced as embed_every=k
does it, and the same number of sequences is selected. "same" is the share of sequences also
selected with k = 1; the covering radius and the mean distance to the nearest selected one are
measured with all frames embedded, so that only the choice differs. The network's work falls
to 1 / k; decoding, quality and thumbnails stay.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pipeline import ENCODER, videos_to_read

from seqsel_core import Config, embed
from seqsel_core.select.selection import nested, order_of
from seqsel_core.sequences import cut, pool

LENGTH = 10
EVERY = (1, 2, 5, 10)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--all", action="store_true", help="the whole dev set")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made, tempfile.TemporaryDirectory() as data_dir:
        folder = options.folder or videos_to_read(Path(made), everything=options.all)
        words = [f"input_dir={folder}", f"data_dir={data_dir}", "stopping_condition.n_samples=1"]
        dataset = embed(Config.parse([*words, f"encoder={ENCODER}"]))
        _compare(dataset.embeddings, dataset.frame_indices)


def _compare(
    embeddings: tuple[npt.NDArray[np.float16], ...], indices: tuple[npt.NDArray[np.int64], ...]
) -> None:
    sequences = cut(indices, LENGTH)
    exact = pool(embeddings, sequences)
    print(f"{len(embeddings)} videos, {len(sequences)} sequences of {LENGTH} frames")
    print("sequences selected   k    same   covering radius   mean distance   largest error")
    for count in sorted({max(1, len(sequences) // 20), max(2, len(sequences) // 5)}):
        baseline: set[int] = set()
        for every in EVERY:
            held = [part[np.arange(len(part)) // every * every] for part in embeddings]
            points = pool(held, sequences)
            chosen = _select(points, count)
            baseline = baseline or set(chosen)
            same = len(baseline & set(chosen)) / count
            distances = np.sqrt(np.maximum(2 - 2 * (exact @ exact[chosen].T), 0)).min(axis=1)
            error = np.linalg.norm(points - exact, axis=1).max()
            print(
                f"{count:>18}{every:>4}{same:>8.0%}{distances.max():>18.3f}"
                f"{distances.mean():>16.3f}{error:>16.3f}"
            )


def _select(points: npt.NDArray[np.float32], count: int) -> list[int]:
    everything = np.ones(len(points), np.bool_)
    selection = nested(order_of(points, everything), count)
    return [int(position) for position in selection.order]


if __name__ == "__main__":
    main()
