"""The lists of requirements: bounded, and complete."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
APP = ROOT / "requirements.txt"
DEVELOPMENT = ROOT / "requirements-dev.txt"
EXTRAS = ROOT / "requirements-extras.txt"


def requirements(path: Path) -> list[Requirement]:
    """Return the requirements of one file, without those that it includes."""
    lines = (line.partition("# ")[0].strip() for line in path.read_text().splitlines())
    return [Requirement(line) for line in lines if line and line[0] not in "#-"]


def names(*paths: Path) -> set[str]:
    """Return the names of the required packages."""
    return {canonicalize_name(item.name) for path in paths for item in requirements(path)}


@cache
def imported(path: Path) -> frozenset[str]:
    """Return the top-level names that a file imports anywhere."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.partition(".")[0])
    return frozenset(found)


def undeclared(files: Iterable[Path], *declared_in: Path) -> dict[str, str]:
    """Return {imported name: file} of what no required package provides."""
    own = {path.stem for path in ROOT.iterdir()} | {"conftest"} | set(sys.stdlib_module_names)
    declared = names(*declared_in)
    provided = packages_distributions()
    missing = {}
    for path in files:
        beside = {sibling.stem for sibling in path.parent.glob("*.py")}
        for name in imported(path) - own - beside:
            packages = {canonicalize_name(package) for package in provided.get(name, [name])}
            if not packages & declared:
                missing[name] = str(path.relative_to(ROOT))
    return missing


@pytest.mark.parametrize("path", [APP, DEVELOPMENT, EXTRAS], ids=lambda path: path.name)
def test_every_version_is_bounded(path: Path) -> None:
    """Catches a requirement that takes any version: a new major one, or one too old."""
    for item in requirements(path):
        operators = {each.operator for each in item.specifier}
        assert operators in ({">=", "<"}, {"=="}), str(item)


def test_the_program_declares_what_it_imports() -> None:
    """Catches an import that works only because another package happens to need it too."""
    files = [ROOT / "app.py", *ROOT.glob("pages/**/*.py"), *ROOT.glob("seqsel_core/**/*.py")]
    assert undeclared(files, APP, EXTRAS) == {}


def test_tests_and_benchmarks_declare_what_they_import() -> None:
    """Catches a test that passes only where somebody installed its package by hand."""
    files = [*ROOT.glob("tests/**/*.py"), *ROOT.glob("benchmarks/**/*.py")]
    assert undeclared(files, APP, DEVELOPMENT, EXTRAS) == {}


@pytest.mark.parametrize(
    ("system", "machine", "wanted"),
    [
        ("linux", "x86_64", True),
        ("win32", "AMD64", True),
        ("linux", "aarch64", False),
        ("darwin", "arm64", False),
    ],
)
def test_decord_only_where_it_has_wheels(system: str, machine: str, wanted: bool) -> None:
    """Catches an ARM machine on which nothing installs because decord cannot."""
    decord = next(item for item in requirements(APP) if item.name == "decord")
    assert decord.marker is not None
    given = {"sys_platform": system, "platform_machine": machine}
    assert decord.marker.evaluate(given) is wanted


def test_an_old_torch_that_lies_about_is_not_taken() -> None:
    """Catches a torch that torchvision cannot load: it fails with `torchvision::nms`."""
    torch = next(item for item in requirements(APP) if item.name == "torch")
    assert not torch.specifier.contains("2.13.0+cpu")
    assert torch.specifier.contains("2.15.0")
