"""The studio as an ASGI application: the cloud's calls, codes and refusals, answered on this machine.

The claim-token call is left out on purpose: it links a cloud project to an account, and there is neither here.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import cast

import anyio
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .refusals import Invalid, Refusal
from .schema import StoreTooNew
from .workshop import Studio

_log = logging.getLogger(__name__)  # the standard logger stays off stdout even where no host configured one

Endpoint = Callable[[Request], Awaitable[Response]]

_SESSION = "{session_id:str}"
_RENDER = "{render_id:str}"

# (method, path, module, function); a module loads with its first call, since start-up is part of every turn
_CALLS = (
    ("POST", "/api/auth/anonymous-token", "accounts", "anonymous_token"),
    ("GET", "/api/credits/balance/simple", "accounts", "balance"),
    ("POST", "/api/tasks/me/with-session/nemo_agent", "sessions", "create"),
    ("GET", f"/api/state/nemo_agent/me/{_SESSION}/latest", "sessions", "latest"),
    ("DELETE", f"/api/state/nemo_agent/me/{_SESSION}", "sessions", "forget"),
    ("GET", f"/api/state/nemo_agent/me/{_SESSION}/sheet", "glances", "sheet"),
    ("GET", f"/api/state/nemo_agent/me/{_SESSION}/look", "glances", "film"),
    ("POST", f"/api/upload-video/nemo_agent/me/{_SESSION}", "uploads", "upload"),
    ("POST", "/run_sse", "messages", "run_sse"),
    ("POST", "/api/render/proxy/lambda", "exports", "start"),
    ("GET", f"/api/render/proxy/lambda/{_RENDER}", "exports", "status"),
    ("DELETE", f"/api/render/proxy/lambda/{_RENDER}", "exports", "cancel"),
    ("GET", f"/api/render/proxy/{_RENDER}/download", "exports", "download"),
    ("GET", "/openapi.json", "description", "openapi"),
)


def create_app(home: Path | Studio) -> Starlette:
    """The application over the studio in a folder (or one built with ports of its own).

    Under a server its lifespan runs the render jobs; LocalTransport runs them itself.
    """
    studio = home if isinstance(home, Studio) else Studio(home)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            studio.start(tasks)
            try:
                yield
            finally:
                studio.stop()
        studio.close()

    app = Starlette(
        routes=[
            Route(path, _on_demand(module, function), methods=[method], name=function)
            for method, path, module, function in _CALLS
        ],
        exception_handlers={
            Refusal: _refused,
            Invalid: _invalid,
            HTTPException: _http_error,
            StoreTooNew: _too_new,
            sqlite3.Error: _no_storage,
            OSError: _no_storage,
            Exception: _crashed,
        },
        lifespan=lifespan,
    )
    app.state.studio = studio
    return app


def _on_demand(module: str, function: str) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        call = getattr(import_module(f"{__package__}.{module}"), function)
        return await cast(Endpoint, call)(request)

    return endpoint


async def _refused(_: Request, exc: Exception) -> Response:
    refusal = cast(Refusal, exc)
    return JSONResponse({"code": refusal.code, "message": refusal.message}, status_code=refusal.status)


async def _invalid(_: Request, exc: Exception) -> Response:
    return JSONResponse({"detail": cast(Invalid, exc).details}, status_code=422)


async def _http_error(_: Request, exc: Exception) -> Response:
    error = cast(HTTPException, exc)
    return JSONResponse({"detail": error.detail}, status_code=error.status_code, headers=error.headers)


async def _too_new(_: Request, exc: Exception) -> Response:
    return JSONResponse({"code": 500, "message": str(exc)}, status_code=500)


async def _no_storage(_: Request, exc: Exception) -> Response:
    """A full disk, a read-only folder, a damaged file: what the user can mend is said, without paths."""
    _log.error("studio_storage_failed", exc_info=exc)
    reason = exc.strerror if isinstance(exc, OSError) else str(exc)
    message = f"The studio cannot use its folder ({reason}). Make room there, or choose another SKILLTURN_HOME."
    return JSONResponse({"code": 500, "message": message}, status_code=500)


async def _crashed(_: Request, exc: Exception) -> Response:
    """Whoever runs the application logs it; the client learns no internals."""
    return JSONResponse({"code": 500, "message": "The studio ran into an error of its own."}, status_code=500)
