"""The output folder of a run: made at once, filled under a hidden name, shown when whole."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path, PurePath
from types import TracebackType
from typing import TYPE_CHECKING, Self

from seqsel_core.choice import Choice
from seqsel_core.errors import OutputError
from seqsel_core.evaluate.proof import Proof
from seqsel_core.output.config_files import write_config
from seqsel_core.output.filenames import write_filenames
from seqsel_core.output.frames import write_frames
from seqsel_core.output.log import LogFile, log_run, logger
from seqsel_core.output.tables import (
    write_embeddings,
    write_frame_quality,
    write_selected_embeddings,
    write_sequence_information,
)
from seqsel_core.progress import Progress

if TYPE_CHECKING:
    from seqsel_core.project.map_set import MapSet


class RunFolder:
    """A run's output folder, as a context.

    Entering makes a hidden folder beside the final one, so that a place where nothing can be
    written is refused before the work begins, and lets all that the package logs go to
    `log.txt` in it. `write` fills it and gives it its final name. Leaving without that, for
    whatever reason, removes it and the folders that were made for it.
    """

    def __init__(self, output_dir: Path, run_directory: str = "") -> None:
        """Say where.

        Args:
            output_dir: Holds the folders of all runs; made if it does not exist.
            run_directory: Where in it, relative; '': `{YYYY-MM-DD}/{HH:MM:SS}`, with `-2`,
                `-3`, … after it if that exists.
        """
        self._output_dir = output_dir
        self._run_directory = run_directory
        self._made: list[Path] = []
        self._partial: Path | None = None
        self._log: LogFile | None = None

    def __enter__(self) -> Self:
        """Make the hidden folder.

        Raises:
            OutputError: The place cannot be written, is outside `output_dir`, or holds
                something already.
        """
        self.started = datetime.now().astimezone()
        self.final = self._choose()
        try:
            self._make_folders(self.final.parent)
            self._make_partial()
            self._log = LogFile(self.partial / "log.txt")
        except (OSError, ValueError) as error:
            self._discard()
            raise OutputError(
                f"The output folder {self.final} cannot be made: {_reason(error)}. "
                "Choose another place with output_dir= or run_directory=."
            ) from error
        logger.info("Started")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._discard()

    @property
    def partial(self) -> Path:
        """The hidden folder; only between entering and the end of `write`."""
        assert self._partial is not None
        return self._partial

    def write(self, choice: Choice, proof: Proof | None, maps: MapSet, progress: Progress) -> Path:
        """Write all files and give the folder its final name.

        Args:
            choice: The selection.
            proof: How good it is; None where nothing is selected.
            maps: Where its frames lie, for the plots and the report.
            progress: Told of every stage.

        Returns:
            The final folder.

        Raises:
            OutputError: It cannot be written, or a video changed since it was embedded.
        """
        from seqsel_core.evaluate.distances import evaluate
        from seqsel_core.output.plots import write_plots
        from seqsel_core.output.report import write_report

        try:
            progress.stage("measuring distances", 0, "sequences")
            statistics = evaluate(choice)
            write_data(choice, self.partial, progress)
            write_plots(choice, statistics, proof, maps, self.partial / "plots", progress)
            write_report(choice, statistics, proof, maps, self.started, self.partial, progress)
            return self._publish()
        except OSError as error:
            raise OutputError(
                f"The output folder {self.final} cannot be written: {_reason(error)}."
            ) from error

    def _choose(self) -> Path:
        if not self._run_directory:
            stamp = self.started.strftime("%Y-%m-%d/%H:%M:%S")
            return next(path for path in _numbered(self._output_dir / stamp) if not _taken(path))
        given = f"run_directory={self._run_directory}"
        relative = PurePath(self._run_directory)
        final = self._output_dir / relative
        if relative.is_absolute() or ".." in relative.parts or final == self._output_dir:
            raise OutputError(
                f"{given} must be the name of a folder below output_dir={self._output_dir}."
            )
        try:
            inside = final.resolve().is_relative_to(self._output_dir.resolve())
            taken = _taken(final)
        except (OSError, ValueError) as error:
            raise OutputError(f"{given} cannot be used: {_reason(error)}.") from error
        if not inside:
            raise OutputError(
                f"{given} leads by a link out of output_dir={self._output_dir}. Give another name."
            )
        if taken:
            raise OutputError(
                f"{given}: {final} exists already, and nothing is overwritten. "
                "Remove it or give another name."
            )
        return final

    def _make_folders(self, folder: Path) -> None:
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        for path in reversed(missing):
            path.mkdir(exist_ok=True)
            self._made.append(path)

    def _make_partial(self) -> None:
        """Make the hidden folder; in a container each run has the same pid, so count on."""
        name = f".{self.final.name}.partial-{os.getpid()}"
        for path in _numbered(self.final.with_name(name)):
            with contextlib.suppress(FileExistsError):
                path.mkdir()
                self._partial = path
                return

    def _publish(self) -> Path:
        """Give the folder its final name, or the next one if another run took that."""
        logger.info("Finished after %s", datetime.now().astimezone() - self.started)
        self._close_log()
        for path in _numbered(self.final):
            try:
                self.partial.rename(path)  # replaces nothing but an empty folder
            except OSError:
                if not _taken(path):
                    raise
            else:
                self._partial = None
                self._made = []
                self.final = path
                break
        return self.final

    def _discard(self) -> None:
        """Remove what was made, if it was not published; empty folders made for it too."""
        with contextlib.suppress(OSError):  # the log goes with the folder
            self._close_log()
        if self._partial is not None:
            shutil.rmtree(self._partial, ignore_errors=True)
        for folder in reversed(self._made):
            with contextlib.suppress(OSError):  # something else lies in it by now
                folder.rmdir()
        self._partial, self._made = None, []

    def _close_log(self) -> None:
        if self._log is not None:
            log, self._log = self._log, None
            log.close()


def write_data(choice: Choice, folder: Path, progress: Progress) -> None:
    """Write the folders `config`, `filenames` and `data` of a selection.

    Args:
        choice: The selection.
        folder: Where; must exist, without these three.
        progress: Told of every stage.

    Raises:
        OutputError: A video changed since it was embedded; see `write_frames`.
        OSError: A file cannot be written.
    """
    config = choice.config
    log_run(choice)
    for name in ("config", "filenames", "data"):
        (folder / name).mkdir()
    write_config(config, folder / "config")
    for kind, count in write_filenames(choice, folder / "filenames").items():
        logger.info("%d names in filenames/%s_filenames.txt", count, kind)
    data = folder / "data"
    write_sequence_information(choice, data / "sequence_information.json")
    write_frame_quality(choice, data / "frame_quality.csv", progress)
    write_embeddings(choice, data / "embeddings.csv", progress)
    if config.dump_sampled_embeddings:
        write_selected_embeddings(choice, data / "selected_embeddings.csv", progress)
    if config.dump_dataset:
        (data / "sampled").mkdir()
        count = write_frames(choice, data / "sampled", progress)
        logger.info("%d pictures in data/sampled", count)


def _numbered(path: Path) -> Iterator[Path]:
    """Yield this path, then with -2, -3, … after its name."""
    yield path
    for number in itertools.count(2):
        yield path.with_name(f"{path.name}-{number}")


def _taken(path: Path) -> bool:
    """Return whether something lies here that is not an empty folder."""
    if path.is_dir() and not path.is_symlink():
        return any(path.iterdir())
    return path.exists() or path.is_symlink()


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error)
    name = getattr(error, "filename", None)
    return f"{text} ({name})" if name else text
