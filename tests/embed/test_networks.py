"""Networks by name and from files, their classifiers left off."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from seqsel_core.embed.encoders import load_encoder
from seqsel_core.embed.networks import IMAGENET_MEAN, IMAGENET_STD, drop_classifier, state_dict
from seqsel_core.embed.spec import encoder_spec
from seqsel_core.errors import ConfigError, EncoderError

SIZE = 32


class Tiny(torch.nn.Module):
    """A network of one convolution: (B, 3, 32, 32) to (B, 4)."""

    def __init__(self) -> None:
        """Begin with fixed random weights."""
        super().__init__()
        torch.manual_seed(0)
        self.layer = torch.nn.Conv2d(3, 4, 3)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return features."""
        features: torch.Tensor = self.layer(pictures).relu().mean(dim=(2, 3))
        return features


def pictures(count: int = 5) -> Any:
    """Return noise, shape (count, 32, 32, 3), uint8."""
    return np.random.default_rng(1).integers(0, 256, (count, SIZE, SIZE, 3), np.uint8)


def expected(batch: Any) -> Any:
    """Return the unit vectors that `Tiny` gives with the usual normalisation."""
    mean, std = np.array(IMAGENET_MEAN), np.array(IMAGENET_STD)
    scaled = torch.from_numpy(((batch / 255 - mean) / std).transpose(0, 3, 1, 2)).float()
    with torch.no_grad():
        return torch.nn.functional.normalize(Tiny()(scaled), dim=1).numpy()


def save_onnx(path: Path, batch: int = 1, *, free: bool = True) -> None:
    """Save `Tiny` as ONNX, for any number of pictures if `free`."""
    axes = {"dynamic_axes": {"x": {0: "n"}}} if free else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Tiny().eval(),
            (torch.zeros(batch, 3, SIZE, SIZE),),
            str(path),
            dynamo=False,
            input_names=["x"],
            **axes,  # type: ignore[arg-type]
        )


