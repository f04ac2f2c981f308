"""The report for people: what was selected, from what, how good it is, what went wrong."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime

from seqsel_core.choice import Choice
from seqsel_core.config import options
from seqsel_core.evaluate.counts import FOUND, Counts
from seqsel_core.evaluate.distances import Distribution, Statistics
from seqsel_core.evaluate.proof import Proof
from seqsel_core.output import histograms, scatter
from seqsel_core.output.colours import MUTED
from seqsel_core.output.document import Document
from seqsel_core.output.figures import png
from seqsel_core.output.fonts import Fonts
from seqsel_core.output.histograms import SET_NAMES
from seqsel_core.output.readable import plural, shorten
from seqsel_core.output.report_json import versions
from seqsel_core.output.report_pictures import draw_decisions, draw_strips, draw_timelines
from seqsel_core.output.report_problems import draw_problems
from seqsel_core.output.report_proof import draw_proof
from seqsel_core.progress import Progress
from seqsel_core.project.map_set import MapSet


def report_pdf(
    choice: Choice,
    statistics: Statistics,
    proof: Proof | None,
    maps: MapSet,
    started: datetime,
    ended: datetime,
    progress: Progress,
) -> bytes:
    """Return the report as a PDF file.

    Args:
        choice: The selection.
        statistics: Its distances.
        proof: How good it is; None where nothing is selected.
        maps: The maps to show.
        started: When the run began.
        ended: When it ended.
        progress: Told of every section.
    """
    fonts = Fonts(_given_texts(choice))
    document = Document("Selection report", fonts)
    sections: dict[str, Callable[[], None]] = {
        "summary": lambda: _draw_summary(document, choice, statistics, proof, ended),
        "proof": lambda: draw_proof(document, choice, proof),
        "problems": lambda: draw_problems(document, choice),
        "selected sequences": lambda: draw_strips(document, choice),
        "maps": lambda: _draw_maps(document, choice, maps, fonts),
        "distances": lambda: _draw_distances(document, statistics),
        "timelines": lambda: draw_timelines(document, choice),
        "examples": lambda: draw_decisions(document, choice, statistics),
        "run": lambda: _draw_run(document, choice, started, ended),
    }
    progress.stage("writing the report", len(sections), "sections")
    for name, draw in sections.items():
        draw()
        progress.advance(1, name)
    return document.finish()


def _given_texts(choice: Choice) -> Iterator[str]:
    """Yield every text that is not ours: names, reasons, warnings, options."""
    for item in choice.dataset.videos:
        yield item.video.name
        yield from (problem.reason for problem in item.shard.info.problems)
    for unreadable in choice.dataset.unreadable:
        yield unreadable.video.name
        yield unreadable.reason
    yield from choice.dataset.ignored
    yield from choice.warnings
    yield from (str(value) for _, value, _ in _options(choice))


def _draw_summary(
    document: Document,
    choice: Choice,
    statistics: Statistics,
    proof: Proof | None,
    ended: datetime,
) -> None:
    document.title("Selection report")
    document.paragraph(f"{ended:%d %B %Y, %H:%M}", colour=MUTED)
    document.space(2)
    document.paragraph(_sentence(choice), size=11)
    for sentence in proof.sentences if proof else ():
        document.paragraph(sentence, size=11, bold=True)
    document.heading("What became of the input")
    counts = statistics.counts
    _draw_counts(document, counts, ("input", "unreadable", "left_out", "removed", "selected"))
    document.paragraph(
        "Input = unreadable + left out + removed + selected. Left out: frames that fill no "
        "sequence, and videos that give none. Removed: not selected; "
        f"{plural(counts.candidates, 'sequence')} could be selected.",
        size=7.5,
        colour=MUTED,
    )
    document.heading("What the checks found")
    _draw_counts(document, counts, FOUND)
    document.paragraph(
        "Frames, and the sequences and videos that hold one. Corrupt: damaged, blank, or with "
        "rows of one colour that the rest of the video does not have. Blurred: much softer than "
        "the rest of the video. Frozen: the picture stands still for a while. Duplicate: equal to "
        "an earlier frame; near duplicate: looks like one. The numbers of every frame are in "
        "data/frame_quality.csv.",
        size=7.5,
        colour=MUTED,
    )


def _draw_counts(document: Document, counts: Counts, columns: Sequence[str]) -> None:
    rows = [["", *(name.replace("_", " ") for name in columns)]]
    for what in ("frames", "sequences", "videos"):
        numbers = asdict(getattr(counts, what))
        rows.append([what, *(f"{numbers[name]:,}" for name in columns)])
    widths = [1.2, *[1.0] * len(columns)]
    document.table(rows, widths, align="L" + "R" * len(columns), size=8)


def _sentence(choice: Choice) -> str:
    length, dataset = choice.sequences.length, choice.dataset
    selected = plural(len(choice.selection), "sequence")
    if length == 1:
        what = f"{selected} of a single frame"
    else:
        what = f"{selected} of {length:,} frames ({plural(choice.n_selected_frames, 'frame')})"
    chosen = "was" if len(choice.selection) == 1 else "were"
    source = (
        f"out of {plural(len(choice.sequences), 'sequence')} from "
        f"{plural(len(dataset.videos), 'video')} with {plural(dataset.n_frames, 'frame')}"
    )
    if choice.config.method == "random":
        return f"{what} {chosen} drawn at random {source}."
    return f"{what} {chosen} selected {source}, to differ from each other as much as possible."


def _draw_maps(document: Document, choice: Choice, maps: MapSet, fonts: Fonts) -> None:
    document.heading("Maps", follows=120)
    text = (
        "A dot is a frame; frames that look alike lie close together. A line with dots is a "
        "selected sequence."
    )
    if len(choice.selection) <= scatter.NUMBERED_LIMIT:
        text += " The number is its rank."
    mapped, total = len(maps.row), choice.dataset.n_frames
    if mapped < total:
        text += f" The maps hold {mapped:,} evenly spaced ones of {total:,} frames."
    document.paragraph(text, colour=MUTED)
    document.figure(png(scatter.selected_map_figure(choice, fonts)), 172)
    for name in maps.coordinates:
        document.figure(png(scatter.map_figure(choice, maps, name, fonts)), 160)


def _draw_distances(document: Document, statistics: Statistics) -> None:
    document.heading("Distances", follows=60)
    if statistics.within:
        document.keep_together(30)
        document.paragraph("To the nearest other sequence of the same set", bold=True)
        header = ["set", "n", "mean", "std", "min", "p10", "median", "p90", "max"]
        rows = [[SET_NAMES[name], *_numbers(d)] for name, d in statistics.within.items()]
        document.table([header, *rows], [2.2, *[1] * 8], align="L" + "R" * 8)
    if statistics.sampled_queries:
        document.paragraph(
            f"The distances in the input are those of {statistics.sampled_queries:,} evenly "
            "spaced sequences.",
            size=7.5,
            colour=MUTED,
        )
    document.figure(png(histograms.before_figure(statistics)), 150)
    document.figure(png(histograms.after_figure(statistics)), 150)


def _numbers(distribution: Distribution) -> list[str]:
    d = distribution
    values = (d.mean, d.std, d.minimum, d.p10, d.median, d.p90, d.maximum)
    return [f"{d.count:,}", *(f"{value:.3f}" for value in values)]


def _draw_run(document: Document, choice: Choice, started: datetime, ended: datetime) -> None:
    document.heading("About this run")
    seconds = round((ended - started).total_seconds())
    minutes, seconds = divmod(seconds, 60)
    rows = [
        ["started", f"{started:%Y-%m-%d %H:%M:%S %Z}"],
        ["ended", f"{ended:%Y-%m-%d %H:%M:%S %Z}"],
        ["duration", f"{minutes} min {seconds} s" if minutes else f"{seconds} s"],
        ["encoder", choice.dataset.encoder],
        ["versions", ", ".join(f"{name} {number}" for name, number in versions().items())],
    ]
    document.table(rows, [1, 4], align="LL", header=False)
    document.paragraph("Options", bold=True)
    listed = [
        [name, shorten(str(value), 300), "" if value == default else "given"]
        for name, value, default in _options(choice)
    ]
    document.table([["option", "value", ""], *listed], [2.2, 3.5, 0.6], align="LLL", size=7)


def _options(choice: Choice) -> Iterator[tuple[str, object, object]]:
    """Yield (name, value, default) of every option."""
    for name, default, _ in options():
        yield name, functools.reduce(getattr, name.split("."), choice.config), default
