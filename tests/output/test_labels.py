"""Numbers beside points."""

from __future__ import annotations

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from seqsel_core.output.labels import place_numbers


def test_numbers_of_close_points_do_not_cover_each_other() -> None:
    """Catches numbers written over each other, where nobody can read which is which."""
    figure = Figure(figsize=(6, 4), dpi=100)
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    points = np.tile([[0.5, 0.5]], (12, 1)) + np.linspace(0, 0.01, 12)[:, None]
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)

    place_numbers(figure, axes, points, points, ["black"] * 12)

    canvas.draw()
    assert [text.get_text() for text in axes.texts] == [str(n) for n in range(1, 13)]
    boxes = [super(type(text), text).get_window_extent() for text in axes.texts]
    for at, box in enumerate(boxes):
        for other in boxes[:at]:
            across = min(box.x1, other.x1) - max(box.x0, other.x0)
            along = min(box.y1, other.y1) - max(box.y0, other.y0)
            assert across <= 1 or along <= 3  # pixels; the box of a text is higher than its digits
