"""What decoders say is kept, line by line, and can stop nothing."""

from __future__ import annotations

import subprocess
import sys

from seqsel_core.video.ffmpeg_log import complaint

START = """
import os, sys
import av.logging as log
from seqsel_core.video.ffmpeg_log import complaint, listen
listen()
def say(name, words, level=log.ERROR): log.log(level, name, words)
"""


def in_a_process(lines: str) -> subprocess.CompletedProcess[str]:
    """Run lines in a process that listens; return what it printed."""
    return subprocess.run(
        [sys.executable, "-c", START + lines], capture_output=True, text=True, timeout=60
    )


def test_complaints_are_told_once_by_decoder() -> None:
    """Catches a container's or another decoder's words taken for damage of a picture."""
    done = in_a_process("""
say('mov,mp4', 'no moov\\n'); say('h264', 'parser\\n'); say('hevc', ' The cu is 99.\\n')
say('hevc', 'more\\n'); say('hevc', 'by the way\\n', log.INFO)
print([complaint('hevc'), complaint('hevc'), complaint('h264')])
""")
    assert done.stdout == "['The cu is 99', '', '']\n", done.stderr


def test_harmless_words_are_no_complaint() -> None:
    """Catches good frames of H.264 called damaged where two cuts were joined."""
    done = in_a_process("""
say('h264', 'mmco: unref short failure\\n'); print(repr(complaint('h264')))
say('h264', 'mmco: unref short failure\\n'); say('h264', 'error at 1 2\\n')
print(repr(complaint('h264')))
""")
    assert done.stdout == "''\n'error at 1 2'\n", done.stderr


def test_a_line_in_the_making_is_waited_for() -> None:
    """Catches complaints lost because a thread was in the midst of writing them."""
    done = in_a_process("""
os.write(2, b'[hevc @ 0x1] '); print(repr(complaint('hevc')))
os.write(2, b'Could not find ref with POC 7\\n'); print(repr(complaint('hevc')))
""")
    assert done.stdout == "''\n'a frame to build on is missing'\n", done.stderr


def test_a_flood_stops_nothing() -> None:
    """Catches a decoder that waits for ever, or memory taken, because it says too much."""
    done = in_a_process("""
for number in range(20_000): say('hevc', f'line {number} is bad\\n')
print(complaint('hevc')); say('hevc', 'the next\\n'); print(complaint('hevc').endswith('next'))
""")
    assert done.stdout == "line 0 is bad\nTrue\n", done.stderr


def test_python_still_has_a_place_for_errors() -> None:
    """Catches a traceback of the process that decodes sent where nobody reads it."""
    done = in_a_process("raise SystemExit('something else is wrong')")
    assert done.stderr == "something else is wrong\n"


def test_without_listening_nothing_is_told() -> None:
    """Catches a library's user who gets flags, or loses stderr, without a process for it."""
    assert complaint("hevc") == ""
