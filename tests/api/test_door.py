"""The room's public names, its data, and what its import may cost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import yaml

import api
from api import open_http

NAMES = set(
    """
Auth BackendError BackendUnreachable Balance Client ClientIdMissing ClientIds Clock Downloaded Draft DraftMeta
Endpoints ExportBlocked FileRefused Heartbeat MOST_MESSAGE_CHARS Mood Motion NoCredits Position ProtocolError
RateLimited Recover Render Role Segment SegmentMeta Session SessionLost SignedIn State StreamEnd StreamEvent
SystemClock TextPart TokenExpired TokenStore ToolActivity Track TrackType Transition Uploaded VirtualClock
CLAIM TOKEN TOKEN_START holds_token is_loopback joint open_http placed shared_http
""".split()  # noqa: SIM905  # a list of words reads best as words
)


def test_the_public_names_are_pinned_and_resolve() -> None:
    assert set(api.__all__) == NAMES
    assert all(getattr(api, name) is not None for name in NAMES)
    with pytest.raises(AttributeError):
        _ = api.Nothing  # type: ignore[attr-defined]  # the point of the test


def test_compiled_data_is_current() -> None:
    room = Path(api.__file__).parent
    source = yaml.safe_load((room / "noise.yaml").read_text(encoding="utf-8"))
    assert json.loads((room / "compiled" / "noise.json").read_text(encoding="utf-8")) == source


def test_every_afterthought_holds_a_mark() -> None:
    data = json.loads((Path(api.__file__).parent / "compiled" / "noise.json").read_text(encoding="utf-8"))
    assert all(any(mark in phrase.lower() for mark in data["marks"]) for phrase in data["afterthoughts"])


def loaded_after(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split())


def test_a_client_loads_nothing_that_only_other_turns_need() -> None:
    loaded = loaded_after("from api import Auth, Client, ClientIds, SystemClock, TokenStore, open_http")
    assert not loaded & {"pydantic", "structlog", "httpx_sse", "yaml", "click", "rich", "pygments", "httpx._main"}


def test_httpx_is_whole_for_everybody_else() -> None:
    loaded_after("import api.connection, httpx, importlib.util as u; assert httpx.main and u.find_spec('httpx._main')")


@pytest.mark.parametrize(
    ("base_url", "tls"), [("http://127.0.0.1:9", False), ("http://localhost:9", False), ("https://api.test", True)]
)
def test_a_loopback_backend_needs_no_tls_context(base_url: str, tls: bool) -> None:
    code = f"""
import ssl
made = []
real = ssl.create_default_context
ssl.create_default_context = lambda *a, **k: made.append(1) or real(*a, **k)
from api import open_http
open_http({base_url!r}); open_http({base_url!r})
print(len(made))"""
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout.strip() == ("1" if tls else "0")


@pytest.mark.anyio
async def test_a_client_for_loopback_really_connects_and_refuses_nothing_silently() -> None:
    async with open_http("http://127.0.0.1:9") as http:
        with pytest.raises(httpx.ConnectError):
            await http.get("/")
        assert not http.follow_redirects
