"""Embed the videos of a dataset that are not stored yet: each content once."""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Iterator, Sequence

from seqsel_core.config import Config
from seqsel_core.embed.spec import EncoderSpec
from seqsel_core.errors import StoreError
from seqsel_core.opening import shard_key
from seqsel_core.progress import Progress
from seqsel_core.store.catalogue import Catalogue
from seqsel_core.store.files import trouble
from seqsel_core.store.shards import ShardInfo, ShardStore, ShardWriter
from seqsel_core.video.decoders import decoder_for
from seqsel_core.video.probe import estimate_frames
from seqsel_core.video.types import Decoder, ReadResult, Video
from seqsel_core.video.watched import WatchedDecoder
from seqsel_core.watching import TurnOver, VideoResult, Watcher, result_of

CHANGED = "changed while it was read: run again"
"""Reason of a video whose files are not those any more that the work began with."""

_Key = tuple[str, str]  # content id, part of a shard's name that says how it is read and embedded


def embed_missing(
    identities: Sequence[tuple[Video, str]],
    store: ShardStore,
    catalogue: Catalogue,
    spec: EncoderSpec,
    config: Config,
    progress: Progress,
    watcher: Watcher,
) -> int:
    """Decode and embed what is not stored; return the number of frames that were embedded.

    Args:
        identities: Videos with their content ids.
        store: Receives the shards.
        catalogue: Says whether a file is still what it was.
        spec: The encoder.
        config: Options of frames, encoder and decoder.
        progress: Told how far it is.
        watcher: Asked and told what becomes of each video.

    Raises:
        TurnOver: The watcher let no more videos begin.
        StoreError: A shard cannot be written or read.
        SeqselError: As the encoder raises.
    """
    missing: dict[_Key, list[Video]] = {}
    for video, video_id in identities:
        key = (video_id, shard_key(spec, video, config.reader))
        missing.setdefault(key, []).append(video)
    kept = {}
    for key in list(missing):
        if shard := store.find(*key):
            kept[key] = [result_of(video, shard.info, kept=True) for video in missing.pop(key)]
    watcher.known(result for results in kept.values() for result in results)
    if not missing:
        return 0
    return _Embedding(missing, store, catalogue, spec, config, progress, watcher).run()


class _Embedding:
    """The work on videos that are not stored: {key: all videos of this content}."""

    def __init__(
        self,
        missing: dict[_Key, list[Video]],
        store: ShardStore,
        catalogue: Catalogue,
        spec: EncoderSpec,
        config: Config,
        progress: Progress,
        watcher: Watcher,
    ) -> None:
        self._missing = missing
        self._store = store
        self._catalogue = catalogue
        self._spec = spec
        self._config = config
        self._progress = progress
        self._watcher = watcher
        self._turn_over = False
        self._estimates: dict[_Key, int] = {}
        self._expected = 0
        self._embedded = 0

    def run(self) -> int:
        self._progress.stage("loading the network", 0, "networks")
        # Not before it is known that there is something to embed: torch takes seconds.
        from seqsel_core.embed.cores import available_cores, readers_for
        from seqsel_core.embed.encoders import load_encoder, resolve_device
        from seqsel_core.embed.pipeline import Task, embed_videos

        config, spec = self._config, self._spec
        encoder = load_encoder(spec, config.device)
        on_cpu = resolve_device(config.device).type == "cpu"
        alone = [key for key in self._missing if self._watcher.alone(key[0])]
        others = [key for key in self._missing if key not in set(alone)]
        self._estimate(others)
        self._progress.stage("decoding, embedding", self._expected, "frames")

        def embed(keys: Sequence[_Key]) -> None:
            embed_videos(
                (
                    Task(
                        video=self._missing[key][0],
                        decoder=self._decoder(key),
                        open_sink=functools.partial(self._store.writer, *key),
                        finish=functools.partial(self._finish, key),
                    )
                    for key in self._to_read(keys)
                ),
                encoder,
                input_size=spec.input_size,
                batch_size=config.lightly.loader.batch_size,
                advance=self._progress.advance,
                readers=readers_for(len(keys), available_cores(), network_on_cpu=on_cpu),
                every=spec.every,
            )

        try:
            for key in alone:
                embed([key])
            if others:
                embed(others)
        except OSError as error:
            place = config.resolved_data_dir()
            raise StoreError(
                f"Embeddings cannot be written to {place}: {trouble(error, place)} "
                "What was embedded before is kept."
            ) from error
        if self._turn_over:
            raise TurnOver
        return self._embedded

    def _estimate(self, keys: Sequence[_Key]) -> None:
        """Guess how many frames there will be; what is under suspicion is not opened for that."""
        self._progress.stage("reading headers", len(keys), "videos")
        for key in keys:
            video = self._missing[key][0]
            self._estimates[key] = estimate_frames(video, isolate=self._config.isolate)
            self._progress.advance(1, video.name)
        self._expected = sum(self._estimates.values())

    def _decoder(self, key: _Key) -> Decoder:
        video = self._missing[key][0]
        threads = self._config.lightly.loader.num_workers
        return WatchedDecoder(
            decoder_for(video, self._config.reader, threads=threads, isolate=self._config.isolate),
            functools.partial(self._watcher.begin, video, key[0]),
        )

    def _to_read(self, keys: Sequence[_Key]) -> Iterator[_Key]:
        """Yield what is to be read next; what somebody else reads now comes last."""
        waiting, elsewhere = deque(keys), deque[_Key]()
        while waiting or elsewhere:
            if not self._watcher.go_on():
                self._turn_over = True
                return
            first = bool(waiting)
            key = waiting.popleft() if first else elsewhere.popleft()
            if shard := self._store.find(*key):  # somebody else embedded it in the meantime
                videos = self._missing[key]
                self._watcher.known(result_of(video, shard.info, kept=True) for video in videos)
                self._expect(-self._estimates.get(key, 0))
            elif first and self._watcher.elsewhere(key[0]):
                elsewhere.append(key)
            else:
                yield key

    def _finish(self, key: _Key, writer: ShardWriter, result: ReadResult) -> None:
        """Store a video that was read to its end."""
        video, *copies = self._missing[key]
        with writer:
            if not self._catalogue.still_holds(video, key[0]):
                # What was read is not the content whose shard this would be.
                reason = CHANGED if video.path.exists() else "was removed while it was read"
                results = [VideoResult(v.name, "unreadable", 0, reason) for v in (video, *copies)]
                self._watcher.end(key[0], results)
                return
            self._expect(writer.n_frames - self._estimates.get(key, 0))
            self._embedded += writer.n_frames
            info = ShardInfo(
                encoder=self._spec.key,
                decoder=decoder_for(video, self._config.reader).name,
                n_frames=writer.n_frames,
                dimensions=writer.dimensions,
                width=result.width,
                height=result.height,
                time_base=result.time_base,
                total_frames=len(video.frame_paths) or writer.n_frames,
                problems=tuple(result.problems),
            )
            writer.finish(info)
        self._watcher.end(
            key[0],
            [result_of(video, info, kept=False), *(result_of(v, info, kept=True) for v in copies)],
        )

    def _expect(self, more: int) -> None:
        self._expected += more
        self._progress.total(self._expected)
