"""The figure of the covering radius against the number of sequences, beside random ones."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from seqsel_core.evaluate.proof import Proof
from seqsel_core.output import figures
from seqsel_core.output.colours import INK, SETS


def radius_figure(proof: Proof) -> Figure:
    """Return the curve of the order picked, the band of random ones, and the elbow."""
    figure = figures.new_figure(9, 4)
    axes = figure.add_subplot()
    figures.title(axes, "Covering radius after each pick (low is good)")
    figures.plain(axes)
    axes.set_xlabel("sequences", fontsize=9, color=INK)
    axes.set_ylabel("covering radius", fontsize=9, color=INK)
    sizes = [size for size, _ in proof.random_radii]
    bands = [band for _, band in proof.random_radii]
    low, high = [band.low for band in bands], [band.high for band in bands]
    axes.fill_between(
        sizes, low, high, color=SETS["random"], alpha=0.3, label="95 of 100 random selections"
    )
    axes.plot(sizes, [band.median for band in bands], color=SETS["random"], label="random, median")
    counts = range(1, len(proof.radii) + 1)
    marker = "o" if len(proof.radii) < 50 else ""
    axes.plot(counts, proof.radii, color=SETS["selected"], marker=marker, label="this order")
    if proof.elbow is not None:
        axes.axvline(
            proof.elbow, color=SETS["selected"], linestyle="--", label=f"elbow: {proof.elbow:,}"
        )
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(frameon=False, fontsize=9, labelcolor=INK)
    return figure
