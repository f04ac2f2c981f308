"""The options of a run: names, types, defaults, meaning; and how `key=value` becomes them.

Names and defaults follow the reference system, so that its commands run unchanged.
"""

from __future__ import annotations

import difflib
import functools
import math
from collections.abc import Sequence
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any

import yaml
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from seqsel_core.errors import ConfigError
from seqsel_core.video.discover import FRAME_ORDERS

METHODS = ("coreset", "random")
REMAINDERS = ("drop", "overlap")
STARTS = ("medoid", "first")
DECODERS = ("auto", "pyav", "decord")
IMAGE_FORMATS = ("png", "jpg", "jpeg", "bmp", "webp")


def option(default: Any, meaning: str) -> Any:
    """Declare one option with its default and its one-line meaning."""
    if isinstance(default, (dict, list)) or is_dataclass(default):
        raise TypeError("options are scalars")
    return field(default=default, metadata={"help": meaning})


@dataclass
class CorruptnessCheck:
    """Options of the corruptness check."""

    corruption_threshold: float = option(
        0.1, "a frame whose score is above this, 0 to 1, is corrupt; smaller is stricter"
    )


@dataclass
class StoppingCondition:
    """When the selection ends; the condition reached first counts."""

    n_samples: int | float = option(
        -1, "frames to select, a multiple of the length; 0.0 to 1.0: share of all frames; -1: off"
    )
    min_distance: float = option(
        -1.0, "stop before the next pick is closer than this to the ones before; -1: off"
    )


@dataclass
class Datapool:
    """A named set of earlier selections."""

    name: str = option("", "selections kept under this name count as already selected")


@dataclass
class Loader:
    """How frames reach the network."""

    batch_size: int = option(32, "frames per pass through the network")
    num_workers: int = option(-1, "threads that decode a video, with PyAV; -1: as FFmpeg sees fit")


@dataclass
class Collate:
    """What a frame is scaled to."""

    input_size: int = option(-1, "side of the network's input in pixels; -1: the encoder's own")


@dataclass
class Trainer:
    """Arithmetic of the network."""

    precision: int = option(32, "32, or 16 for mixed precision on a CUDA device")


@dataclass
class Lightly:
    """Options that the reference system keeps under this name."""

    loader: Loader = field(default_factory=Loader)
    collate: Collate = field(default_factory=Collate)
    trainer: Trainer = field(default_factory=Trainer)


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
        "efficientnet-lite0, -lite1, -lite2 (weights in packages), "
        "or torchvision:NAME (downloads its weights once)",
    )
    encoder_weights: str = option("", "file with weights for a torchvision encoder: no download")
    device: str = option("auto", "auto, cpu, cuda, cuda:N; auto takes a GPU where there is one")
    decoder: str = option("auto", "reader of video files: auto, pyav, decord")
    embeddings: str = option(
        "", "csv or npy with embeddings of your own, one row per frame: nothing is embedded"
    )
    normalize_embeddings: bool = option(
        True, "make the average of a sequence unit length; False: as the reference does"
    )

    selected_sequence_length: int = option(1, "frames per sequence; 1: single frames")
    remainder: str = option(
        "drop", "frames at the end that fill no sequence: drop, or overlap with the one before"
    )
    method: str = option("coreset", "coreset (greedy k-center), or random")
    start: str = option("medoid", "first pick of coreset: medoid (most central), or first")
    seed: int = option(0, "seed of method=random and of UMAP")
    stopping_condition: StoppingCondition = field(default_factory=StoppingCondition)
    datapool: Datapool = field(default_factory=Datapool)

    enable_corruptness_check: bool = option(
        True, "report corrupt frames; a sequence that holds one is not selected"
    )
    corruptness_check: CorruptnessCheck = field(default_factory=CorruptnessCheck)
    remove_exact_duplicates: bool = option(
        True, "report frames equal to an earlier one; a sequence that holds one is not selected"
    )

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
        tree = OmegaConf.structured(cls)
        known = {name: default for name, default, _ in options()}
        texts: dict[str, str] = {}
        for key, value in overrides.items():
            if key not in known:
                raise ConfigError(_unknown(key, set(known)))
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
        _one_of("remainder", self.remainder, REMAINDERS)
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
        _at_least("n_example_images", self.n_example_images, 0)
        _at_least("seed", self.seed, 0)
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


_ELSEWHERE = {
    "token": "seqsel needs no account: leave it out",
    "worker": "seqsel runs by itself: leave it out",
    "upload": "nothing is uploaded: the output folder holds everything",
    "upload_dataset": "nothing is uploaded: use dump_dataset=True",
    "upload_report": "nothing is uploaded: the report is report.pdf in the output folder",
    "enable_training": "seqsel embeds with pretrained weights: choose them with encoder=",
    "checkpoint": "choose a network with encoder= and encoder_weights=",
    "pretagging": "seqsel tags nothing: leave it out",
    "pretagging_debug": "seqsel tags nothing: leave it out",
    "pretagging_config": "seqsel tags nothing: leave it out",
    "active_learning": "scores are not used: method=coreset selects by diversity",
    "object_level": "seqsel selects sequences of frames, not objects: leave it out",
    "datasource": "point input_dir to the files instead",
}


def _unknown(key: str, known: set[str]) -> str:
    top = key.split(".")[0]
    hint = _ELSEWHERE.get(top) or (_ELSEWHERE["upload"] if top.startswith("upload") else None)
    if hint:
        return f"Option '{key}' of the reference system is not supported; {hint}."
    nested = {name for name in known if name.endswith(f".{key}")}
    close = sorted(nested) or difflib.get_close_matches(key, known, 1, cutoff=0.5)
    question = f" Did you mean '{close[0]}'?" if close else " See --help."
    return f"Option '{key}' does not exist!{question}"


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
