"""Where a run's folder lies, when it can be seen, and what is in it."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from pathlib import Path

import pytest

from seqsel_core.errors import OutputError
from seqsel_core.evaluate.proof import prove
from seqsel_core.output.run_folder import RunFolder, write_data
from seqsel_core.output.text import name_of_cell, name_of_line
from seqsel_core.progress import Silent
from seqsel_core.project.map_set import MapSet, map_frames


def _everything(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def _maps(choice) -> MapSet:
    maps = map_frames(choice.dataset.embeddings, ["pca"])
    flat = maps.coordinates["pca"]  # UMAP takes many seconds; any map will do here
    names = ["pca", "umap_k_5", "umap_k_15", "umap_k_50"]
    return MapSet(maps.video, maps.row, dict.fromkeys(names, flat))


def test_every_file_of_a_run(choose, write_clip, tmp_path) -> None:
    """Catches a file that is missing, misplaced or empty in a whole run."""
    write_clip("a.mkv", 12)
    write_clip("b.mkv", 12, seed=1)
    choice = choose(
        "stopping_condition.n_samples=8", "selected_sequence_length=2", "dump_dataset=True"
    )

    with RunFolder(tmp_path / "out", "run") as folder:
        path = folder.write(choice, prove(choice), _maps(choice), Silent())

    assert path == tmp_path / "out" / "run"
    files = {name for name in _everything(path) if (path / name).is_file()}
    maps = [f"scatter_{name}" for name in ("pca", "umap_k_5", "umap_k_15", "umap_k_50")]
    assert files >= {
        *("config/config.yaml", "config/overrides.yaml"),
        *(f"filenames/{kind}_filenames.txt" for kind in ("sampled", "removed")),
        *(f"filenames/{kind}_filenames.txt" for kind in ("corrupt", "duplicate")),
        *("data/embeddings.csv", "data/selected_embeddings.csv"),
        "data/sequence_information.json",
        *("plots/distance_distr_before.png", "plots/distance_distr_after.png"),
        "plots/covering_radius.png",
        *(f"plots/{name}{overlay}.png" for name in maps for overlay in ("", "_no_overlay")),
        *("report.pdf", "report.json", "log.txt"),
    }
    assert len([name for name in files if name.startswith("data/sampled/")]) == 8
    assert any(name.startswith("plots/filter_decision_") for name in files)
    assert list((tmp_path / "out").iterdir()) == [path]


def test_names_that_hold_anything(choose, write_clip, write_frames_of, tmp_path) -> None:
    """Catches a name that breaks a file, or that is another name in one file than in the next."""
    odd = os.fsdecode(b"bad\xff")
    write_clip(f"=cmd'\"\n<b>{odd}.mkv", 4)
    write_frames_of(f"視\t{odd}", "new\nline.png", "<script>.png", seed=2)
    choice = choose("stopping_condition.n_samples=6", "dump_dataset=True")
    names = {v.frame_name(int(i)) for v in choice.dataset.videos for i in v.frames["index"]}
    assert len(names) == 6

    with RunFolder(tmp_path / "out", odd) as folder:
        path = folder.write(choice, prove(choice), _maps(choice), Silent())

    data = path / "data"
    assert {n for n in _everything(data / "sampled") if (data / "sampled" / n).is_file()} == names
    told = json.loads((data / "sequence_information.json").read_text("utf-8"))
    assert {n for each in told for n in each.get("frame_names") or each["filenames"]} == names
    table = (data / "embeddings.csv").read_text("utf-8", errors="surrogateescape")
    cells = [row[0] for row in csv.reader(io.StringIO(table))]
    assert {name_of_cell(cell) for cell in cells[1:]} == names
    listed = (path / "filenames" / "sampled_filenames.txt").read_text("utf-8", "surrogateescape")
    assert {name_of_line(line) for line in listed.splitlines()} == names
    for file in ("config/config.yaml", "config/overrides.yaml", "report.json", "log.txt"):
        assert (path / file).read_text("utf-8")  # or it is not UTF-8


def test_nothing_is_dumped_unasked(choose, write_clip, tmp_path) -> None:
    """Catches gigabytes of frames, or a table, that nobody wanted."""
    write_clip("a.mkv", 3)
    choice = choose("stopping_condition.n_samples=1", "dump_sampled_embeddings=False")
    (tmp_path / "out").mkdir()
    write_data(choice, tmp_path / "out", Silent())
    assert _everything(tmp_path / "out" / "data") == {
        "embeddings.csv",
        "frame_quality.csv",
        "sequence_information.json",
    }


def test_a_folder_that_holds_something_is_refused(tmp_path) -> None:
    """Catches a result of yesterday that is written over."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"run exists already"), RunFolder(tmp_path, "run"):
        pass
    assert _everything(tmp_path) == {"run", "run/notes.txt"}


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/tmp/x", ".", "a\0b", "link/x"])
def test_a_folder_outside_is_refused(tmp_path, name) -> None:
    """Catches an option that writes anywhere on the disk."""
    output = tmp_path / "out"
    output.mkdir()
    (output / "link").symlink_to(tmp_path)
    with pytest.raises(OutputError, match="run_directory"), RunFolder(output, name):
        pass
    assert _everything(tmp_path) == {"out", "out/link"}


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_nothing_stays_of_a_run_that_ends_early(tmp_path, error) -> None:
    """Catches half-written folders, and dates with nothing in them."""
    with pytest.raises(error), RunFolder(tmp_path / "out") as folder:
        assert (folder.partial / "log.txt").exists()
        raise error
    assert _everything(tmp_path) == set()


