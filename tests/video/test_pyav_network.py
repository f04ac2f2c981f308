"""Files that name other files or addresses: nothing but the file itself is ever opened."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from seqsel_core.video.decoders import decoder_for
from seqsel_core.video.probe import estimate_frames
from seqsel_core.video.types import ReadResult, Video

ROOT = Path(__file__).parents[2]

PLAYLISTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{url}\n#EXT-X-ENDLIST\n",
    "hls master": "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{url}\n",
    "hls key": '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="{url}"\n#EXTINF:1,\n{file}\n',
    "hls file": "#EXTM3U\n#EXTINF:1,\n{file}\n#EXT-X-ENDLIST\n",
    "concat": "ffconcat version 1.0\nfile '{url}'\n",
    "concat file": "ffconcat version 1.0\nfile {file}\n",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
    'profiles="urn:mpeg:dash:profile:isoff-live:2011"><Period><AdaptationSet><Representation '
    'id="1"><BaseURL>{url}</BaseURL></Representation></AdaptationSet></Period></MPD>',
    "smil": '<smil><body><video src="{url}"/></body></smil>',
    "asx": '<asx version="3.0"><entry><ref href="{url}"/></entry></asx>',
    "asf reference": "[Reference]\nRef1={url}\n",
    "real": "{url}\n",
    "rtsp text": "rtsptext\nrtsp://127.0.0.1/x\n",
    "image list": "{url}|{file}",
}


@pytest.fixture
def web(clips: Any, tmp_path: Path) -> Iterator[tuple[str, list[str]]]:
    """A web server that serves a clip; (its address, paths that it was asked for)."""
    content = clips.write(tmp_path / "web" / "clip.mkv", 5).read_bytes()
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *words: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("kind", PLAYLISTS)
def test_playlists_open_nothing(
    clips: Any, web: tuple[str, list[str]], tmp_path: Path, kind: str
) -> None:
    """Catches a 'video' that makes the server fetch an address, or read a file beside it."""
    url, asked = web
    other = clips.write(tmp_path / "other.mkv", 5)
    text = PLAYLISTS[kind].replace("{url}", f"{url}/clip.mkv").replace("{file}", str(other))
    for ending in ("mp4", "mkv", "ts", "avi", "wmv", "mpg", "gif", "h264", "m3u8", "sdp", "mpd"):
        path = tmp_path / f"list.{ending}"
        path.write_text(text)
        video = Video(path.name, path, len(text))
        for name in ("auto", "decord"):
            result = ReadResult()
            assert list(decoder_for(video, name).frames(video, 40, result)) == []
            assert result.problems
        assert estimate_frames(video) == 0
    assert asked == []


def test_the_web_server_would_have_noticed(web: tuple[str, list[str]]) -> None:
    """Catches a check that can't fail: the server must count what is asked of it."""
    url, asked = web
    assert len(urllib.request.urlopen(f"{url}/clip.mkv", timeout=10).read()) > 100
    assert asked == ["/clip.mkv"]


@pytest.mark.parametrize("name", ["{url}/clip.mkv", "concat:{file}", "tcp:127.0.0.1:{port}.mkv"])
def test_an_address_is_only_a_file_name(
    clips: Any, web: tuple[str, list[str]], tmp_path: Path, name: str
) -> None:
    """Catches a path that reaches FFmpeg as the address of something else."""
    url, asked = web
    other = clips.write(tmp_path / "other.mkv", 5)
    port = url.rpartition(":")[2]
    path = Path(name.replace("{url}", url).replace("{file}", str(other)).replace("{port}", port))
    result = ReadResult()
    video = Video("x.mkv", path, 1)
    assert list(decoder_for(video).frames(video, 40, result)) == []
    assert "No such file" in result.problems[0].reason
    assert asked == []


# A worker's job from end to end, but for the maps, where no network is to be had.
_WORK = """
import socket, sys
from pathlib import Path
from seqsel_core.jobs import kinds, worker
from seqsel_core.jobs.queue import Queue
from seqsel_core.video.roots import confine

assert [name for _, name in socket.if_nameindex() if name != "lo"] == [], "there is a network"

kinds._map = lambda *arguments: None
kinds.KINDS["umap"] = lambda *arguments: {}
place = Path(sys.argv[1])
confine(place)
worker.work(place, idle_seconds=0.1)
"""


@pytest.mark.slow
def test_the_worker_needs_no_network(clips: Any, tmp_path: Path) -> None:
    """Catches a download, or a look-up, on the way of an embed job with the shipped encoder."""
    from seqsel_core.jobs.queue import Queue
    from seqsel_core.store.datasets import Datasets, Source

    alone = [shutil.which("unshare") or "unshare", "--map-root-user", "--net"]
    try:
        subprocess.run([*alone, "true"], check=True, capture_output=True, timeout=20)
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"no network namespaces for this user: {error}")
    clips.write(tmp_path / "in" / "a.mkv", 5)
    record = Datasets(tmp_path / "data").create(
        *("x", [Source(tmp_path / "in", "folder")]),
        encoder="efficientnet-lite0",
        frame_order="alphabetical",
    )
    queue = Queue(tmp_path / "data")
    number = queue.submit("embed", record.id)
    done = subprocess.run(
        [*alone, sys.executable, "-c", _WORK, str(tmp_path / "data")],
        cwd=ROOT,
        env={"PATH": "/usr/bin", "SEQSEL_INPUT_ROOTS": str(tmp_path / "in")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    job = queue.get(number)
    assert job is not None
    assert (job.state, job.result["frames"]) == ("done", 5), job.message
