"""The plots of a run: which files, and what is drawn."""

from __future__ import annotations

import dataclasses
import os

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from PIL import Image

from seqsel_core.evaluate.distances import evaluate
from seqsel_core.evaluate.proof import prove
from seqsel_core.output import figures, histograms, scatter
from seqsel_core.output.colours import style
from seqsel_core.output.fonts import Fonts
from seqsel_core.output.plots import write_plots
from seqsel_core.progress import Silent
from seqsel_core.project.map_set import MapSet, mapped_frames
from seqsel_core.project.maps import pca

pytestmark = pytest.mark.filterwarnings("error:Glyph", "error::UserWarning")


def _maps(choice, *names: str) -> MapSet:
    video, row = mapped_frames([len(item.frames) for item in choice.dataset.videos])
    points = np.random.default_rng(0).standard_normal((len(row), 2)).astype(np.float32)
    return MapSet(video, row, {name: points + at for at, name in enumerate(names or ["pca"])})


def _streaks(figure) -> list[np.ndarray]:
    (lines,) = (item for item in figure.axes[0].collections if isinstance(item, LineCollection))
    return lines.get_segments()


def _legend(figure) -> list[str]:
    return [text.get_text() for text in figure.legends[0].get_texts()]


def _fonts(choice) -> Fonts:
    return Fonts(item.video.name for item in choice.dataset.videos)


def test_every_plot_is_a_picture(choose, write_clip, tmp_path) -> None:
    """Catches a plot that is missing, empty, or unreadably small."""
    write_clip("a.mkv", 12)
    write_clip("b.mkv", 12, seed=1)
    choice = choose(
        "stopping_condition.n_samples=6", "selected_sequence_length=2", "n_example_images=3"
    )
    maps = _maps(choice, "pca", "umap_k_5", "umap_k_15", "umap_k_50")

    write_plots(choice, evaluate(choice), prove(choice), maps, tmp_path / "plots", Silent())

    scatters = {f"scatter_{name}{end}" for name in maps.coordinates for end in ("", "_no_overlay")}
    expected = {
        *scatters,
        *(f"filter_decision_{number}" for number in range(3)),
        *("distance_distr_before", "distance_distr_after", "scatter_pca_selected"),
        "covering_radius",
    }
    written = {path.stem: path for path in (tmp_path / "plots").glob("*.png")}
    assert set(written) == expected
    for path in written.values():
        picture = Image.open(path).convert("L")
        assert picture.width >= 1000
        assert picture.getpixel((1, picture.height - 2)) == 255  # light background
        assert np.asarray(picture).min() < 150


def test_nothing_is_written_over(choose, write_clip, tmp_path) -> None:
    """Catches the plots of an earlier run that are replaced without a word."""
    write_clip("a.mkv", 6)
    choice = choose("stopping_condition.n_samples=2")
    (tmp_path / "distance_distr_before.png").write_bytes(b"mine")

    with pytest.raises(FileExistsError):
        write_plots(choice, evaluate(choice), prove(choice), _maps(choice), tmp_path, Silent())

    assert (tmp_path / "distance_distr_before.png").read_bytes() == b"mine"


def test_a_streak_lies_where_its_frames_lie(choose, write_clip) -> None:
    """Catches streaks of another video, another order, or frames beside the selected ones."""
    write_clip("a.mkv", 9)
    write_clip("b.mkv", 10, seed=1)
    choice = choose("stopping_condition.n_samples=9", "selected_sequence_length=3")
    maps = _maps(choice)

    figure = scatter.map_figure(choice, maps, "pca", _fonts(choice))

    everything = maps.coordinates["pca"]
    for streak, span in zip(_streaks(figure), choice.selected, strict=True):
        first = span.start + (9 if span.video else 0)  # videos lie one after the other
        np.testing.assert_allclose(streak, everything[first : first + 3], atol=1e-6)
    assert [text.get_text() for text in figure.axes[0].texts] == ["1", "2", "3"]
    shown = [video for video in (0, 1) if video in {span.video for span in choice.selected}]
    assert _legend(figure) == ["not selected", *(f"{'ab'[video]}.mkv" for video in shown)]