def test_folders_of_others_stay(tmp_path) -> None:
    """Catches the removal of a folder that was there before, or that holds another run."""
    (tmp_path / "out").mkdir()
    with pytest.raises(RuntimeError), RunFolder(tmp_path / "out", "a/b/run"):
        (tmp_path / "out" / "a" / "other").mkdir()
        raise RuntimeError
    assert _everything(tmp_path) == {"out", "out/a", "out/a/other"}


def test_a_file_in_the_way(tmp_path) -> None:
    """Catches hours of work before anyone sees that nothing can be written."""
    (tmp_path / "out").write_text("")
    with (
        pytest.raises(OutputError, match=r"cannot be made: (Not a directory|File exists)"),
        RunFolder(tmp_path / "out"),
    ):
        pass


def test_two_runs_in_one_second(tmp_path, monkeypatch) -> None:
    """Catches two runs that write into one folder, or one that replaces the other."""
    _write_nothing(monkeypatch)
    with RunFolder(tmp_path) as first, RunFolder(tmp_path) as second:
        second.final = first.final
        assert first.partial != second.partial
        paths = [first.write(None, None, None, Silent()), second.write(None, None, None, Silent())]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", paths[0].parent.name)
    assert re.fullmatch(r"\d\d:\d\d:\d\d", paths[0].name)
    assert paths[1].name == f"{paths[0].name}-2"
    assert all((path / "log.txt").is_file() for path in paths)
    assert not list(tmp_path.rglob(".*"))


def test_a_disk_that_is_full(tmp_path, monkeypatch) -> None:
    """Catches a traceback instead of a sentence, and a folder that stays half-written."""
    _write_nothing(monkeypatch)

    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("seqsel_core.output.run_folder.write_data", fail)
    with (
        pytest.raises(OutputError, match=r"run cannot be written: No space left on device\."),
        RunFolder(tmp_path, "run") as folder,
    ):
        folder.write(None, None, None, Silent())
    assert _everything(tmp_path) == set()


def _write_nothing(monkeypatch) -> None:
    """Let `write` make no file, so that only the way of the folder is tested."""
    for name in ("output.plots.write_plots", "output.report.write_report"):
        monkeypatch.setattr(f"seqsel_core.{name}", lambda *arguments: None)
    monkeypatch.setattr("seqsel_core.evaluate.distances.evaluate", lambda choice: None)
    monkeypatch.setattr("seqsel_core.output.run_folder.write_data", lambda *arguments: None)
