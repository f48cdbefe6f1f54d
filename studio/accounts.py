"""Calls about the client itself: its token and its credits."""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse

from .refusals import BAD_REQUEST, Refusal
from .workshop import studio_of

FREE = "The studio on this machine is free: there are no credits to spend."


async def anonymous_token(request: Request) -> JSONResponse:
    """A token for seven days. A client may ask again: there is nothing on this machine to ration."""
    studio = studio_of(request)
    client_id = request.headers.get("x-client-id", "").strip()
    if not client_id:
        raise Refusal(BAD_REQUEST, "X-Client-Id is missing: send a UUID of this client's own.")
    token = await to_thread.run_sync(studio.store.issue_token, client_id, studio.clock.now())
    return JSONResponse({"code": 0, "data": {"token": token, "credits": None, "unlimited": True}})


async def balance(request: Request) -> JSONResponse:
    """No numbers are invented: null means that credits do not exist here."""
    await studio_of(request).client(request)
    nothing = {"available": None, "frozen": None, "total": None, "unlimited": True}
    return JSONResponse({"code": 0, "data": {**nothing, "message": FREE}})
