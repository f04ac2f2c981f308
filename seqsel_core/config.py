"""The options of a run: names, types, defaults, meaning; and how `key=value` becomes them.

Names and defaults follow the reference system, so that its commands run unchanged.
"""

from __future__ import annotations

import copy
import functools
import math
from collections.abc import Sequence
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from seqsel_core.errors import ConfigError
from seqsel_core.option_groups import (
    CorruptnessCheck,
    Datapool,
    DecodeLimits,
    Lightly,
    Quality,
    StoppingCondition,
    option,
)
from seqsel_core.unknown_option import unknown_option
from seqsel_core.video.discover import FRAME_ORDERS
from seqsel_core.video.limits import Limits

METHODS = ("coreset", "coreset-medoid", "representative", "balanced", "uniform", "random")
WEIGHTED = ("coreset", "representative", "balanced")
REMAINDERS = ("drop", "overlap", "keep")
REPRESENTATIONS = ("mean", "motion")
EVEN_OVER = ("", "video", "folder")
STARTS = ("medoid", "first")
DECODERS = ("auto", "pyav", "decord", "torchcodec")
IMAGE_FORMATS = ("png", "jpg", "jpeg", "bmp", "webp")


@dataclass
class Config:
    """All options of one run. `Config.parse` makes it from `key=value` words.

    Raises:
        ConfigError: by `check()`, when a value cannot be.
    """

    input_dir: str = option("", "folder with videos or folders of frames (required)")
    output_dir: str = option("", "folder that receives the run's folder (required)")
    run_directory: str = option("", "name of the run's folder; '': date and time")
    relevant_filenames_file: str = option(
        "", "text file; only the videos (or frames) named in it, one per line, are used"
    )
    frame_order: str = option("alphabetical", "order of a folder's frames: alphabetical, natural")

    encoder: str = option(
        "efficientnet-lite0",
        "efficientnet-lite0, -lite1, -lite2 (weights in packages); torchvision:NAME or timm:NAME "
        "(downloads its weights once); file:PATH (a network saved as ONNX or TorchScript)",
    )
    encoder_weights: str = option(
        "", "file with weights for a torchvision or timm encoder: no download"
    )
    embed_every: int = option(
        1, "embed every so many frames, at most the length; the others share the one before"
    )
    judge: str = option(
        "",
        "a second encoder, named as encoder=, that had no part in the selection and judges it in "
        "the report; embeds all videos once more; '': none",
    )
    compile: bool = option(
        False, "compile the network on a CUDA device: a slow start, then faster batches"
    )
    device: str = option("auto", "auto, cpu, cuda, cuda:N; auto takes a GPU where there is one")
    decoder: str = option("auto", "reader of video files: auto, pyav, decord, torchcodec")
    decode_limits: DecodeLimits = field(default_factory=DecodeLimits)
    isolate: bool = option(
        True, "decode in a process of its own: one that crashes or hangs costs one video only"
    )
    embeddings: str = option(
        "", "csv or npy with embeddings of your own, one row per frame: nothing is embedded"
    )
    normalize_embeddings: bool = option(
        True, "make the average of a sequence unit length; False: as the reference does"
    )

    selected_sequence_length: int = option(1, "frames per sequence; 1: single frames")
    stride: int = option(
        -1, "frames from the start of one candidate to the next; -1: the length, side by side"
    )
    min_gap: int = option(
        -1, "frames at least between selected sequences; -1: 0, none shares a frame with another"
    )
    remainder: str = option(
        "drop",
        "frames at the end that fill no sequence: drop, overlap with the one before (both may be "
        "selected unless min_gap says no), or keep as a shorter one that counts its own frames",
    )
    avoid_cuts: bool = option(False, "make no sequence that goes over a scene cut")
    representation: str = option(
        "mean", "what stands for a sequence: mean of its frames, or motion (what moves, too)"
    )
    method: str = option(
        "coreset",
        "coreset (greedy k-center), coreset-medoid (and one medoid step), representative "
        "(facility location), balanced (between the two), uniform (every video evenly), random",
    )
    balance: float = option(
        0.25, "of method=balanced: share of picks for what is rare, 0 (typical) to 1 (rare)"
    )
    typicality: float = option(
        0.0, "of coreset, representative, balanced: prefer sequences with near neighbours; 0: off"
    )
    sharpness: float = option(
        0.0, "of the same methods: avoid what is less sharp than usual in its video; 0: off"
    )
    start: str = option("medoid", "first pick of coreset: medoid (most central), or first")
    seed: int = option(0, "seed of method=random and of UMAP")
    stopping_condition: StoppingCondition = field(default_factory=StoppingCondition)
    datapool: Datapool = field(default_factory=Datapool)
    pinned: str = option(
        "",
        "sequences selected first, whatever the checks say: video:start-stop,... (stop: the frame "
        "after the last), or a text file with one per line",
    )
    rejected: str = option("", "sequences kept out, and all that share frames with them; as pinned")
    max_per_video: int = option(-1, "sequences of one video at most; -1: off")
    min_per_video: int = option(-1, "sequences of every video at least; -1: off")
    even_over: str = option(
        "", "video, folder: select from each as evenly as can be; '': as they come"
    )

    enable_corruptness_check: bool = option(
        True, "report corrupt frames; a sequence that holds one is not selected"
    )
    corruptness_check: CorruptnessCheck = field(default_factory=CorruptnessCheck)
    remove_exact_duplicates: bool = option(
        True, "report frames equal to an earlier one; a sequence that holds one is not selected"
    )
    quality: Quality = field(default_factory=Quality)
    remove_blurred: bool = option(False, "do not select a sequence that holds a blurred frame")
    remove_frozen: bool = option(False, "do not select a sequence that holds a frozen frame")

    dump_dataset: bool = option(False, "write the selected frames as pictures to data/sampled")
    dump_sampled_embeddings: bool = option(True, "write data/selected_embeddings.csv")
    output_image_size: Any = option(
        -1, "-1: as in the video; x: short edge x pixels; [h,w]: exactly that"
    )
    output_image_format: str = option("png", "format of written frames: png, jpg, bmp, webp")
    n_example_images: int = option(6, "retained and removed pictures shown in the report")
    show_video_sampling_timeline: bool = option(True, "draw a timeline per video in the report")

    data_dir: str = option(
        "", "where embeddings are kept between runs; '': $SEQSEL_DATA_DIR or the user's data folder"
    )
    lightly: Lightly = field(default_factory=Lightly)

    @classmethod
    def parse(cls, words: Sequence[str]) -> Config:
        """Make a checked configuration from `key=value` words.

        Raises:
            ConfigError: A word is not `key=value`, the option does not exist, or its
                value is of the wrong type or out of range.
        """
        return cls.from_overrides(parse_overrides(words))

    @classmethod
    def from_overrides(cls, overrides: dict[str, Any]) -> Config:
        """Make a checked configuration from {dotted option name: value}.

        Raises:
            ConfigError: As `parse`.
        """
        tree = copy.deepcopy(_defaults())
        known = {name: default for name, default, _ in options()}
        texts: dict[str, str] = {}
        for key, value in overrides.items():
            if key not in known:
                raise ConfigError(unknown_option(key, set(known)))
            if isinstance(value, str) and isinstance(known[key], str):
                texts[key] = value  # not by OmegaConf: to it, ${ and ??? are more than text
                continue
            try:
                if "${" in str(value) or "???" in str(value):
                    raise OmegaConfBaseException
                OmegaConf.update(tree, key, value, merge=False)
            except OmegaConfBaseException as error:
                raise ConfigError(f"{key}={value} is not {_expected(key)}.") from error
        config = OmegaConf.to_object(tree)
        assert isinstance(config, cls)
        for key, text in texts.items():
            *path, name = key.split(".")
            setattr(functools.reduce(getattr, path, config), name, text)
        config.check()
        return config

    def check(self) -> None:
        """Check every value for itself.

        Raises:
            ConfigError: naming the option, its value and what would be right.
        """
        _one_of("method", self.method, METHODS)
        if not 0 <= self.balance <= 1:
            raise ConfigError(f"balance={self.balance:g} is not between 0 (typical) and 1 (rare).")
        for name in ("typicality", "sharpness"):
            if not 0 <= (strength := getattr(self, name)) < math.inf:
                raise ConfigError(f"{name}={strength:g} is not a number of at least 0 (off).")
            if strength and self.method not in WEIGHTED:
                names = ", ".join(WEIGHTED)
                raise ConfigError(f"{name} is for method={names}; method={self.method} weighs not.")
        _one_of("remainder", self.remainder, REMAINDERS)
        _one_of("representation", self.representation, REPRESENTATIONS)
        _one_of("even_over", self.even_over, EVEN_OVER)
        for name in ("stride", "max_per_video", "min_per_video"):
            if getattr(self, name) != -1:
                _at_least(name, getattr(self, name), 1)
        if self.min_gap != -1:
            _at_least("min_gap", self.min_gap, 0)
        if self.max_per_video != -1 and self.min_per_video > self.max_per_video:
            raise ConfigError(
                f"min_per_video={self.min_per_video} is more than "
                f"max_per_video={self.max_per_video}."
            )
        if self.even_over and max(self.max_per_video, self.min_per_video) != -1:
            raise ConfigError(
                f"even_over={self.even_over} sets the limits itself: leave out max_per_video and "
                "min_per_video."
            )
        _one_of("start", self.start, STARTS)
        _one_of("decoder", self.decoder, DECODERS)
        _one_of("frame_order", self.frame_order, FRAME_ORDERS)
        _one_of("output_image_format", self.output_image_format, IMAGE_FORMATS)
        _one_of("lightly.trainer.precision", self.lightly.trainer.precision, (16, 32))
        if self.stopping_condition.n_samples == 0:
            raise ConfigError(
                f"stopping_condition.n_samples={self.stopping_condition.n_samples} selects "
                f"nothing: give at least {self.selected_sequence_length} (one sequence), a share "
                "above 0.0 and up to 1.0, or -1 for no limit."
            )
        _at_least("selected_sequence_length", self.selected_sequence_length, 1)
        _at_least("embed_every", self.embed_every, 1)
        if self.embed_every > self.selected_sequence_length:
            raise ConfigError(
                f"embed_every={self.embed_every} is more than selected_sequence_length="
                f"{self.selected_sequence_length}: some sequences would hold no embedded frame. "
                f"Give embed_every of at most {self.selected_sequence_length}."
            )
        _at_least("n_example_images", self.n_example_images, 0)
        _at_least("seed", self.seed, 0)
        _at_least("decode_limits.max_pixels", self.decode_limits.max_pixels, 1)
        _at_least("decode_limits.max_frames", self.decode_limits.max_frames, 1)
        _at_least("lightly.loader.batch_size", self.lightly.loader.batch_size, 1)
        if self.lightly.collate.input_size != -1:
            _at_least("lightly.collate.input_size", self.lightly.collate.input_size, 32)
        if self.lightly.loader.num_workers != -1:
            _at_least("lightly.loader.num_workers", self.lightly.loader.num_workers, 0)
        threshold = self.corruptness_check.corruption_threshold
        if not 0 <= threshold <= 1:
            raise ConfigError(
                f"corruptness_check.corruption_threshold={threshold} is not between 0 and 1."
            )
        for name, value in vars(self.quality).items():
            if not (math.isfinite(value) and value >= 0):
                raise ConfigError(f"quality.{name}={value} is not a number of at least 0.")
        _at_least("quality.frozen_frames", self.quality.frozen_frames, 1)
        distance = self.stopping_condition.min_distance
        if distance != -1 and not (0 <= distance <= 2):
            raise ConfigError(
                f"stopping_condition.min_distance={distance:g} is not between 0 and 2 "
                "(distances between unit vectors), nor -1 (off)."
            )
        if self.stopping_condition.n_samples == -1 and distance == -1:
            raise ConfigError(
                "Nothing says when to stop: give stopping_condition.n_samples (frames, or a "
                "share from 0.0 to 1.0) or stopping_condition.min_distance."
            )
        size = self.output_image_size
        pair = isinstance(size, (list, tuple)) and len(size) == 2
        if not (_positive(size) or size == -1 or (pair and all(map(_positive, size)))):
            raise ConfigError(
                f"output_image_size={size} is not -1, a number of pixels, or [height,width]."
            )

    @property
    def reader(self) -> str:
        """The decoder with its limits, as `decoder_for` takes it."""
        limits = Limits(self.decode_limits.max_pixels, self.decode_limits.max_frames)
        return self.decoder + limits.suffix

    def resolved_data_dir(self) -> Path:
        """Return where embeddings are kept between runs."""
        from seqsel_core.store.location import default_data_dir

        return Path(self.data_dir).expanduser() if self.data_dir else default_data_dir()


