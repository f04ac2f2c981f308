"""The address at which the maps and the timeline fetch pictures of frames: `api/pictures`.

    GET ?at=VIDEO:FRAME,…  ->  [{"key": "VIDEO:FRAME", "name": …, "text": …, "src": …}, …]

No run of the page is needed for a picture: it would cost fifty times as much, and one that
begins in the moment of a slider's move takes the move's place. The page hands its browser a
pass for what it shows, which the browser sends in a header; it is good for the person to whom
it was given, while they may see the dataset.
"""

from __future__ import annotations

import base64
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache

import numpy as np
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from pages.ui import text
from pages.ui.addresses import address
from pages.ui.places import frame_range, start_seconds
from pages.ui.session import datasets
from seqsel_core.dataset import Dataset
from seqsel_core.errors import StoreError

HEADER = "X-Seqsel-Pictures"
_MOST = 40  # pictures at once, as in explorer.js
_MOST_PASSES = 64  # the last used ones: each keeps the frame tables of a dataset in memory


@dataclass(frozen=True)
class Pass:
    """What lets a person see pictures of a dataset.

    Attributes:
        user: The person; '' where no sign-in is configured.
        dataset_id: The dataset in the catalogue.
        dataset: As the page shows it: a position of a video means this one.
    """

    user: str
    dataset_id: str
    dataset: Dataset


class Passes:
    """The passes of this process. It can be used by several threads."""

    def __init__(self) -> None:
        """Begin without passes."""
        self._names: dict[tuple[str, str, str], str] = {}
        self._known: OrderedDict[str, Pass] = OrderedDict()
        self._lock = threading.Lock()

    def issue(self, given: Pass) -> str:
        """Return the name of a pass: the same as long as the page shows the same."""
        of = (given.user, given.dataset_id, given.dataset.key)
        with self._lock:
            name = self._names.setdefault(of, secrets.token_urlsafe(24))
            self._known[name] = given
            self._known.move_to_end(name)
            if len(self._known) > _MOST_PASSES:
                _, old = self._known.popitem(last=False)
                del self._names[old.user, old.dataset_id, old.dataset.key]
            return name

    def find(self, name: str) -> Pass | None:
        """Return the pass of a name, if its person may still see the dataset."""
        with self._lock:
            given = self._known.get(name)
            if given is None:
                return None
            self._known.move_to_end(name)
        seen = any(record.id == given.dataset_id for record in datasets().all(given.user))
        return given if seen else None


@cache
def passes() -> Passes:
    """Return the passes of this server; the page and the route share them."""
    return Passes()


def picture_route(base: str) -> Route:
    """Return the route.

    Args:
        base: Streamlit's `server.baseUrlPath`.
    """
    return Route(address(base, "pictures"), _answer, methods=["GET"])


async def _answer(request: Request) -> JSONResponse:
    given = await run_sync(passes().find, request.headers.get(HEADER, ""))
    if given is None:
        return JSONResponse({"error": "This page may not look (any more). Reload it."}, 401)
    try:
        places = [_place(one) for one in request.query_params.get("at", "").split(",")]
        found = await run_sync(_pictures, given.dataset, places[:_MOST])
    except (ValueError, OverflowError):
        return JSONResponse({"error": "The request is not as it should be. Reload the page."}, 400)
    except StoreError as error:
        return JSONResponse({"error": str(error)}, 500)
    return JSONResponse(found, headers={"Cache-Control": "no-store"})


def _place(said: str) -> tuple[int, int]:
    video, frame = (int(number) for number in said.split(":"))
    if not (0 <= video < 1 << 31 and 0 <= frame < 1 << 31):
        raise ValueError(said)
    return video, frame


def _pictures(dataset: Dataset, places: list[tuple[int, int]]) -> list[dict[str, str]]:
    return [_picture(dataset, *place) for place in places if place[0] < len(dataset.videos)]


def _picture(dataset: Dataset, at: int, frame: int) -> dict[str, str]:
    """Return the picture of a frame, with its name and time; of the next one if it is bad."""
    video = dataset.videos[at]
    row = min(int(np.searchsorted(video.frames["index"], frame)), len(video.frames) - 1)
    index = int(video.frames["index"][row])
    time = text.seconds(start_seconds(dataset, at, row))
    where = frame_range(index, 1)
    picture = base64.b64encode(video.shard.thumbnails([row])[0]).decode()
    return {
        "key": f"{at}:{frame}",
        "name": text.plain(video.video.name),
        "text": f"{where} · {time}" if time else where,
        "src": f"data:image/jpeg;base64,{picture}",
    }
