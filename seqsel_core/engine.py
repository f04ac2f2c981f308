"""Where the stages meet: embed(dataset), select(choice), run(everything).

Importing this module imports neither torch nor matplotlib; they are loaded when used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from seqsel_core.choice import Choice
from seqsel_core.choosing import select as select
from seqsel_core.config import Config
from seqsel_core.dataset import Dataset, Unreadable
from seqsel_core.earlier import remember
from seqsel_core.embed.spec import NONE, EncoderSpec, encoder_spec
from seqsel_core.embedding import CHANGED, embed_missing
from seqsel_core.errors import NothingReadable
from seqsel_core.evaluate.proof import Proof, prove
from seqsel_core.opening import shard_key, sort_out
from seqsel_core.preconditions import refuse_early
from seqsel_core.progress import Progress, Silent
from seqsel_core.relevant import only_relevant
from seqsel_core.second_opinion import JudgeProgress, judge_config, opinion_of
from seqsel_core.store.catalogue import Catalogue
from seqsel_core.store.projections import Projections
from seqsel_core.store.shards import ShardStore
from seqsel_core.video.discover import Found, discover
from seqsel_core.video.types import Video
from seqsel_core.watching import Nobody, VideoResult, Watcher

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
    watcher: Watcher | None = None,
) -> Dataset:
    """Decode and embed all videos that are not stored yet.

    Args:
        config: Uses input_dir and the options of frames, encoder, decoder and store.
        progress: Told how far it is.
        found: The videos, where they are known already; otherwise `input_dir` is searched.
        watcher: Asked and told what becomes of each video.

    Raises:
        InputError: There is nothing to read.
        NothingReadable: There are videos, but not one frame could be read.
        TurnOver: The watcher let no more videos begin.
        SeqselError: As the stages raise; see `errors.py`.
    """
    progress, watcher = progress or Silent(), watcher or Nobody()
    spec = _spec(config)
    if found is None:
        found = discover(Path(config.input_dir).expanduser(), frame_order=config.frame_order)
    if config.relevant_filenames_file:
        found = only_relevant(found, Path(config.relevant_filenames_file))
    data_dir = config.resolved_data_dir()
    store, catalogue = ShardStore(data_dir), Catalogue(data_dir)
    identities, unreadable = identify(found.videos, catalogue, progress)
    watcher.known(VideoResult(item.video.name, "unreadable", 0, item.reason) for item in unreadable)
    embedded_now = embed_missing(identities, store, catalogue, spec, config, progress, watcher)
    found_shards = (
        (video, identity, store.find(identity, shard_key(spec, video, config.reader)))
        for video, identity in identities
    )
    videos, others = sort_out(found_shards, absent=CHANGED)
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


def _with_given(dataset: Dataset, config: Config) -> Dataset:
    from seqsel_core.given import load_given

    names = [[v.frame_name(int(i)) for i in v.frames["index"]] for v in dataset.videos]
    path = Path(config.embeddings).expanduser()
    return replace(dataset, given=load_given(path, names), encoder=f"given:{path.name}")


def _nothing_readable(unreadable: Sequence[Unreadable]) -> str:
    shown = [f"'{item.video.name}' {item.reason}" for item in unreadable[:5]]
    more = f"; and {len(unreadable) - 5} more" if len(unreadable) > 5 else ""
    which = f"None of the {len(unreadable):,} videos can"
    if len(unreadable) == 1:
        which = "The video cannot"
    return f"{which} be read: {'; '.join(shown)}{more}."