def save_torchscript(path: Path) -> None:
    """Save `Tiny` as TorchScript."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        script = torch.jit.trace(Tiny().eval(), torch.zeros(1, 3, SIZE, SIZE))
        torch.jit.save(script, path)


@pytest.mark.parametrize("kind", ["torchscript", "onnx", "onnx for 3 pictures"])
def test_a_network_of_ones_own(tmp_path: Path, kind: str) -> None:
    """Catches another order of channels or normalisation, and a last batch cut off."""
    path = tmp_path / ("own.pt" if kind == "torchscript" else "own.onnx")
    if kind == "torchscript":
        save_torchscript(path)
    else:
        save_onnx(path, 3, free=kind == "onnx")
    encoder = load_encoder(encoder_spec(f"file:{path}", input_size=SIZE), "cpu")
    for count in (1, 5):
        batch = pictures(count)
        np.testing.assert_allclose(encoder.embed(batch), expected(batch), atol=1e-5)


def test_a_network_of_another_size_is_refused(tmp_path: Path) -> None:
    """Catches an error of ONNX Runtime, in its words, after minutes."""
    save_onnx(tmp_path / "own.onnx")
    with pytest.raises(EncoderError, match=r"32 × 32 pixels, not 224.*input_size=32"):
        load_encoder(encoder_spec(f"file:{tmp_path / 'own.onnx'}"), "cpu")


@pytest.mark.parametrize("ending", ["onnx", "pt"])
def test_a_file_that_is_no_network_is_named(tmp_path: Path, ending: str) -> None:
    """Catches an error of a library shown to people."""
    path = tmp_path / f"own.{ending}"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(EncoderError, match=rf"file:.*own\.{ending} cannot be loaded"):
        load_encoder(encoder_spec(f"file:{path}"), "cpu")


def test_weights_alone_are_told_from_a_network(tmp_path: Path) -> None:
    """Catches somebody left alone with a file of weights, the most common kind."""
    torch.save(Tiny().state_dict(), tmp_path / "w.pt")
    with pytest.raises(EncoderError, match="encoder=torchvision:NAME encoder_weights="):
        load_encoder(encoder_spec(f"file:{tmp_path / 'w.pt'}"), "cpu")


def test_an_onnx_file_needs_no_gpu(tmp_path: Path) -> None:
    """Catches device=cuda silently ignored."""
    save_onnx(tmp_path / "own.onnx")
    spec = encoder_spec(f"file:{tmp_path / 'own.onnx'}", input_size=SIZE)
    with pytest.raises(ConfigError, match=r"device=cuda:0 cannot run an ONNX file"):
        load_encoder(spec, "cuda:0")


def test_wrapped_weights_are_unwrapped(tmp_path: Path) -> None:
    """Catches a file of a training script refused, and code in a weights file that runs."""
    weights = Tiny().state_dict()
    trained = {"epoch": 3, "state_dict": {f"module.{name}": w for name, w in weights.items()}}
    torch.save(trained, tmp_path / "w.pth")
    assert set(state_dict(tmp_path / "w.pth")) == set(weights)
    torch.save(Tiny(), tmp_path / "code.pth")
    with pytest.raises(Exception, match=r"[Ww]eights"):
        state_dict(tmp_path / "code.pth")


@pytest.mark.slow  # builds all networks, without memory for their weights
def test_every_torchvision_classifier_gives_features() -> None:
    """Catches a network of which class scores, or nothing at all, would be taken."""
    import torchvision

    names = torchvision.models.list_models(module=torchvision.models)
    # RegNets, one family, cannot be built without memory; of ViTs one size will do.
    names = [name for name in names if not name.startswith(("regnet", "vit_l", "vit_h"))]
    for name in names:
        own = {"init_weights": False} if name in ("inception_v3", "googlenet") else {}
        with torch.device("meta"):
            model = torchvision.models.get_model(name, weights=None, **own).eval()
            drop_classifier(model, name)
            size = encoder_spec(f"torchvision:{name}").input_size
            features = model(torch.empty(2, 3, size, size)).flatten(1)
        assert features.shape[0] == 2, name
        assert features.shape[1] not in (1000, 0), name


@pytest.mark.slow
def test_a_hub_that_cannot_be_reached_is_told_with_ways_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Catches a trace of urllib where a weights file would help."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr("torch.hub.download_url_to_file", _no_network)
    with pytest.raises(EncoderError) as raised:
        load_encoder(encoder_spec("torchvision:resnet18"), "cpu")
    for text in ("torchvision:resnet18", "https://", "OSError", "encoder_weights=", "lite0"):
        assert text in str(raised.value)


def _no_network(*words: object, **options: object) -> None:
    raise OSError("no route to host")


def test_timm_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches 'No module named timm' where one installation would help."""
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(EncoderError, match="pip install timm"):
        load_encoder(encoder_spec("timm:resnet18", input_size=64), "cpu")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["resnet18", "vit_tiny_patch16_224"])
@pytest.mark.parametrize("headless", [False, True])
def test_timm_with_weights_of_ones_own(tmp_path: Path, name: str, headless: bool) -> None:
    """Catches a download where a file is given, class scores, and an input size not heeded."""
    if importlib.util.find_spec("timm") is None:
        pytest.skip("timm is not installed")
    timm: Any = importlib.import_module("timm")
    model = timm.create_model(name, img_size=64) if "vit" in name else timm.create_model(name)
    if headless:
        model.reset_classifier(0)
    torch.save(model.state_dict(), tmp_path / "w.pth")
    spec = encoder_spec(f"timm:{name}", weights=str(tmp_path / "w.pth"), input_size=64)
    batch = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), np.uint8)
    embeddings = load_encoder(spec, "cpu").embed(batch)
    mean, std = (np.array(model.pretrained_cfg[key]) for key in ("mean", "std"))
    scaled = torch.from_numpy(((batch / 255 - mean) / std).transpose(0, 3, 1, 2)).float()
    model.reset_classifier(0)
    with torch.no_grad():
        wanted = torch.nn.functional.normalize(model.eval()(scaled), dim=1)
    np.testing.assert_allclose(embeddings, wanted.numpy(), atol=1e-4)
