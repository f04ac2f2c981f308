"""The sections of the report with pictures: strips, timelines, examples of what was removed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image

from seqsel_core.choice import Choice
from seqsel_core.evaluate.distances import Statistics
from seqsel_core.output.colours import GRID, INK, MUTED, style
from seqsel_core.output.document import MARGIN, Document
from seqsel_core.output.pictures import frame_range, strip, time_range, video_name
from seqsel_core.output.readable import plural

STRIP_LIMIT = 100
"""Selected sequences that are shown as strips at most."""

TIMELINE_LIMIT = 60
"""Videos that have a timeline at most."""

DECISION_LIMIT = 30
"""Pairs of a retained and a removed sequence that are shown at most."""

_PER_ROW = 6  # pictures beside each other
_GAP = 1.2  # mm between pictures
_MOST_HEIGHT = 28.0  # mm of a picture
_LINE = 3.6  # mm
_NAME_WIDTH = 44.0  # mm
_COUNT_WIDTH = 50.0  # mm
_NOT_A_CANDIDATE = "#9a9a9a"


def draw_strips(document: Document, choice: Choice) -> None:
    """Draw a few frames of every selected sequence, in the order picked."""
    document.heading("Selected sequences", follows=40)
    order = choice.selection.order
    if not len(order):
        document.paragraph("No sequence is selected.")
        return
    text = "In the order picked. The distance is that to the nearest sequence picked before."
    if len(order) > STRIP_LIMIT:
        text += f" The first {STRIP_LIMIT} of {len(order):,} are shown; report.json lists all."
    document.paragraph(text, colour=MUTED)
    per_strip = min(choice.sequences.length, _PER_ROW)
    columns = _PER_ROW // per_strip
    shown = list(enumerate(order[:STRIP_LIMIT].tolist(), start=1))
    for at in range(0, len(shown), columns):
        _draw_strip_row(document, choice, shown[at : at + columns], per_strip, columns)


def _draw_strip_row(
    document: Document,
    choice: Choice,
    ranked: Sequence[tuple[int, int]],
    per_strip: int,
    columns: int,
) -> None:
    column_width = (document.width + _GAP) / columns
    width = column_width / per_strip - _GAP
    strips = [_sized(strip(choice, position, per_strip), width) for _, position in ranked]
    captions = [_caption(choice, rank, position, columns) for rank, position in ranked]
    height = max(size[1] for sized in strips for _, size in sized)
    text_height = max(map(len, captions)) * _LINE + 1
    document.keep_together(text_height + height + 4)
    top = document.y
    for column, (sized, caption, (_, position)) in enumerate(
        zip(strips, captions, ranked, strict=True)
    ):
        left = MARGIN + column * column_width
        colour = style(int(choice.sequences.video[position])).colour
        document.box(left, top + 0.4, 1.2, text_height - 1.4, colour)
        for line, text in enumerate(caption):
            document.font(7.5, bold=line == 0, colour=INK if line == 0 else MUTED)
            y = top + line * _LINE
            document.line_at(left + 2.2, y, column_width - _GAP - 2.2, text)
        for jpeg, (drawn_width, drawn_height) in sized:
            document.picture_at(left, top + text_height, drawn_width, drawn_height, jpeg)
            left += drawn_width + _GAP
    document.y = top + text_height + height + 3.5


def _caption(choice: Choice, rank: int, position: int, columns: int) -> list[str]:
    """Return lines of text: two where there is room beside each other, else one for each fact."""
    distance = float(choice.selection.distances[rank - 1])
    facts = [
        frame_range(choice, position),
        time_range(choice, position),
        f"distance {distance:.3f}" if math.isfinite(distance) else "first pick",
    ]
    name = f"{rank}  {video_name(choice, position)}"
    if columns <= 2:
        return [name, "  ·  ".join(fact for fact in facts if fact)]
    return [name, *facts] if facts[1] else [name, facts[0], facts[2]]


def draw_timelines(document: Document, choice: Choice) -> None:
    """Draw for every video which of its frames are selected, if the option says so."""
    if not choice.config.show_video_sampling_timeline:
        return
    document.heading("Where in the videos", follows=30)
    document.paragraph(
        "A bar is a whole video, from its first to its last frame. Coloured: selected; light grey: "
        "not selected; "
        "dark grey: cannot be selected (corrupt, duplicate, selected before, or in no sequence).",
        colour=MUTED,
    )
    selected = np.zeros(len(choice.sequences), np.bool_)
    selected[choice.selection.order] = True
    videos = np.arange(len(choice.dataset.videos))
    used = np.isin(videos, choice.sequences.video[selected])
    shown = np.sort(np.concatenate([videos[used], videos[~used]])[:TIMELINE_LIMIT])
    for video in shown.tolist():
        _draw_timeline(document, choice, video, selected)
    if len(videos) > len(shown):
        more = plural(len(videos) - len(shown), "more video")
        document.paragraph(f"and {more}; videos with selected sequences come first", colour=MUTED)


def _draw_timeline(
    document: Document, choice: Choice, video: int, selected: npt.NDArray[np.bool_]
) -> None:
    document.keep_together(6)
    y, sequences = document.y, choice.sequences
    item = choice.dataset.videos[video]
    of_video = np.flatnonzero(sequences.video == video)
    chosen = of_video[selected[of_video]]
    frames = int(item.frames["index"][-1]) + 1
    document.font(7.5)
    document.line_at(MARGIN, y, _NAME_WIDTH, item.video.name)
    left, width = MARGIN + _NAME_WIDTH + 2, document.width - _NAME_WIDTH - _COUNT_WIDTH - 4
    document.font(7.5, colour=MUTED)
    count = f"{len(chosen):,} of {plural(len(of_video), 'sequence')}"
    count += f", {plural(frames, 'frame')}"
    document.line_at(left + width + 2, y, _COUNT_WIDTH, count, align="R")
    document.box(left, y + 0.4, width, 3.2, _NOT_A_CANDIDATE)
    candidates = of_video[choice.candidates[of_video]]
    for positions, colour in ((candidates, GRID), (chosen, style(video).colour)):
        starts, stops = sequences.start[positions], sequences.stop[positions]
        for start, stop in _runs(starts, stops, frames // 400):
            part = max(0.3, width * (stop - start) / frames)
            document.box(left + width * start / frames, y + 0.4, part, 3.2, colour)
    document.y = y + 5.2


def _runs(
    starts: npt.NDArray[np.int64], stops: npt.NDArray[np.int64], gap: int
) -> list[tuple[int, int]]:
    """Return [start, stop) of what sequences cover, joined where no more than a gap is between.

    A gap that nobody could see would only make the file large.
    """
    if not len(starts):
        return []
    starts, stops = np.sort(starts), np.sort(stops)
    breaks = np.flatnonzero(starts[1:] > stops[:-1] + gap)
    firsts = starts[np.concatenate([[0], breaks + 1])]
    ends = stops[np.concatenate([breaks, [len(stops) - 1]])]
    return list(zip(firsts.tolist(), ends.tolist(), strict=True))


def draw_decisions(document: Document, choice: Choice, statistics: Statistics) -> None:
    """Draw pairs of a removed sequence and the selected one nearest to it."""
    decisions = statistics.decisions[:DECISION_LIMIT]
    if not decisions:
        return
    document.heading("Retained and removed", follows=45)
    text = (
        "Sequences that were not selected, each beside the selected one nearest to it: from the "
        "most alike to the least. The middle frame of each is shown."
    )
    if len(statistics.decisions) > DECISION_LIMIT:
        text += f" The first {DECISION_LIMIT} of {len(statistics.decisions):,} pairs are shown."
    document.paragraph(text, colour=MUTED)
    ranks = {int(position): rank for rank, position in enumerate(choice.selection.order, start=1)}
    column = (document.width + 6) / 2
    width = (column - 6 - _GAP) / 2
    for at in range(0, len(decisions), 2):
        pairs = [(pair, (pair.retained, pair.removed)) for pair in decisions[at : at + 2]]
        pictures = [
            _sized([strip(choice, position, 1)[0] for position in ends], width) for _, ends in pairs
        ]
        height = max(size[1] for sized in pictures for _, size in sized)
        document.keep_together(height + 3 * _LINE + 5)
        top = document.y
        for place, ((pair, ends), sized) in enumerate(zip(pairs, pictures, strict=True)):
            titles = (
                f"retained, rank {ranks[pair.retained]}",
                f"removed, {pair.distance:.3f} away",
            )
            for side, (position, title, (jpeg, size)) in enumerate(
                zip(ends, titles, sized, strict=True)
            ):
                left = MARGIN + place * column + side * (width + _GAP)
                lines = (title, video_name(choice, position), frame_range(choice, position))
                for number, line in enumerate(lines):
                    document.font(7.5, bold=number == 0, colour=INK if number == 0 else MUTED)
                    document.line_at(left, top + number * _LINE, width, line)
                document.picture_at(left, top + 3 * _LINE + 1, *size, jpeg)
        document.y = top + height + 3 * _LINE + 5


def _sized(pictures: Sequence[bytes], width: float) -> list[tuple[bytes, tuple[float, float]]]:
    """Return pictures with width and height in mm, within the width, in their aspect ratio."""
    sized = []
    for jpeg in pictures:
        pixels = Image.open(BytesIO(jpeg)).size
        scale = min(width / pixels[0], _MOST_HEIGHT / pixels[1])
        sized.append((jpeg, (pixels[0] * scale, pixels[1] * scale)))
    return sized
