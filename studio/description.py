"""The call that describes all calls: OpenAPI, from data/openapi.yaml."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse

OPENAPI = Path(__file__).parent / "data" / "compiled" / "openapi.json"


async def openapi(_: Request) -> FileResponse:
    """The description, as JSON."""
    return FileResponse(OPENAPI, media_type="application/json")
