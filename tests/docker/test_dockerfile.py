"""The Dockerfile, checked without Docker: what it names exists, and its parts agree."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
APP = "/home/seqsel/app"


def instructions() -> list[tuple[str, str]]:
    """Return (instruction, its text) in order, continued lines joined, comments left out."""
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    joined = text.replace("\\\n", " ").splitlines()
    return [
        (word, " ".join(rest.split()))
        for word, _, rest in (line.partition(" ") for line in joined if line.strip())
    ]


def texts(instruction: str) -> list[str]:
    """Return the text of every such instruction."""
    return [text for word, text in instructions() if word == instruction]


def environment() -> dict[str, str]:
    """Return what ENV sets."""
    return dict(pair.split("=", 1) for text in texts("ENV") for pair in text.split())


def copied() -> list[str]:
    """Return the sources of every COPY."""
    return [source for text in texts("COPY") for source in text.split()[:-1]]


def test_copied_files_exist_and_reach_the_build() -> None:
    """Catches a file moved or added without .dockerignore, which lists what may pass."""
    let_through = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    for source in copied():
        assert (ROOT / source).exists(), source
        assert source in let_through, f"{source} is not in .dockerignore"


def test_the_program_is_copied() -> None:
    """Catches an image without a part of the program."""
    parts = {"app.py", "server.py", "pages", "seqsel_core", ".streamlit/config.toml", "LICENSE"}
    assert parts <= set(copied())
    assert texts("WORKDIR") == [APP]


def test_packages_come_before_code() -> None:
    """Catches an order in which each change of code installs gigabytes again."""
    order = [word + " " + text for word, text in instructions()]
    install = next(at for at, line in enumerate(order) if "pip install" in line)
    code = next(at for at, line in enumerate(order) if line.startswith("COPY seqsel_core"))
    assert install < code


def test_it_does_not_run_as_root() -> None:
    """Catches a container whose hostile video becomes root's problem."""
    user = texts("USER")[-1]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user), user


def test_entry_point_is_a_program_in_exec_form() -> None:
    """Catches a shell as process 1 (it swallows stop signals), or a file without its x bit."""
    *_, script = json.loads(texts("ENTRYPOINT")[-1])
    assert script == f"{APP}/docker/entrypoint.sh"
    assert "docker/entrypoint.sh" in copied()
    assert os.access(ROOT / "docker" / "entrypoint.sh", os.X_OK)
    assert (ROOT / "docker" / "entrypoint.sh").read_bytes().startswith(b"#!/bin/sh\n")


def test_one_port() -> None:
    """Catches an app on another port than the one shown, published or asked for health."""
    port = texts("EXPOSE")[-1]
    assert f"--server.port={port} " in (ROOT / "docker" / "entrypoint.sh").read_text()
    assert f":{port}/_stcore/health" in (ROOT / "docker" / "healthcheck.py").read_text()
    assert f"\nport = {port}\n" in (ROOT / ".streamlit" / "config.toml").read_text()


def test_health_is_asked_for_in_exec_form() -> None:
    """Catches a check that needs a program which the image has not, such as curl."""
    command = texts("HEALTHCHECK")[-1].partition("CMD ")[2]
    assert json.loads(command) == ["python", f"{APP}/docker/healthcheck.py"]
    assert "docker/healthcheck.py" in copied()


def test_folders_of_the_reference() -> None:
    """Catches volumes other than the reference's, or an app that may read another folder."""
    settings = environment()
    assert settings["SEQSEL_INPUT_ROOTS"] == "/home/input_dir"
    assert settings["SEQSEL_OUTPUT_ROOT"] == "/home/output_dir"
    script = (ROOT / "docker" / "entrypoint.sh").read_text()
    assert "/home/input_dir" in script
    assert "/home/output_dir" in script


def test_what_is_computed_lies_on_the_volume() -> None:
    """Catches embeddings that are lost with the container, or cannot be written."""
    assert environment()["SEQSEL_DATA_DIR"] == texts("VOLUME")[-1]
    made_open = "chmod 1777 " + environment()["SEQSEL_DATA_DIR"]
    assert any(made_open in text for text in texts("RUN"))


def test_gpu_can_compute_and_decode() -> None:
    """Catches `--gpus all` without NVDEC, which the driver leaves out unless asked for."""
    capabilities = environment()["NVIDIA_DRIVER_CAPABILITIES"].split(",")
    assert {"compute", "utility", "video"} <= set(capabilities)
