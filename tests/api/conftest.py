"""A client on scripted answers: no socket, no real waiting."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from api import Auth, Client, ClientIds, Session, TokenStore, VirtualClock, open_http

ORIGIN = "https://api.test"
ATTRIBUTION = {"X-Skill-Source": "a-skill", "X-Skill-Version": "1.10", "X-Skill-Platform": "unknown"}
OPEN_SESSION = Session("s 1", "t1")

Answerer = Callable[[httpx.Request], httpx.Response]
OpenClient = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def open_client(tmp_path: Path) -> OpenClient:
    @asynccontextmanager
    async def opened(answer: Answerer, *, given: str | None = None, **options: Any) -> AsyncIterator[Client]:
        auth = Auth(
            ORIGIN, given=given, tokens=TokenStore(tmp_path / "tokens.json"), client_ids=ClientIds(tmp_path / "id")
        )
        options = {"session": OPEN_SESSION} | options
        async with VirtualClock() as clock, open_http(ORIGIN, httpx.MockTransport(answer)) as http:
            yield Client(http, auth=auth, attribution=ATTRIBUTION, clock=clock, **options)

    return opened
