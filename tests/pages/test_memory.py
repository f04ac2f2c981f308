"""Memory: what is free in one thread serves the others."""

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_PLACES = """
import ctypes, sys, threading
if sys.argv[1] == "server":
    import server
meet = threading.Barrier(13)
def use_some():
    held = [bytes(900) for _ in range(100)]
    meet.wait(60)
threads = [threading.Thread(target=use_some) for _ in range(12)]
for thread in threads:
    thread.start()
meet.wait(60)
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(libc.fopen(sys.argv[2].encode(), b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
"""


@pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "malloc_info"), reason="the C library is not glibc"
)
def test_threads_share_what_is_free(tmp_path):
    """The server would grow with every visitor, and never give anything back."""
    places = {}
    for who in ("python", "server"):
        told = tmp_path / who
        subprocess.run([sys.executable, "-c", _PLACES, who, told], cwd=_ROOT, check=True)
        places[who] = told.read_text().count("<heap nr=")
    assert places["server"] == 2 < places["python"]