def parse_overrides(words: Sequence[str]) -> dict[str, Any]:
    """Return {dotted option name: value} of `key=value` words; values are typed as in YAML.

    Raises:
        ConfigError: A word is not `key=value`, or an option is given twice.
    """
    texts = {name for name, default, _ in options() if isinstance(default, str)}
    overrides: dict[str, Any] = {}
    for word in words:
        key, equals, text = word.partition("=")
        if not equals:
            raise ConfigError(f"'{word}' is not of the form option=value. Try --help.")
        if key in overrides:
            raise ConfigError(f"Option '{key}' is given twice: {overrides[key]} and {text}.")
        value: Any = text
        if key not in texts:
            try:
                value = yaml.safe_load(text)
            except yaml.YAMLError:
                value = text
        overrides[key] = value
    return overrides


@functools.cache
def _defaults() -> DictConfig:
    """Return the tree of all options; made once, as that takes six times as long as a copy."""
    tree: DictConfig = OmegaConf.structured(Config)
    return tree


def options() -> list[tuple[str, Any, str]]:
    """Return (dotted name, default, meaning) of every option, in the order of `Config`."""
    return _options(Config, "")


def _options(kind: type, prefix: str) -> list[tuple[str, Any, str]]:
    found = []
    for item in fields(kind):
        if item.default is MISSING:
            assert item.default_factory is not MISSING
            found += _options(type(item.default_factory()), f"{prefix}{item.name}.")
        else:
            found.append((prefix + item.name, item.default, item.metadata["help"]))
    return found


def _expected(key: str) -> str:
    default = next(default for name, default, _ in options() if name == key)
    if key == "stopping_condition.n_samples":
        return "a whole number of frames, or a share from 0.0 to 1.0"
    kinds = {bool: "True or False", int: "a whole number", float: "a number", str: "text"}
    return kinds.get(type(default), "a value of the right kind")


def _one_of(name: str, value: Any, allowed: Sequence[Any]) -> None:
    if value not in allowed:
        raise ConfigError(f"{name}={value} is not one of {', '.join(map(str, allowed))}.")


def _at_least(name: str, value: int, least: int) -> None:
    if value < least:
        raise ConfigError(f"{name}={value} is too small: it must be at least {least}.")


def _positive(value: Any) -> bool:
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and math.isfinite(value)
        and value >= 1
        and value == int(value)
    )
