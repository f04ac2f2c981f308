"""What many tests need: real data, clips that say which frame is which, and a quick encoder."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import settings
from PIL import Image

from seqsel_core import Choice, Config, embed, select
from seqsel_core.embed.spec import NONE, EncoderSpec

ROOT = Path(__file__).resolve().parent.parent

# The same examples on every machine, however slow: what fails, fails again.
settings.register_profile("seqsel", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("seqsel")

BANDS = 10  # black, eight bits of the frame's code, white
_DARK, _BRIGHT = 32, 224


class Clips:
    """Writes clips and folders in which every frame shows its own number, its code.

    A picture has ten upright bands: black, the eight bits of the code, white; below the
    middle, black and white change places. So a picture that is of another frame, mirrored, or
    upside down has another code, also after scaling and lossy compression.
    """

    width = 80
    height = 48

    def picture(self, code: int) -> npt.NDArray[np.uint8]:
        """Return the picture of a code, RGB, shape (48, 80, 3), uint8.

        Codes go from 0 to 255; -1 gives a picture of one colour, as a broken decoder would.
        """
        if code < 0:
            return np.full((self.height, self.width, 3), 128, np.uint8)
        bits = [0, *((code >> bit) & 1 for bit in range(7, -1, -1)), 1]
        row = np.repeat(np.array(bits) * (_BRIGHT - _DARK) + _DARK, self.width // BANDS)
        picture = np.empty((self.height, self.width, 3), np.uint8)
        picture[: self.height // 2] = row[:, None]
        picture[self.height // 2 :] = 255 - row[:, None]
        return picture

    def code(self, picture: npt.NDArray[np.uint8]) -> int:
        """Return the code that a picture of any size shows; -1 if it shows none."""
        height, width = picture.shape[:2]
        columns = (np.arange(BANDS) * 2 + 1) * width // (2 * BANDS)
        bits = [
            [int(picture[row, column].mean() > 128) for column in columns]
            for row in (height // 4, height * 3 // 4)
        ]
        if bits[0][0] or not bits[0][-1] or any(a == b for a, b in zip(*bits, strict=True)):
            return -1
        return int("".join(map(str, bits[0][1:-1])), 2)

    def write(
        self,
        path: Path,
        codes: int | Iterable[int],
        *,
        codec: str = "ffv1",
        pixels: str = "bgr0",
        options: dict[str, str] | None = None,
        rate: int = 10,
        turns: int = 0,
    ) -> Path:
        """Write a clip with these codes (a number: from 0 on); by default without loss.

        `turns` are quarter turns, counter-clockwise, that every picture is given before.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        with av.open(f"file:{path}", "w") as container:
            stream: Any = container.add_stream(codec, rate=rate, options=options or {})
            stream.height, stream.width = np.rot90(self.picture(0), turns).shape[:2]
            stream.pix_fmt = pixels
            for code in range(codes) if isinstance(codes, int) else codes:
                picture = np.ascontiguousarray(np.rot90(self.picture(code), turns))
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    def write_frames(self, folder: Path, codes: dict[str, int]) -> Path:
        """Write a folder of pictures: {file name: code}."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, code in codes.items():
            Image.fromarray(self.picture(code)).save(folder / name)
        return folder


class CodeEncoder:
    """Stands in for a network: the brightness of each band, as a unit vector.

    Attributes:
        batches: Shape of every batch that it was given.
    """

    def __init__(self) -> None:
        """Begin without batches."""
        self.batches: list[tuple[int, ...]] = []

    def embed(self, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return unit vectors of pictures, shape (B, 10), float32."""
        self.batches.append(pictures.shape)
        size = pictures.shape[2]
        columns = (np.arange(BANDS) * 2 + 1) * size // (2 * BANDS)
        levels = pictures[:, size // 4, columns].mean(axis=2, dtype=np.float32)
        return levels / np.linalg.norm(levels, axis=1, keepdims=True).clip(1)

    @staticmethod
    def code(embedding: npt.NDArray[Any]) -> int:
        """Return the code of the picture that gave this embedding."""
        bits = embedding[1:-1] > embedding[-1] / 2
        return int("".join(str(int(bit)) for bit in bits), 2)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real videos beside the project; tests that need it are skipped without."""
    folder = ROOT.parent / "shared" / "data"
    if not (folder / "INDEX.md").is_file():
        pytest.skip(f"no real videos: {folder} is missing")
    return folder


@pytest.fixture(scope="session")
def clips() -> Clips:
    """Writes clips whose pixels say which frame is which."""
    return Clips()


@pytest.fixture
def code_encoder() -> CodeEncoder:
    """An encoder that needs no network and keeps the code of a picture."""
    return CodeEncoder()


@pytest.fixture
def encoder(code_encoder: CodeEncoder, monkeypatch: pytest.MonkeyPatch) -> CodeEncoder:
    """The quick encoder in place of every network."""
    # By its full name: `seqsel_core.embed` itself is a function.
    encoders = importlib.import_module("seqsel_core.embed.encoders")
    load = encoders.load_encoder

    def load_encoder(spec: EncoderSpec, device: str) -> Any:
        return load(spec, device) if spec.name == NONE else code_encoder

    monkeypatch.setattr(encoders, "load_encoder", load_encoder)
    return code_encoder


@pytest.fixture
def configure(tmp_path: Path, encoder: CodeEncoder) -> Callable[..., Config]:
    """Configure a run on tmp_path/in; unless told otherwise, everything is selected."""

    def configure(*words: str) -> Config:
        given = {word.partition("=")[0] for word in words}
        defaults = [
            f"input_dir={tmp_path / 'in'}",
            f"data_dir={tmp_path / 'data'}",
            "lightly.loader.batch_size=8",
            "lightly.collate.input_size=40",
            "stopping_condition.min_distance=0",
        ]
        return Config.parse(
            [*words, *(word for word in defaults if word.partition("=")[0] not in given)]
        )

    return configure


@pytest.fixture
def choose(configure: Callable[..., Config]) -> Callable[..., Choice]:
    """Embed and select."""

    def choose(*words: str) -> Choice:
        config = configure(*words)
        return select(embed(config), config)

    return choose


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run browser tests last: a browser stays open, draws, and keeps an event loop running."""
    items.sort(key=lambda item: "e2e" in item.path.parts)  # stable
