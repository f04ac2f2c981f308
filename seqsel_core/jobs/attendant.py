"""What an embedding job decides and writes down between videos; implements `Watcher`."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from seqsel_core.jobs.desk import Desk
from seqsel_core.jobs.job import Job, storable
from seqsel_core.jobs.progress import JobProgress
from seqsel_core.jobs.suspects import Suspects
from seqsel_core.store.catalogue import Catalogue
from seqsel_core.video.types import Video
from seqsel_core.watching import VideoResult

TURN_SECONDS = 120.0
"""After so long a job gives way at the end of a video, where another user or dataset waits."""

_EMBEDDED = ("done", "partly")


class Attendant:
    """Keeps the list of a job's videos, its suspects, and its turn."""

    def __init__(
        self, job: Job, progress: JobProgress, data_dir: Path, videos: Sequence[Video]
    ) -> None:
        """Stand beside a job that begins now.

        Args:
            job: The job.
            progress: Told how many videos need no more work.
            data_dir: Where the catalogue is.
            videos: All that the job deals with.

        Raises:
            StoreError: The catalogue cannot be used.
        """
        self._job = job
        self._progress = progress
        self._catalogue = Catalogue(data_dir)
        self._desk = Desk(data_dir, job.worker)
        self._suspects = Suspects(data_dir, job.id)
        self._began: float | None = None  # when the first video was
        self._lock = threading.Lock()
        self._total = len(videos)
        self._settled: set[str] = set()
        self._names: dict[str, str] = {}  # of the videos that are read, by content
        self._forget({storable(video.name) for video in videos})
        progress.videos(0, self._total)

    def known(self, results: Iterable[VideoResult]) -> None:
        """See `Watcher`."""
        results = list(results)
        with self._catalogue.connect() as connection:
            rows = connection.execute(
                "SELECT name, outcome FROM job_videos WHERE job_id = ?", (self._job.id,)
            ).fetchall()
            mine = {row["name"] for row in rows if row["outcome"] in _EMBEDDED}
        now = {storable(result.name): result for result in results}
        earlier = {name for name in mine & now.keys() if now[name].n_frames}
        self._progress.before(sum(now[name].n_frames for name in earlier))
        self._write([result for name, result in now.items() if name not in earlier])
        self._count(now)

    def go_on(self) -> bool:
        """See `Watcher`."""
        now = time.monotonic()
        if self._began is None:
            self._began = now
        over = now - self._began > TURN_SECONDS
        return not (over and self._desk.others_wait(self._job))

    def alone(self, video_id: str) -> bool:
        """See `Watcher`."""
        return self._suspects.suspected(video_id)

    def elsewhere(self, video_id: str) -> bool:
        """See `Watcher`."""
        return self._suspects.elsewhere(video_id)

    def begin(self, video: Video, video_id: str) -> str:
        """See `Watcher`."""
        reason = self._suspects.begin(video_id)
        if not reason:
            self._names[video_id] = video.name
            self._progress.begin_video(video.name)
        return reason

    def end(self, video_id: str, results: Iterable[VideoResult]) -> None:
        """See `Watcher`."""
        results = list(results)
        self._suspects.end(video_id)
        self._write(results)
        self._desk.got_on(self._job.id)
        self._progress.end_video(self._names.pop(video_id, ""))
        self._count(storable(result.name) for result in results)

    def _count(self, names: Iterable[str]) -> None:
        with self._lock:
            self._settled.update(names)
            self._progress.videos(len(self._settled), max(self._total, len(self._settled)))

    def _write(self, results: Iterable[VideoResult]) -> None:
        rows = [
            (
                self._job.id,
                storable(result.name),
                result.outcome,
                result.n_frames,
                storable(result.reason),
            )
            for result in results
        ]
        with self._catalogue.connect() as connection:
            connection.executemany("INSERT OR REPLACE INTO job_videos VALUES (?, ?, ?, ?, ?)", rows)

    def _forget(self, names: set[str]) -> None:
        """Forget videos that are gone, and the lists of earlier jobs: one for each is enough."""
        with self._catalogue.connect() as connection:
            connection.execute(
                "DELETE FROM job_videos WHERE job_id IN "
                "(SELECT id FROM jobs WHERE dataset_id = ? AND kind = ? AND id < ?)",
                (self._job.dataset_id, self._job.kind, self._job.id),
            )
            rows = connection.execute(
                "SELECT name FROM job_videos WHERE job_id = ?", (self._job.id,)
            ).fetchall()
            gone = [(self._job.id, row["name"]) for row in rows if row["name"] not in names]
            connection.executemany("DELETE FROM job_videos WHERE job_id = ? AND name = ?", gone)
