"""Calls about a project: beginning one and looking at it."""

from __future__ import annotations

import json
from typing import Any

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse

from .bodies import NewSession, read_body
from .records import Desk, StoredMedia
from .workshop import no_session, studio_of

_CANVAS = ("width", "height", "fps")


async def create(request: Request) -> JSONResponse:
    """Begin a project."""
    studio = studio_of(request)
    client = await studio.client(request)
    body = await read_body(request, NewSession, studio.limits.json_bytes)
    now = studio.clock.now()
    session = await to_thread.run_sync(
        lambda: studio.store.create_session(client, task_name=body.task_name, language=body.language, now=now)
    )
    return JSONResponse({"code": 0, "data": {"task_id": session.task_id, "session_id": session.id}})


async def latest(request: Request) -> JSONResponse:
    """The draft as it is now, and the media it may use."""
    studio = studio_of(request)
    client = await studio.client(request)
    desk = await to_thread.run_sync(studio.store.desk, request.path_params["session_id"], client)
    if desk is None:
        raise no_session()
    return JSONResponse({"code": 0, "data": {"revision": desk.revision, "state": _state(desk)}})


async def forget(request: Request) -> JSONResponse:
    """Delete a project with everything in it. The studio's own call; the cloud has none."""
    studio = studio_of(request)
    session = await studio.session(request, request.path_params["session_id"])
    await to_thread.run_sync(studio.store.forget_session, session.id)
    return JSONResponse({"code": 0, "data": {"session_id": session.id}})


def _state(desk: Desk) -> dict[str, Any]:
    draft = json.loads(desk.draft) if desk.draft else {"t": [], "m": {}}
    return {
        "draft": draft,
        "video_infos": [media_info(item) for item in desk.media],
        "generated_media": [],
        "canvas_config": {key: draft["m"][key] for key in _CANVAS if draft.get("m", {}).get(key) is not None},
    }


def media_info(item: StoredMedia) -> dict[str, Any]:
    """A media as clients see it; absent keys are not known."""
    media = item.media
    facts = {
        "id": media.id,
        "name": media.name,
        "kind": media.kind,
        "width": media.width or None,
        "height": media.height or None,
        "duration_ms": media.duration_ms,
        "captured_at": media.captured_at,
        "size": item.bytes,
    }
    return {key: value for key, value in facts.items() if value is not None}
