"""The folder `plots/`: maps, distances, and examples of what was removed, as PNG files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image

from seqsel_core.choice import Choice
from seqsel_core.evaluate.distances import Decision, Statistics
from seqsel_core.evaluate.proof import Proof
from seqsel_core.output import figures, histograms, proof_figure, scatter
from seqsel_core.output.colours import MUTED
from seqsel_core.output.fonts import Fonts
from seqsel_core.output.pictures import frame_range, strip, video_name
from seqsel_core.output.readable import shorten
from seqsel_core.progress import Progress
from seqsel_core.project.map_set import MapSet


def write_plots(
    choice: Choice,
    statistics: Statistics,
    proof: Proof | None,
    maps: MapSet,
    folder: Path,
    progress: Progress,
) -> None:
    """Draw all plots of a run.

    `distance_distr_before.png`, `distance_distr_after.png`; for every map `scatter_NAME.png`
    and `scatter_NAME_no_overlay.png`; `scatter_pca_selected.png`; and for every example of a
    removed sequence `filter_decision_N.png`; `covering_radius.png` where anything is selected.

    Args:
        choice: The selection.
        statistics: Its distances.
        proof: How good it is; None where nothing is selected.
        maps: The maps to draw.
        folder: Where the files are written; made if it does not exist.
        progress: Told of every plot.

    Raises:
        OSError: A file exists, or cannot be written.
    """
    plots = _plots(choice, statistics, proof, maps)
    folder.mkdir(exist_ok=True)
    progress.stage("drawing plots", len(plots), "plots")
    for name, draw in plots.items():
        figures.save(draw(), folder / f"{name}.png")
        progress.advance(1, name)


def _plots(
    choice: Choice, statistics: Statistics, proof: Proof | None, maps: MapSet
) -> dict[str, Callable[[], Figure]]:
    """Return {name of the plot: what draws it}, so that one figure is in memory at a time."""
    fonts = Fonts(item.video.name for item in choice.dataset.videos)
    plots: dict[str, Callable[[], Figure]] = {
        "distance_distr_before": partial(histograms.before_figure, statistics),
        "distance_distr_after": partial(histograms.after_figure, statistics),
        "scatter_pca_selected": partial(scatter.selected_map_figure, choice, fonts),
    }
    if proof is not None:
        plots["covering_radius"] = partial(proof_figure.radius_figure, proof)
    for name in maps.coordinates:
        plots[f"scatter_{name}"] = partial(scatter.map_figure, choice, maps, name, fonts)
        plots[f"scatter_{name}_no_overlay"] = partial(
            scatter.plain_map_figure, choice, maps, name, fonts
        )
    for number, decision in enumerate(statistics.decisions):
        plots[f"filter_decision_{number}"] = partial(_decision_figure, choice, decision, fonts)
    return plots


def _decision_figure(choice: Choice, decision: Decision, fonts: Fonts) -> Figure:
    ends = {"retained": decision.retained, "removed": decision.removed}
    pictures = [Image.open(BytesIO(strip(choice, at, 1)[0])) for at in ends.values()]
    height = max(picture.height / picture.width for picture in pictures) * 3.9
    figure = figures.new_figure(8, min(height, 6) + 1)
    sides = figure.subplots(1, 2)
    for axes, picture, (kind, position) in zip(sides, pictures, ends.items(), strict=True):
        axes.imshow(picture, interpolation="bilinear")
        axes.set_axis_off()
        name = shorten(fonts.drawable(video_name(choice, position)), 30)
        figures.title(axes, f"{kind}: {name}\n{frame_range(choice, position)}", fonts)
    figure.supxlabel(f"distance {decision.distance:.3f}", fontsize=10, color=MUTED)
    return figure
