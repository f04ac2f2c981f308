"""The address to which the browser uploads: `api/upload`, on the app's own server and port.

Streamlit's own uploader holds a file in memory, twice. Here a request is written to the disk
as it comes, a megabyte in memory at a time. Every call carries its ticket in a header.

    POST    {"files": [[name, bytes], …]}  ->  {"files": [number, or why it is not taken, …]}
    PUT     ?file=NUMBER&at=OFFSET, bytes  ->  {"file": NUMBER, "at": OFFSET}: what comes next
    GET     ?file=NUMBER                   ->  {"at": OFFSET}: how much of a file has come
    DELETE  ?file=NUMBER                   ->  {}: forget this file; without `file`: all of it

What goes wrong comes back as {"error": a sentence}.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from anyio.to_thread import run_sync
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from pages.ui._compat import foreign_request
from pages.ui.addresses import address
from pages.ui.upload.tickets import tickets
from seqsel_core.errors import SeqselError, StoreError
from seqsel_core.store.arrival import PIECE, Arrival
from seqsel_core.store.files import trouble

HEADER = "X-Seqsel-Upload"
_MOST_JSON = 32_000_000  # bytes: the names of 100,000 files
_PATIENCE = 600.0  # seconds for one request


def upload_route(base: str) -> Route:
    """Return the route.

    Args:
        base: Streamlit's `server.baseUrlPath`.
    """
    return Route(address(base, "upload"), _answer, methods=["GET", "POST", "PUT", "DELETE"])


async def _answer(request: Request) -> JSONResponse:
    if reason := foreign_request(request.headers, request.cookies):
        return _error(403, reason)
    ticket = request.headers.get(HEADER, "")
    try:
        arrival = tickets().arrival(ticket)
    except StoreError as error:
        return _error(401, str(error))
    calls = {"GET": _where, "HEAD": _where, "POST": _announce, "PUT": _take, "DELETE": _forget}
    try:
        async with asyncio.timeout(_PATIENCE):
            return JSONResponse(await calls[request.method](request, ticket, arrival))
    except StoreError as error:
        return _error(507, str(error))
    except SeqselError as error:
        return _error(400, str(error))
    except (ValueError, TypeError, KeyError):
        return _error(400, "The request is not as it should be. Reload the page.")
    except (ClientDisconnect, TimeoutError):
        return _error(408, "The connection broke.")
    except OSError as error:
        return _error(507, f"The files cannot be kept: {trouble(error, Path(arrival.folder))}")


async def _announce(request: Request, ticket: str, arrival: Arrival) -> dict[str, Any]:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _MOST_JSON:
            raise ValueError
    files = [(str(name), int(size)) for name, size in json.loads(body)["files"]]
    if any(size < 0 for _, size in files):
        raise ValueError
    return {"files": await run_sync(tickets().add, ticket, files)}


async def _take(request: Request, ticket: str, arrival: Arrival) -> dict[str, Any]:
    number, at = int(request.query_params["file"]), int(request.query_params["at"])
    held = bytearray()
    async for part in request.stream():
        held += part
        if len(held) >= PIECE:
            number, at = await run_sync(arrival.write, number, at, bytes(held))
            held.clear()
    if held:
        number, at = await run_sync(arrival.write, number, at, bytes(held))
    return {"file": number, "at": at}


async def _where(request: Request, ticket: str, arrival: Arrival) -> dict[str, Any]:
    return {"at": await run_sync(arrival.received, int(request.query_params["file"]))}


async def _forget(request: Request, ticket: str, arrival: Arrival) -> dict[str, Any]:
    if "file" in request.query_params:
        await run_sync(arrival.drop, int(request.query_params["file"]))
    else:
        await run_sync(tickets().discard, ticket)
    return {}


def _error(status: int, sentence: str) -> JSONResponse:
    return JSONResponse({"error": sentence}, status)
