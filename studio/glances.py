"""Calls for a quick look at a project's draft: a contact sheet, or a small film without sound."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from api import Draft

from .bodies import read_draft
from .refusals import BAD_REQUEST, Refusal
from .workshop import Studio, studio_of


async def sheet(request: Request) -> Response:
    """One frame of every shot, as a JPEG."""
    return await _look(request, "image/jpeg", _sheet)


async def film(request: Request) -> Response:
    """The whole draft at about 320 px, as an mp4."""
    return await _look(request, "video/mp4", _film)


async def _look(request: Request, media_type: str, make: Callable[[Studio, str, str], bytes]) -> Response:
    """The draft as it is now; asked again with the same entity tag, nothing is drawn."""
    studio = studio_of(request)
    session = await studio.session(request, request.path_params["session_id"])
    desk = await to_thread.run_sync(studio.store.desk, session.id, session.client)
    if desk is None or desk.draft is None or not read_draft(json.loads(desk.draft)).ready:
        raise Refusal(BAD_REQUEST, "There is nothing to look at yet: the draft is empty.")
    tag = f'"{hashlib.sha256((media_type + desk.draft).encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    made = await to_thread.run_sync(make, studio, session.id, desk.draft)
    return Response(made, media_type=media_type, headers=headers)


def _sheet(studio: Studio, session_id: str, body: str) -> bytes:
    from .render import RenderError, sheet_bytes  # noqa: PLC0415 - the engine loads with the first look

    try:
        return sheet_bytes(Draft.model_validate_json(body), studio.media_paths(session_id))
    except RenderError as exc:
        raise Refusal(BAD_REQUEST, str(exc)) from exc


def _film(studio: Studio, session_id: str, body: str) -> bytes:
    from .render import RenderError, quick_film  # noqa: PLC0415 - as above

    with tempfile.TemporaryDirectory(prefix="skillturn-look-") as name:
        out = Path(name) / "look.mp4"
        try:
            return quick_film(Draft.model_validate_json(body), studio.media_paths(session_id), out).read_bytes()
        except RenderError as exc:
            raise Refusal(BAD_REQUEST, str(exc)) from exc