def test_the_selected_map_is_of_the_selected_frames_alone(choose, write_clip) -> None:
    """Catches a PCA in which the frames that were not selected have a say."""
    write_clip("a.mkv", 20)
    choice = choose("stopping_condition.n_samples=8", "selected_sequence_length=2")

    figure = scatter.selected_map_figure(choice, _fonts(choice))

    (embeddings,) = choice.dataset.embeddings
    alone = np.concatenate([embeddings[span.start : span.stop] for span in choice.selected])
    np.testing.assert_allclose(np.concatenate(_streaks(figure)), pca(alone), atol=1e-6)


def test_many_sequences_have_no_numbers(choose, write_clip) -> None:
    """Catches hundreds of numbers that cover the map."""
    write_clip("a.mkv", scatter.NUMBERED_LIMIT + 5)
    choice = choose(f"stopping_condition.n_samples={scatter.NUMBERED_LIMIT + 1}")

    figure = scatter.selected_map_figure(choice, _fonts(choice))

    assert len(_streaks(figure)) == scatter.NUMBERED_LIMIT + 1
    assert len(figure.axes[0].texts) == 0


def test_hostile_names_are_text(choose, write_clip, tmp_path) -> None:
    """Catches names that are read as formulas, hidden by the library, or that stop it."""
    names = ["$x^{2$.mkv", "_a.mkv", "two\nlines.mkv", os.fsdecode(b"\xff.mkv"), "\u202eb.mkv"]
    names += ["日本.mkv", "🎉.mkv", "n" * 100 + ".mkv"]
    for seed, name in enumerate(names):
        write_clip(name, 2, seed=seed)
    choice = choose("stopping_condition.n_samples=16")

    figure = scatter.plain_map_figure(choice, _maps(choice), "pca", _fonts(choice))
    write_plots(
        choice, evaluate(choice), prove(choice), _maps(choice), tmp_path / "plots", Silent()
    )

    FigureCanvasAgg(figure).draw()
    shown = _legend(figure)
    assert {"$x^{2$.mkv", "_a.mkv", "two\\nlines.mkv", "\\xff.mkv", "\\u202eb.mkv"} <= set(shown)
    assert len(shown) == len(names)
    assert max(map(len, shown)) <= 32
    assert all(not text.get_parse_math() for text in figure.legends[0].get_texts())


def test_a_long_legend_is_cut() -> None:
    """Catches a legend that is higher than the page, or that hides how many are missing."""
    figure = figures.new_figure()
    names = [f"{at}.mkv" for at in range(30)]

    figures.video_legend(figure, names, list(range(5, 30)), Fonts(names))

    assert _legend(figure) == [*names[5:25], "and 5 more"]


def test_videos_can_be_told_apart() -> None:
    """Catches two of the first videos with the same colour and marker."""
    assert len({style(video) for video in range(72)}) == 72
    assert {style(video).marker for video in range(7)} == {"o"}
    assert style(7).marker != "o"


def test_nothing_selected_and_a_single_frame(choose, write_clip, tmp_path) -> None:
    """Catches plots that need at least two of everything."""
    write_clip("a.mkv", 1)
    single = choose("stopping_condition.n_samples=1")
    nothing = dataclasses.replace(single, selection=single.selection.first(0))

    for name, choice, count in (("nothing", nothing, 5), ("single", single, 6)):
        write_plots(
            choice, evaluate(choice), prove(choice), _maps(choice), tmp_path / name, Silent()
        )

        assert len(list((tmp_path / name).iterdir())) == count


def test_histograms_show_what_was_counted(choose, write_clip) -> None:
    """Catches counts instead of shares: the small set would hide beside the large one."""
    write_clip("a.mkv", 40)
    statistics = evaluate(choose("stopping_condition.n_samples=5"))

    figure = histograms.after_figure(statistics)

    outlines = [patch for patch in figure.axes[0].patches if not patch.get_fill()]
    assert len(outlines) == 3
    assert all(sum(patch.get_data().values) == pytest.approx(100) for patch in outlines)
