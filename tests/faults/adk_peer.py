"""The real API server of Google's Agent Development Kit, with the few calls around it that only this family has.

python adk_peer.py PORT
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from google.adk.cli.fast_api import get_fast_api_app
from starlette.requests import Request

HERE = Path(__file__).parent
APP = "nemo_agent"


def app(port: int) -> FastAPI:
    """The server as it is, and beside it tokens, projects and their state."""
    served = get_fast_api_app(
        agents_dir=str(HERE / "agents"), session_service_uri="memory://", use_local_storage=False, web=False, port=port
    )
    asked: list[str] = []

    @served.middleware("http")
    async def note(request: Request, call_next: Any) -> Any:
        asked.append(request.url.path)
        return await call_next(request)

    @served.post("/api/auth/anonymous-token")
    async def token() -> dict[str, Any]:
        return {"code": 0, "data": {"token": "nmv_usr_adk_peer", "credits": 100}}

    @served.post(f"/api/tasks/me/with-session/{APP}")
    async def begin(request: Request) -> dict[str, Any]:
        base = f"{request.base_url}apps/{APP}/users/me/sessions"
        session = (await _asking(served).post(base, json={})).json()
        return {"code": 0, "data": {"session_id": session["id"], "task_id": "task"}}

    @served.get(f"/api/state/{APP}/me/{{sid}}/latest")
    async def state(request: Request, sid: str) -> dict[str, Any]:
        found = await _asking(served).get(f"{request.base_url}apps/{APP}/users/me/sessions/{sid}")
        if found.status_code == 404:
            return {"code": 1002, "message": "Session not found"}
        return {"code": 0, "data": {"state": {"draft": found.json()["state"].get("draft")}}}

    @served.get("/asked")
    async def asked_for() -> list[str]:
        return asked

    return served


def _asking(served: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(served))


if __name__ == "__main__":
    port = int(sys.argv[1])
    uvicorn.run(app(port), host="127.0.0.1", port=port, log_level="error")
