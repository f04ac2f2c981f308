"""Names of encoders, and when embeddings are interchangeable."""

from __future__ import annotations

from pathlib import Path

import pytest

from seqsel_core.embed.spec import NONE, SHIPPED, encoder_spec
from seqsel_core.errors import EncoderError


def test_keys_differ_where_embeddings_differ(tmp_path: Path) -> None:
    """Catches embeddings of one network taken for those of another."""
    (tmp_path / "a.pth").write_bytes(b"a")
    (tmp_path / "b.pth").write_bytes(b"b")
    (tmp_path / "a.onnx").write_bytes(b"a")
    (tmp_path / "b.onnx").write_bytes(b"b")
    keys = [
        *(encoder_spec(name).key for name in (*SHIPPED, NONE)),
        encoder_spec("efficientnet-lite0", input_size=320).key,
        encoder_spec("efficientnet-lite0", precision=16).key,
        encoder_spec("efficientnet-lite0", every=2).key,
        encoder_spec("efficientnet-lite0", every=3).key,
        encoder_spec("timm:resnet18", input_size=224).key,
        encoder_spec(f"file:{tmp_path / 'a.onnx'}").key,
        encoder_spec(f"file:{tmp_path / 'b.onnx'}").key,
        encoder_spec("torchvision:resnet18").key,
        encoder_spec("torchvision:resnet50").key,
        encoder_spec("torchvision:resnet18", weights=str(tmp_path / "a.pth")).key,
        encoder_spec("torchvision:resnet18", weights=str(tmp_path / "b.pth")).key,
    ]
    assert len(set(keys)) == len(keys)
    assert all(key == Path(key).name and "\0" not in key for key in keys)


def test_equal_weights_have_equal_keys_wherever_they_lie(tmp_path: Path) -> None:
    """Catches everything embedded again because a weights file was moved."""
    for name in ("a.pth", "b.pth"):
        (tmp_path / name).write_bytes(b"weights")
    keys = {
        encoder_spec("torchvision:resnet18", weights=str(tmp_path / name)).key
        for name in ("a.pth", "b.pth")
    }
    assert len(keys) == 1


def test_the_weights_are_read_once(tmp_path: Path) -> None:
    """Catches a file of hundreds of megabytes read again for every video."""
    path = tmp_path / "a.pth"
    path.write_bytes(b"weights")
    spec = encoder_spec("torchvision:resnet18", weights=str(path))
    first = spec.key
    path.unlink()
    assert spec.key == first


def test_every_encoder_has_its_own_size() -> None:
    """Catches 224 pixels for a network that was trained with more."""
    sizes = [encoder_spec(f"efficientnet-lite{number}").input_size for number in (0, 1, 2)]
    assert sizes == [224, 240, 260]
    assert encoder_spec("efficientnet-lite2", input_size=128).input_size == 128


@pytest.mark.parametrize("name", ["", "resnet50", "torchvision:", "efficientnet-lite9", "../x"])
def test_an_unknown_encoder_is_refused(name: str) -> None:
    """Catches a misspelt name that ends in an error of a library."""
    with pytest.raises(EncoderError, match=r"encoder=.*efficientnet-lite0.*torchvision:NAME"):
        encoder_spec(name)


def test_weights_must_be_there_and_be_wanted(tmp_path: Path) -> None:
    """Catches encoder_weights ignored where the encoder brings its own."""
    with pytest.raises(EncoderError, match=r"none\.pth does not exist"):
        encoder_spec("torchvision:resnet18", weights=str(tmp_path / "none.pth"))
    (tmp_path / "a.pth").write_bytes(b"a")
    with pytest.raises(EncoderError, match="brings its own"):
        encoder_spec("efficientnet-lite0", weights=str(tmp_path / "a.pth"))


def test_a_network_of_ones_own_must_be_there(tmp_path: Path) -> None:
    """Catches a misspelt path that ends in an error of a library, and any file taken."""
    with pytest.raises(EncoderError, match=r"file:.*none\.onnx does not exist"):
        encoder_spec(f"file:{tmp_path / 'none.onnx'}")
    (tmp_path / "a.txt").write_bytes(b"a")
    with pytest.raises(EncoderError, match=r"does not end in one of \.onnx"):
        encoder_spec(f"file:{tmp_path / 'a.txt'}")


def test_where_a_network_lies_is_not_in_its_key(tmp_path: Path) -> None:
    """Catches everything embedded again because a file was moved, and paths in folder names."""
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "n.onnx").write_bytes(b"same")
    keys = {encoder_spec(f"file:{tmp_path / folder / 'n.onnx'}").key for folder in ("x", "y")}
    assert len(keys) == 1
    assert "tmp" not in keys.pop()


def test_a_compiled_network_gives_the_same_embeddings() -> None:
    """Catches everything embedded again because of how it is computed."""
    plain, compiled = (encoder_spec("efficientnet-lite0", compiled=c) for c in (False, True))
    assert plain.key == compiled.key
