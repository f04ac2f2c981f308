"""The command line: `python -m seqsel_core key=value …`, and `… store` for what is kept."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from types import FrameType

from seqsel_core.config import Config, options
from seqsel_core.engine import RunResult, run
from seqsel_core.errors import SeqselError
from seqsel_core.output.proof_text import proof_lines
from seqsel_core.output.readable import plural, printable
from seqsel_core.plain_problems import problem_lines
from seqsel_core.progress import Terminal
from seqsel_core.store_command import store_command

_USAGE = """\
Pick the video sequences worth labelling.

  python -m seqsel_core input_dir=FOLDER output_dir=FOLDER \\
      stopping_condition.n_samples=200 selected_sequence_length=10 dump_dataset=True

Cuts every video below input_dir into sequences, embeds every frame, selects the most
diverse sequences and writes a folder with the names, the data, plots and a report.

Exit code: 0 done; 1 nothing could be read; 2 wrong input; 130 interrupted.

  python -m seqsel_core store --help      what is kept between runs, and how to remove it

Options (name=default):
"""


def main(words: Sequence[str]) -> int:
    """Run the command line and return its exit code."""
    is_store = words[:1] == ["store"]
    if not words or (not is_store and any(word in ("--help", "-h", "help") for word in words)):
        print(help_text())
        return 0 if words else 2
    if "--version" in words:
        from seqsel_core import __version__

        print(__version__)
        return 0
    signal.signal(signal.SIGTERM, _interrupt)
    if isinstance(sys.stdout, TextIOWrapper):  # whose encoding may know fewer letters than names
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        if is_store:
            for line in store_command(words[1:]):
                print(line, flush=True)
            return 0
        config = Config.parse(words)
        with Terminal() as progress:
            result = run(config, progress)
    except SeqselError as error:
        print(f"Error: {printable(str(error))}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("Interrupted. What is embedded stays; the next run goes on there.", file=sys.stderr)
        return 130
    print(summary(result))
    return 0


def help_text() -> str:
    """Return the help: every option with its default and its meaning."""
    lines = []
    for name, default, meaning in options():
        shown = "''" if default == "" else default
        lines.append(f"  {name}={shown}\n      {meaning}")
    return _USAGE + "\n".join(lines)


def summary(result: RunResult) -> str:
    """Return what a run did, in a few lines."""
    choice = result.choice
    dataset = choice.dataset
    videos = len({span.video for span in choice.selected})
    lines = [
        f"Selected {plural(len(choice.selection), 'sequence')} of "
        f"{plural(choice.sequences.length, 'frame')} "
        f"({choice.n_selected_frames} of {plural(dataset.n_frames, 'frame')}) "
        f"from {videos} of {plural(len(dataset.videos), 'video')}.",
        *(proof_lines(result.proof) if result.proof else ()),
    ]
    if problems := problem_lines(choice):
        lines += [*problems, "Where, video by video: report.pdf, under Problems."]
    return "\n".join(printable(line) for line in [*lines, f"Written to {result.output}"])


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _program() -> int:
    """Run as a program: who reads what it says, for example `head`, may stop reading."""
    try:
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is left to say at the end goes there
        return 128 + signal.SIGPIPE
    return code


if __name__ == "__main__":
    sys.exit(_program())
