"""Tables of the folder `data/`: embeddings, and what each selected sequence is made of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

from seqsel_core.choice import Choice
from seqsel_core.dataset import Dataset
from seqsel_core.findings import KINDS
from seqsel_core.output.filenames import IntArray, selected_frames
from seqsel_core.output.text import cell, json_bytes, write_new
from seqsel_core.progress import Progress

_ROWS = 1024  # written at once: bounds the memory, and is the fastest

_MEASURES = ("sharpness", "brightness", "contrast", "uniform_rows", "difference")
_QUALITY = pa.schema(
    [
        ("filenames", pa.string()),
        ("index", pa.int64()),
        ("seconds", pa.float64()),
        *((name, pa.float32()) for name in _MEASURES),
        ("perceptual_hash", pa.string()),
        *((name, pa.bool_()) for name in KINDS),
    ]
)


def write_embeddings(choice: Choice, path: Path, progress: Progress) -> None:
    """Write the embeddings of all readable frames, in the order of the dataset.

    The columns are `filenames` (see `text.cell`), `embedding_0` …, and `labels`, which the
    reference system expects and which is 0 everywhere. Numbers are float32, written so that
    reading gives the same float32 back; `embeddings=FILE` reads such a file.

    Raises:
        OSError: The file exists, or cannot be written.
    """
    dataset = choice.dataset
    counts = [len(item.frames) for item in dataset.videos]
    video = np.repeat(np.arange(len(counts)), counts)
    row = np.concatenate([np.arange(count) for count in counts])
    _write_csv(dataset, video, row, path, progress)


def write_selected_embeddings(choice: Choice, path: Path, progress: Progress) -> None:
    """Write the embeddings of the selected frames, in the order picked; see `write_embeddings`.

    Raises:
        OSError: The file exists, or cannot be written.
    """
    _write_csv(choice.dataset, *selected_frames(choice), path, progress)


def write_frame_quality(choice: Choice, path: Path, progress: Progress) -> None:
    """Write what was measured of every readable frame, and what the checks made of it.

    The columns are `filenames` (see `text.cell`), `index`, `seconds` (empty where the video
    has no time), the numbers of `embed.measures.Measures` (the perceptual hash in hexadecimal
    digits), and the flags of `Checks`, true or false. `difference` is empty for first frames.

    Raises:
        OSError: The file exists, or cannot be written.
    """
    videos = choice.dataset.videos
    progress.stage(f"writing {path.stem}", choice.dataset.n_frames, "frames")
    with path.open("xb") as file, pyarrow.csv.CSVWriter(file, _QUALITY) as writer:
        for at, item in enumerate(videos):
            frames = item.frames
            names = [item.frame_name(int(index)) for index in frames["index"]]
            columns = [
                _text_column(names),
                *(_numbers(frames[name]) for name in ("index", "seconds", *_MEASURES)),
                pa.array([f"{value:016x}" for value in frames["perceptual_hash"].tolist()]),
                *(pa.array(getattr(choice.checks, name)[at]) for name in KINDS),
            ]
            writer.write_batch(pa.record_batch(columns, schema=_QUALITY))
            progress.advance(len(frames))


def write_sequence_information(choice: Choice, path: Path) -> None:
    """Write `sequence_information` as JSON.

    Raises:
        OSError: The file exists, or cannot be written.
    """
    write_new(path, json_bytes(sequence_information(choice)))


def sequence_information(choice: Choice) -> list[dict[str, Any]]:
    """Return what each selected sequence is made of, in the order picked.

    A sequence of a video file has `video_name`, `frame_names`, `frame_timestamps_pts` (in
    units of the video's time base), `frame_timestamps_sec` (null where the video has no
    times) and `frame_indices` (0-based, display order); one of a folder of frames has
    `filenames`.
    """
    sequences = choice.sequences
    described: list[dict[str, Any]] = []
    for position in choice.selection.order:
        item = choice.dataset.videos[sequences.video[position]]
        first = int(sequences.row[position])
        frames = item.frames[first : first + int(sequences.lengths[position])]
        names = [item.frame_name(int(index)) for index in frames["index"]]
        if item.video.is_folder:
            described.append({"filenames": names})
            continue
        seconds = frames["seconds"].tolist()
        described.append(
            {
                "video_name": item.video.name,
                "frame_names": names,
                "frame_timestamps_pts": frames["pts"].tolist(),
                "frame_timestamps_sec": [at if math.isfinite(at) else None for at in seconds],
                "frame_indices": frames["index"].tolist(),
            }
        )
    return described


def _write_csv(
    dataset: Dataset, video: IntArray, row: IntArray, path: Path, progress: Progress
) -> None:
    """Write the frames in these rows of these videos, shape (N,) each, piece by piece."""
    embeddings = dataset.embeddings
    dimensions = embeddings[0].shape[1]
    names = ["filenames", *(f"embedding_{at}" for at in range(dimensions)), "labels"]
    types = [pa.string(), *[pa.float32()] * dimensions, pa.int64()]
    schema = pa.schema(list(zip(names, types, strict=True)))
    progress.stage(f"writing {path.stem}", len(row), "frames")
    with path.open("xb") as file, pyarrow.csv.CSVWriter(file, schema) as writer:
        for at in range(0, len(row), _ROWS):
            piece = slice(at, at + _ROWS)
            columns = np.ascontiguousarray(_gather(embeddings, video[piece], row[piece]).T)
            arrays = [
                _text_column(_names(dataset, video[piece], row[piece])),
                *(pa.array(column) for column in columns),
                pa.array(np.zeros(len(row[piece]), np.int64)),
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            progress.advance(len(row[piece]))


def _gather(
    embeddings: Sequence[npt.NDArray[Any]], video: IntArray, row: IntArray
) -> npt.NDArray[np.float32]:
    gathered = np.empty((len(row), embeddings[0].shape[1]), np.float32)
    for position in np.unique(video):
        of_video = video == position
        gathered[of_video] = embeddings[position][row[of_video]]
    return gathered


def _names(dataset: Dataset, video: IntArray, row: IntArray) -> list[str]:
    items = (dataset.videos[position] for position in video)
    return [
        item.frame_name(int(item.frames["index"][at])) for item, at in zip(items, row, strict=True)
    ]


def _numbers(column: npt.NDArray[Any]) -> Any:
    return pa.array(column, from_pandas=True)  # NaN becomes an empty cell


def _text_column(names: Sequence[str]) -> Any:
    """Return names as a column of text, bytes that are not UTF-8 as they were."""
    encoded = [cell(name).encode("utf-8", "surrogateescape") for name in names]
    return pa.array(encoded, pa.binary()).view(pa.string())  # a view does not check for UTF-8
