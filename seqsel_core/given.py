"""Embeddings that the user brings, instead of ours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

from seqsel_core.errors import ConfigError
from seqsel_core.output.text import name_of_cell


def load_given(path: Path, names: list[list[str]]) -> tuple[npt.NDArray[np.float32], ...]:
    """Read embeddings from a file and give every frame its own, made unit length.

    Args:
        path: `.npy` of shape (N, D), rows in the order of videos and frames; or `.csv` with
            the columns `filenames` and `embedding_0` …, rows in any order.
        names: For each video the names of its readable frames.

    Returns:
        One array (N, D), float32, per video.

    Raises:
        ConfigError: The file is missing, unreadable, or does not fit the frames.
    """
    if not path.is_file():
        raise ConfigError(f"embeddings={path} does not exist.")
    try:
        if path.suffix.lower() == ".npy":
            rows = _from_npy(path, sum(map(len, names)))
        elif path.suffix.lower() == ".csv":
            rows = _from_csv(path, [name for video in names for name in video])
        else:
            raise ConfigError(f"embeddings={path} ends neither in .npy nor in .csv.")
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise ConfigError(f"embeddings={path} cannot be read: {error}.") from error
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or (lengths == 0).any():
        bad = int(np.flatnonzero(~np.isfinite(lengths[:, 0]) | (lengths[:, 0] == 0))[0])
        raise ConfigError(f"embeddings={path}: row {bad} is zero or not finite.")
    return tuple(np.split(rows / lengths, np.cumsum([len(video) for video in names])[:-1]))


def _from_npy(path: Path, count: int) -> npt.NDArray[np.float32]:
    rows = np.load(path, allow_pickle=False)
    if rows.ndim != 2 or len(rows) != count:
        raise ConfigError(
            f"embeddings={path} has shape {rows.shape}, but the videos have {count} readable "
            f"frames: ({count}, D) is needed."
        )
    return np.asarray(rows, np.float32)


def _from_csv(path: Path, wanted: list[str]) -> npt.NDArray[np.float32]:
    # Names as bytes, and with line breaks: a file name may be any.
    table = pyarrow.csv.read_csv(
        path,
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(column_types={"filenames": pa.binary()}),
    )
    columns = [name for name in table.column_names if name.startswith("embedding_")]
    columns.sort(key=lambda name: int(name.removeprefix("embedding_")))
    if "filenames" not in table.column_names or not columns:
        raise ConfigError(f"embeddings={path} lacks the columns filenames, embedding_0, ….")
    cells = (cell.decode("utf-8", "surrogateescape") for cell in table["filenames"].to_pylist())
    row_of = {name_of_cell(cell): row for row, cell in enumerate(cells)}
    missing = [name for name in wanted if name not in row_of]
    if missing:
        raise ConfigError(
            f"embeddings={path} lacks {len(missing)} of {len(wanted)} frames, "
            f"for example '{missing[0]}'."
        )
    values = np.column_stack([table[name].to_numpy() for name in columns]).astype(np.float32)
    return values[[row_of[name] for name in wanted]]
