"""Where the stages meet: embed(dataset), select(choice), run(everything).

Importing this module imports neither torch nor matplotlib; they are loaded when used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from seqsel_core.choice import Choice
from seqsel_core.choosing import select as select
from seqsel_core.config import Config
from seqsel_core.dataset import Dataset, Unreadable
from seqsel_core.earlier import remember
from seqsel_core.embed.spec import NONE, EncoderSpec, encoder_spec
from seqsel_core.errors import NothingReadable, StoreError
from seqsel_core.evaluate.proof import Proof, prove
from seqsel_core.opening import shard_key, sort_out
from seqsel_core.preconditions import refuse_early
from seqsel_core.progress import Progress, Silent
from seqsel_core.relevant import only_relevant
from seqsel_core.second_opinion import JudgeProgress, judge_config, opinion_of
from seqsel_core.store.catalogue import Catalogue
from seqsel_core.store.files import trouble
from seqsel_core.store.projections import Projections
from seqsel_core.store.shards import ShardInfo, ShardStore, ShardWriter
from seqsel_core.video.decoders import decoder_for
from seqsel_core.video.discover import Found, discover
from seqsel_core.video.types import ReadResult, Video
from seqsel_core.video.watched import WatchedDecoder

if TYPE_CHECKING:
    from seqsel_core.project.map_set import MapSet


UMAP_NEIGHBORS = (5, 15, 50)
"""Numbers of neighbours of the UMAP maps in the output folder."""


@dataclass(frozen=True)
class RunResult:
    """What a run made.

    Attributes:
        choice: The selection.
        output: The folder that was written.
        proof: How good the selection is; None where nothing is selected.
    """

    choice: Choice
    output: Path
    proof: Proof | None


def embed(
    config: Config,
    progress: Progress | None = None,
    *,
    found: Found | None = None,
    before_reading: Callable[[str], str] | None = None,
) -> Dataset:
    """Decode and embed all videos that are not stored yet.

    Args:
        config: Uses input_dir and the options of frames, encoder, decoder and store.
        progress: Told how far it is.
        found: The videos, where they are known already; otherwise `input_dir` is searched.
        before_reading: Called with the content id of a video before it is read; returns why
            it must not be read, or ''.

    Raises:
        InputError: There is nothing to read.
        NothingReadable: There are videos, but not one frame could be read.
        SeqselError: As the stages raise; see `errors.py`.
    """
    progress = progress or Silent()
    spec = _spec(config)
    if found is None:
        found = discover(Path(config.input_dir).expanduser(), frame_order=config.frame_order)
    if config.relevant_filenames_file:
        found = only_relevant(found, Path(config.relevant_filenames_file))
    data_dir = config.resolved_data_dir()
    store, catalogue = ShardStore(data_dir), Catalogue(data_dir)
    identities, unreadable = identify(found.videos, catalogue, progress)
    missing = _missing(identities, store, spec, config)
    embedded_now = 0
    if missing:
        watch = before_reading or (lambda video_id: "")
        embedded_now = _embed_missing(missing, store, catalogue, spec, config, progress, watch)
    found_shards = (
        (video, identity, store.find(identity, shard_key(spec, video, config.reader)))
        for video, identity in identities
    )
    videos, others = sort_out(found_shards, absent="changed while it was read: run again")
    unreadable = sorted([*unreadable, *others], key=lambda item: item.video.name)
    if not videos:
        raise NothingReadable(_nothing_readable(unreadable))
    dataset = Dataset(
        videos=tuple(videos),
        unreadable=tuple(unreadable),
        encoder=spec.key,
        ignored=found.ignored,
        warnings=found.warnings,
        embedded_now=embedded_now,
    )
    return _with_given(dataset, config) if config.embeddings else dataset


def run(
    config: Config, progress: Progress | None = None, *, found: Found | None = None
) -> RunResult:
    """Embed, select, and write the output folder.

    Args:
        config: All options; `Config.parse` makes them from `key=value` words.
        progress: Told how far it is.
        found: As in `embed`.

    Raises:
        SeqselError: See `errors.py`.
    """
    from seqsel_core.output.run_folder import RunFolder

    progress = progress or Silent()
    refuse_early(config)
    with RunFolder(Path(config.output_dir).expanduser(), config.run_directory) as folder:
        dataset = embed(config, progress, found=found)
        if not dataset.embedded_now:
            progress.note(
                "Nothing to decode or embed: all "
                f"{len(dataset.videos) + len(dataset.unreadable)} videos are stored."
            )
        judge = None
        if config.judge:
            judge = embed(judge_config(config), JudgeProgress(progress), found=found)
        choice, judges = opinion_of(select(dataset, config, progress), judge)
        progress.stage("judging", 0, "encoders")
        proof = prove(choice, judges)
        for warning in choice.warnings:
            progress.note(f"Warning: {warning}")
        path = folder.write(choice, proof, _maps(choice, progress), progress)
        remember(choice)
    return RunResult(choice, path, proof)


def _maps(choice: Choice, progress: Progress) -> MapSet:
    from seqsel_core.project.map_set import map_frames

    dataset, config = choice.dataset, choice.config
    names = ["pca", *(f"umap_k_{number}" for number in UMAP_NEIGHBORS)]
    progress.stage("drawing maps", len(names), "maps")
    return map_frames(
        dataset.embeddings,
        names,
        seed=config.seed,
        stored=Projections(config.resolved_data_dir(), dataset.key),
        advance=lambda name: progress.advance(1, name),
    )


def _spec(config: Config) -> EncoderSpec:
    return encoder_spec(
        NONE if config.embeddings else config.encoder,
        input_size=config.lightly.collate.input_size,
        weights=config.encoder_weights,
        precision=config.lightly.trainer.precision,
        compiled=config.compile,
        every=config.embed_every,
    )


def identify(
    videos: Sequence[Video], catalogue: Catalogue, progress: Progress
) -> tuple[list[tuple[Video, str]], list[Unreadable]]:
    """Return (video, content id) of every video whose files can be read, and the others."""
    identities, unreadable = [], []
    progress.stage("looking at files", len(videos), "videos")
    for video, identity in catalogue.video_ids(videos):
        if isinstance(identity, OSError):
            unreadable.append(Unreadable(video, f"cannot be read: {identity.strerror}"))
        else:
            identities.append((video, identity))
        progress.advance(1, video.name)
    return identities, unreadable


def _missing(
    identities: Sequence[tuple[Video, str]], store: ShardStore, spec: EncoderSpec, config: Config
) -> dict[tuple[str, str], Video]:
    """Return {(video id, shard key): video} of what is not stored, each content once."""
    missing: dict[tuple[str, str], Video] = {}
    for video, identity in identities:
        key = shard_key(spec, video, config.reader)
        if not store.path(identity, key).exists():
            missing.setdefault((identity, key), video)
    return missing


def _embed_missing(
    missing: dict[tuple[str, str], Video],
    store: ShardStore,
    catalogue: Catalogue,
    spec: EncoderSpec,
    config: Config,
    progress: Progress,
    watch: Callable[[str], str],
) -> int:
    progress.stage("loading the network", 0, "networks")
    from seqsel_core.embed.cores import available_cores, readers_for
    from seqsel_core.embed.encoders import load_encoder, resolve_device
    from seqsel_core.embed.pipeline import Task, embed_videos
    from seqsel_core.video.probe import estimate_frames

    encoder = load_encoder(spec, config.device)
    on_cpu = resolve_device(config.device).type == "cpu"
    estimates = {
        key: 0 if watch(key[0]) else estimate_frames(video, isolate=config.isolate)
        for key, video in missing.items()
    }
    expected = sum(estimates.values())
    total = 0
    progress.stage("decoding, embedding", expected, "frames")

    def finish(key: tuple[str, str], writer: ShardWriter, result: ReadResult) -> None:
        nonlocal expected, total
        video = missing[key]
        with writer:
            if not catalogue.still_holds(video, key[0]):
                return  # what was read is not the content whose shard this would be
            expected += writer.n_frames - estimates[key]
            total += writer.n_frames
            progress.total(expected)
            writer.finish(
                ShardInfo(
                    encoder=spec.key,
                    decoder=decoder_for(video, config.reader).name,
                    n_frames=writer.n_frames,
                    dimensions=writer.dimensions,
                    width=result.width,
                    height=result.height,
                    time_base=result.time_base,
                    total_frames=len(video.frame_paths) or writer.n_frames,
                    problems=tuple(result.problems),
                )
            )

    def task(key: tuple[str, str], video: Video) -> Task:
        threads = config.lightly.loader.num_workers
        decoder = decoder_for(video, config.reader, threads=threads, isolate=config.isolate)
        return Task(
            video=video,
            decoder=WatchedDecoder(decoder, lambda: watch(key[0])),
            open_sink=lambda: store.writer(*key),
            finish=lambda sink, result: finish(key, sink, result),
        )

    try:
        embed_videos(
            [task(key, video) for key, video in missing.items()],
            encoder,
            input_size=spec.input_size,
            batch_size=config.lightly.loader.batch_size,
            advance=progress.advance,
            readers=readers_for(len(missing), available_cores(), network_on_cpu=on_cpu),
            every=spec.every,
        )
    except OSError as error:
        place = config.resolved_data_dir()
        raise StoreError(
            f"Embeddings cannot be written to {place}: {trouble(error, place)} "
            "What was embedded before is kept."
        ) from error
    return total


def _with_given(dataset: Dataset, config: Config) -> Dataset:
    from seqsel_core.given import load_given

    names = [[v.frame_name(int(i)) for i in v.frames["index"]] for v in dataset.videos]
    path = Path(config.embeddings).expanduser()
    return replace(dataset, given=load_given(path, names), encoder=f"given:{path.name}")


def _nothing_readable(unreadable: Sequence[Unreadable]) -> str:
    shown = [f"'{item.video.name}' {item.reason}" for item in unreadable[:5]]
    more = f"; and {len(unreadable) - 5} more" if len(unreadable) > 5 else ""
    return f"None of the {len(unreadable)} videos can be read: {'; '.join(shown)}{more}."
