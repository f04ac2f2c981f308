"""The set-up that `make` does, with stand-ins for Python that write down what they are asked."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="no make on this machine")


@dataclass(frozen=True)
class Folder:
    """A copy of the files that the set-up reads, without a virtual environment."""

    path: Path

    @property
    def ready(self) -> Path:
        """What tells that the app's packages are installed."""
        return self.path / ".venv" / ".app-ready"

    def make(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run make here, with nothing of an outer make in the environment."""
        return subprocess.run(
            ["make", *words],
            cwd=self.path,
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=60,
        )

    def stand_in(self, name: str, script: str = "") -> Path:
        """Write a program that appends its arguments to `asked`, then runs this script."""
        program = self.path / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f'#!/bin/sh\necho "$@" >> "{self.path}/asked"\n{script}\n')
        program.chmod(0o755)
        return program

    def asked(self) -> list[str]:
        """Return the arguments of each call of a stand-in, in order."""
        return (self.path / "asked").read_text().splitlines()

    def install(self, at: float) -> None:
        """Let an installation from that time be here."""
        self.ready.touch()
        os.utime(self.ready, (at, at))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder with files of a known age."""
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
        os.utime(tmp_path / name, (1000, 1000))
    return Folder(tmp_path)


def test_old_python_is_refused(folder: Folder) -> None:
    """Catches an old Python that fails in the middle of the installation instead."""
    old = folder.stand_in("old", 'case "$2" in *print*) echo 3.10 ;; *) exit 1 ;; esac')
    result = folder.make("app", f"PYTHON={old}")
    assert result.returncode != 0
    assert f"seqsel needs Python 3.11 or newer, but {old} is 3.10." in result.stderr
    assert not (folder.path / ".venv").exists()


def test_missing_venv_package_is_named(folder: Folder) -> None:
    """Catches Debian's half virtual environment without pip, where python3-venv is missing."""
    bare = folder.stand_in("bare", 'case "$2" in *print*) echo 3.13 ;; *ensurepip*) exit 1 ;; esac')
    result = folder.make("app", f"PYTHON={bare}")
    assert result.returncode != 0
    assert "sudo apt install python3.13-venv" in result.stderr
    assert not (folder.path / ".venv").exists()


def test_second_start_installs_nothing(folder: Folder) -> None:
    """Catches a set-up that runs again at each start, and an app open to the network."""
    python = folder.stand_in(".venv/bin/python")
    os.utime(python, (1000, 1000))
    folder.install(at=2000)
    assert folder.make("app", "PORT=9000").returncode == 0
    assert folder.asked() == ["-m pages.ui.serve --server.address=127.0.0.1 --server.port=9000"]


@pytest.mark.parametrize(("status", "blames_the_port"), [(1, True), (2, False)])
def test_the_reason_for_not_starting_is_not_drowned(
    folder: Folder, status: int, blames_the_port: bool
) -> None:
    """Catches 'its port is taken' after the app said why it is not opened so wide."""
    python = folder.stand_in(".venv/bin/python", f"exit {status}")
    os.utime(python, (1000, 1000))
    folder.install(at=2000)
    result = folder.make("app", "ADDRESS=0.0.0.0")
    assert result.returncode != 0
    assert ("port is taken" in result.stderr) is blames_the_port


def test_changed_requirements_are_installed(folder: Folder) -> None:
    """Catches a stamp that hides a new requirement after an update."""
    python = folder.stand_in(".venv/bin/python")
    os.utime(python, (1000, 1000))
    folder.install(at=2000)
    os.utime(folder.path / "requirements.txt", (3000, 3000))
    assert folder.make("app").returncode == 0
    installs = [line for line in folder.asked() if "-r requirements.txt" in line]
    assert installs == ["-m uv pip install --python .venv/bin/python -r requirements.txt"]


def test_pip_installs_where_uv_cannot(folder: Folder) -> None:
    """Catches a machine whose mirror or certificates only pip knows."""
    folder.stand_in(".venv/bin/python", 'case "$*" in *"uv pip install"*) exit 1 ;; esac')
    assert folder.make("app").returncode == 0
    assert "-m pip install --disable-pip-version-check -r requirements.txt" in folder.asked()
    assert folder.ready.exists()


def test_packages_that_do_not_fit_are_not_taken_for_installed(folder: Folder) -> None:
    """Catches a torch that does not fit torchvision, found only when the first video comes."""
    folder.stand_in(".venv/bin/python", 'case "$*" in *"import torchvision"*) exit 1 ;; esac')
    result = folder.make("app")
    assert result.returncode != 0
    assert "do not fit together" in result.stderr
    assert not folder.ready.exists()


def test_tests_install_what_the_app_needs_too(folder: Folder) -> None:
    """Catches a test environment without the app's packages or without its own."""
    folder.stand_in(".venv/bin/python")
    assert folder.make(".venv/.test-ready").returncode == 0
    installed = [line.split("-r ")[1] for line in folder.asked() if "uv pip install" in line]
    assert installed == ["requirements.txt", "requirements-dev.txt"]


def test_help_names_every_target_for_people(folder: Folder) -> None:
    """Catches a command that nobody finds."""
    shown = folder.make().stdout
    for target in ("app", "test", "check", "bench", "pictures", "clean"):
        assert f"make {target} " in shown
