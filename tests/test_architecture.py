"""Rules of the house that no single test would notice being broken."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import seqsel_core

ROOT = Path(__file__).resolve().parent.parent
ENGINE = sorted((ROOT / "seqsel_core").rglob("*.py"))
PAGES = sorted((ROOT / "pages").rglob("*.py"))
APP = [path for path in [ROOT / "app.py", ROOT / "server.py"] if path.exists()]
OTHERS = [
    path for folder in ("tests", "benchmarks") for path in sorted((ROOT / folder).rglob("*.py"))
]
ALL = [*ENGINE, *PAGES, *APP, *OTHERS]
HEAVY = ("torch", "torchvision", "matplotlib", "umap", "sklearn", "fpdf", "numba", "streamlit")

# What each stage may import from the rest of seqsel_core; arrows go down only.
BELOW = {
    "video": {"errors"},
    "store": {"errors", "units", "video"},
    "embed": {"errors", "video"},
    "select": {"errors", "room"},
    "project": {"errors", "store"},
    "evaluate": {"errors", "choice", "sequences", "select"},
}


def name_of(path: Path) -> str:
    """Return the path of a file in the project, for messages."""
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[str]:
    """Yield every module that a file imports, at its top or later."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} imports relatively"
            yield node.module or ""


def loaded_after(statement: str) -> set[str]:
    """Return the modules that a fresh Python has loaded after a statement."""
    program = f"import sys\n{statement}\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_the_engine_knows_nothing_of_the_app() -> None:
    """Catches an engine that cannot run on a server without the app."""
    for path in ENGINE:
        for module in imports(path):
            known = module.split(".")[0] not in ("streamlit", "pages", "app")
            assert known, f"{name_of(path)} imports {module}"


@pytest.mark.parametrize("stage", BELOW)
def test_arrows_go_down(stage: str) -> None:
    """Catches stages that import each other: then none can be understood alone."""
    files = sorted((ROOT / "seqsel_core" / stage).rglob("*.py"))
    assert files
    for path in files:
        for module in imports(path):
            if module.startswith("seqsel_core."):
                other = module.split(".")[1]
                assert other == stage or other in BELOW[stage], f"{name_of(path)}: {module}"


@pytest.mark.parametrize(
    "statement",
    [
        "import seqsel_core",
        "import seqsel_core.engine",
        "import seqsel_core.__main__",
        "import seqsel_core.jobs.worker",
    ],
)
def test_importing_the_engine_is_light(statement: str) -> None:
    """Catches seconds of waiting, and a web process of a gigabyte, for a module not used."""
    assert loaded_after(statement).isdisjoint(HEAVY)


def test_the_public_names_are_there() -> None:
    """Catches a name promised by the README that is gone, or has no description."""
    assert seqsel_core.__all__ == sorted(seqsel_core.__all__)
    assert len(set(seqsel_core.__all__)) == len(seqsel_core.__all__)
    for name in seqsel_core.__all__:
        assert getattr(seqsel_core, name).__doc__, name


@pytest.mark.slow  # imports everything
def test_every_module_can_be_imported() -> None:
    """Catches a module that fails alone: by a circle, or by a package that is missing."""
    for path in ENGINE:
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[-1] != "__main__":
            importlib.import_module(".".join(parts).removesuffix(".__init__"))


def test_no_page_lies_directly_in_pages() -> None:
    """Catches pages/*.py, which Streamlit would serve past the access gate of app.py."""
    assert [name_of(path) for path in (ROOT / "pages").glob("*.py")] == []


def test_nothing_is_shown_as_html() -> None:
    """Catches names of files, or texts of videos, that run as HTML in the browser."""
    switch = "unsafe" + "_allow_html"
    texts = {path: path.read_text("utf-8") for path in ALL}
    assert [name_of(path) for path, text in texts.items() if switch in text] == []
    for path in [*PAGES, *APP]:
        assert "components.v1" not in texts[path], name_of(path)


def test_app_is_a_router_only() -> None:
    """Catches work that moves into app.py, which runs again at every click."""
    for path in APP:
        assert len(path.read_text("utf-8").splitlines()) <= 60


def test_a_file_answers_one_question() -> None:
    """Catches files that grew beyond what can be read in one go."""
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in ALL}
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_tests_mirror_the_engine() -> None:
    """Catches tests of a module that is gone."""
    for path in (ROOT / "tests").glob("*/test_*.py"):
        folder = ROOT / "seqsel_core" / path.parent.name
        if folder.is_dir():
            stem = path.stem.removeprefix("test_")
            known = [module.stem for module in folder.glob("*.py")]
            assert any(stem == name or stem.startswith(f"{name}_") for name in known), name_of(path)
