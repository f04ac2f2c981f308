"""The command line that makes the selection of the page."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

from seqsel_core.config import options
from seqsel_core.dataset import Dataset
from seqsel_core.store.datasets import DatasetRecord

OUTPUT = "$HOME/seqsel-output"
"""Where the command writes, as a shell has it: who pastes the line may write there."""

_ROOT = Path(__file__).parents[2]

_SPAN = re.compile(r"([^,].*?):(\d+-\d+)(?=,|$)", re.DOTALL)  # a name may hold commas


def no_command(record: DatasetRecord, n_excluded: int) -> str:
    """Return why no command makes the selection of the page; '' where one does.

    Args:
        record: The dataset.
        n_excluded: Videos that were taken out of it.
    """
    if len(record.sources) > 1:
        return (
            f"This dataset has {len(record.sources)} sources, but a command reads one folder. "
            "Make a dataset of one folder to have its command."
        )
    if n_excluded:
        videos = f"{n_excluded:,} videos were" if n_excluded > 1 else "1 video was"
        return (
            f"{videos} taken out of this dataset, but a command reads all of its folder. Put "
            "them back on the Data page to have a command."
        )
    return ""


def command(
    record: DatasetRecord, dataset: Dataset, chosen: dict[str, object], data_dir: Path
) -> str:
    """Return the `python -m seqsel_core` line, quoted for a POSIX shell.

    It runs in any folder, whatever is installed there: by the Python of the app, on its code.

    Args:
        record: The dataset; its first source is read.
        dataset: Its videos.
        chosen: From `loaders.run_options`.
        data_dir: Where the embeddings are.
    """
    words = [
        f"cd {shlex.quote(str(_ROOT))} &&",
        f"{shlex.quote(sys.executable)} -m seqsel_core",
        shlex.quote(f"input_dir={record.sources[0].path.absolute()}"),
        f'output_dir="{OUTPUT}"',
        shlex.quote(f"data_dir={data_dir.absolute()}"),
    ]
    return _joined(words, _options(record, dataset, chosen))


def docker_command(
    record: DatasetRecord, dataset: Dataset, chosen: dict[str, object], data_dir: Path
) -> str:
    """Return the `docker run` line with the same selection, its folders mounted.

    The folder of the results is made first: Docker would make it for root alone. And the
    container runs as who starts it, who can write there and read the videos.
    """
    mounts = [
        f'mkdir -p "{OUTPUT}" && docker run --rm',
        '--user "$(id -u):$(id -g)"',
        f"-v {shlex.quote(f'{record.sources[0].path.absolute()}:/home/input_dir:ro')}",
        f'-v "{OUTPUT}:/home/output_dir"',
        f"-v {shlex.quote(f'{data_dir.absolute()}:/home/seqsel/data')}",
        "seqsel",
    ]
    return _joined(mounts, _options(record, dataset, chosen))


def _options(
    record: DatasetRecord, dataset: Dataset, chosen: dict[str, object]
) -> dict[str, object]:
    """Return the options that differ from the command line's own defaults."""
    every = {"encoder": record.encoder, "frame_order": record.frame_order, **chosen}
    for name in ("pinned", "rejected"):
        if name in every:
            every[name] = _on_disk(str(every[name]), record, dataset)
    defaults = {name: default for name, default, _ in options()}
    return {name: value for name, value in every.items() if defaults[name] != value}


def _on_disk(spans: str, record: DatasetRecord, dataset: Dataset) -> str:
    """Return sequences with the names that their videos have on the disk.

    Those of an upload lie there under other names than the page shows.
    """
    folder = record.sources[0].path
    names = {
        item.video.name: item.video.path.relative_to(folder).as_posix()
        for item in dataset.videos
        if item.video.path.is_relative_to(folder)
    }
    return _SPAN.sub(lambda span: f"{names.get(span[1], span[1])}:{span[2]}", spans)


def _joined(words: list[str], chosen: dict[str, object]) -> str:
    given = [shlex.quote(f"{name}={value}") for name, value in chosen.items()]
    return " \\\n  ".join([*words, *given])
