"""Keeps a real turn as a transcript: what went over the wire and what the host saw, without anybody's secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..turn.backend import base_address, studio_transport
from ..turn.event_json import to_json
from ..turn.events import FileReady, Progress, TurnEvent, TurnRequest, TurnState
from ..turn.media import MediaFile, examine
from ..turn.run import Runtime, run_turn
from .calls import Switchboard
from .disguise import Disguise
from .pieces import hidden_pieces
from .samples import KINDS
from .steps import step_of
from .traffic import Exchange, Recorder

if TYPE_CHECKING:
    import httpx

    from ..handlers.contract import Conversation, TurnLog
    from ..turn.settings import Settings

_HEADERS = ("content-type", "retry-after", "location")
_PLAIN_JSON = "application/json"
_SHORTEST_S = 0.001
_GONE_S = 3600.0
"""A client that left a stream had lost its patience; in a replay it must lose it again."""
# what a request is known by; the rest of it names one project
_TELLING: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "create_session": lambda body: body,
    "send": lambda body: {"new_message": body.get("new_message")},
    "upload": lambda body: body,
    "start_render": lambda body: {"output": body.get("output")},
}


async def record_turn(request: TurnRequest, log: TurnLog, runtime: Runtime) -> tuple[TurnState, list[Exchange]]:
    """Run a turn as always; its traffic beside it. Raises what run_turn raises; EngineMissing, UnknownBackend."""
    from api import open_http  # noqa: PLC0415 - httpx, only once a backend is needed

    base = base_address(request.backend, runtime)
    carrier: httpx.AsyncBaseTransport | None = studio_transport(runtime) if request.backend == "local" else None
    switchboard = Switchboard(runtime.plan.api.endpoints, base)
    recorder = Recorder(open_http(base, carrier), switchboard, runtime.clock)
    state = await run_turn(request, log, replace(runtime, transport=recorder))
    return state, recorder.exchanges


class Recording:
    """Turns of one conversation as a transcript's data. before: what the conversation knew when recording began."""

    def __init__(self, runtime: Runtime, backend: str, before: Conversation) -> None:
        self._runtime = runtime
        self._backend = backend
        self._first = not before.session_id
        api = runtime.plan.api
        self._hidden = Disguise((api.user_id, api.app_name))
        self._hidden.know("session", before.session_id)
        self._hidden.know("task", before.task_id)
        self._hidden.know("bind", before.bind_id)
        settings = runtime.settings
        self._hidden.know("token", settings.token)
        self._hidden.know("client", settings.client_id)
        if backend != "local":
            self._hide_address(base_address(backend, runtime), api.base)

    def _hide_address(self, base: str, public: str) -> None:
        from api import is_loopback  # noqa: PLC0415 - loaded with the backend by now

        parts = urlsplit(base)
        host = parts.hostname or ""
        if not is_loopback(host) and host != urlsplit(public).hostname:
            self._hidden.stands_for(parts.netloc, "backend.test")
            self._hidden.stands_for(host, "backend.test")

    def head(self) -> dict[str, Any]:
        """What a transcript of it begins with."""
        identity = self._runtime.plan.identity
        told = {"local": "the embedded studio", "cloud": "the cloud"}.get(self._backend, "another backend")
        about = f"Recorded from {told}; {identity.name} {identity.version or 'without a version'}."
        return {"about": about, "setup": "scripted", "settings": self._plain(self._settings(self._runtime.settings))}

    def _settings(self, settings: Settings) -> dict[str, str]:
        """The settings that change what a turn says or asks for; a client id changes nothing."""
        known = {name: getattr(settings, name) for name in ("token", "api_url", "web_url")}
        return {"backend": self._backend} | {name: value for name, value in known.items() if value}

    def turn(self, request: TurnRequest, exchanges: Sequence[Exchange], events: Sequence[TurnEvent]) -> dict[str, Any]:
        """One turn of it."""
        for exchange in exchanges:
            self._learn(exchange)
        told = {"utterance": request.text, "files": [_file(path) for path in request.files], "urls": [*request.urls]}
        backend = [*self._sign_in(exchanges), *map(self._reply, exchanges)]
        host = [_expected(event) for event in events if not isinstance(event, Progress)]
        self._first = False
        return {
            **self._plain({key: value for key, value in told.items() if value or key == "utterance"}),
            "backend": backend,
            "host": self._plain(_without_paths(host, events, request.output_dir)),
        }

    def _learn(self, exchange: Exchange) -> None:
        headers = exchange.request_headers
        self._hidden.know("token", headers.get("authorization", "").removeprefix("Bearer ").strip())
        self._hidden.know("client", headers.get("x-client-id"))
        cookies = [headers.get("cookie", ""), exchange.headers.get("set-cookie", "")]
        self._hidden.know("cookie", *re.findall(r"=([^;,\s]{5,})", " ".join(cookies)))
        wire = b"".join(piece for _, piece in exchange.pieces or ())
        for body in (exchange.request, exchange.body or b"", wire):
            self._hidden.learn(body.decode("utf-8", "replace"))

    def _sign_in(self, exchanges: Iterable[Exchange]) -> list[dict[str, Any]]:
        """A token that this machine had already; the replay's has none."""
        if not self._first or self._given() or any(exchange.call == "anonymous_token" for exchange in exchanges):
            return []
        return [{"call": "anonymous_token", "optional": True, "json": {"code": 0, "data": {"token": "token-1"}}}]

    def _given(self) -> bool:
        runtime = self._runtime
        asked = base_address(self._backend, runtime)
        return runtime.settings.token is not None and asked == base_address("cloud", runtime)

    def _reply(self, exchange: Exchange) -> dict[str, Any]:
        reply: dict[str, Any] = {"call": exchange.call}
        if exchange.file is not None:
            reply["file"] = self._hidden.hide(exchange.file)
        if exchange.status not in (0, 200):
            reply["status"] = exchange.status
        if headers := {name: exchange.headers[name] for name in _HEADERS if name in exchange.headers}:
            kind = headers.get("content-type", "").partition(";")[0]
            if kind == _PLAIN_JSON or exchange.pieces is not None:
                del headers["content-type"]
            reply |= {"headers": self._plain(headers)} if headers else {}
        if exchange.delay_s >= _SHORTEST_S:
            reply["delay_s"] = round(exchange.delay_s, 3)
        if asked := self._asked(exchange):
            reply["request"] = asked
        return reply | self._body(exchange)

    def _asked(self, exchange: Exchange) -> dict[str, Any]:
        telling = _TELLING.get(exchange.call)
        body = _json(exchange.request)
        return self._plain(telling(body)) if telling and isinstance(body, dict) else {}

    def _body(self, exchange: Exchange) -> dict[str, Any]:
        if exchange.fails and exchange.film_bytes is None:
            return {"fails": exchange.fails}
        if exchange.pieces is not None:
            return {"stream": self._steps(exchange)}
        if exchange.film_bytes is not None:
            return {"text": f"a film of {exchange.film_bytes} bytes"}
        text = self._hidden.hide((exchange.body or b"").decode("utf-8", "replace"))
        body = _json(text)
        return {"json": body} if isinstance(body, dict | list) else {"text": text}

    def _steps(self, exchange: Exchange) -> list[dict[str, Any]]:
        """The stream piece by piece; pieces end where they ended on the wire."""
        pieces = exchange.pieces or []
        hidden = hidden_pieces(self._hidden, [piece for _, piece in pieces])
        steps: list[dict[str, Any]] = []
        silent_s = 0.0
        for (waited_s, _), piece in zip(pieces, hidden, strict=True):
            silent_s += waited_s
            if not piece:
                continue
            if silent_s >= _SHORTEST_S:
                steps.append({"wait_s": round(silent_s, 3)})
            silent_s = 0.0
            steps.append(step_of(piece))
        if exchange.cut:
            steps.append({"cut": True})
        elif exchange.left:
            steps.append({"wait_s": _GONE_S})
        return steps

    def _plain(self, value: Any) -> Any:
        """The same data without secrets."""
        text = json.dumps(value, ensure_ascii=False)
        return json.loads(self._hidden.hide(text))


def _expected(event: TurnEvent) -> dict[str, Any]:
    shown = to_json(event)
    if isinstance(event, FileReady):
        del shown["bytes"]  # the film is a stand-in
    for volatile in ("turn_id", "next_poll_s"):
        shown.pop(volatile, None)
    return shown


def _without_paths(host: list[dict[str, Any]], events: Iterable[TurnEvent], folder: Path) -> list[dict[str, Any]]:
    """Where films go is this machine's own; how they are called depends on what lay there before."""
    text = json.dumps(host, ensure_ascii=False)
    films = [Path(event.path) for event in events if isinstance(event, FileReady)]
    for path, stand_in in [*((film, f"…{film.suffix}") for film in films), (folder, "…"), (Path.home(), "…")]:
        if len(str(path)) > 1:
            text = text.replace(json.dumps(str(path), ensure_ascii=False)[1:-1], stand_in)
    found: list[dict[str, Any]] = json.loads(text)
    return found


def _file(path: Path) -> str | dict[str, Any]:
    """A file by its name; what it really is, where that is not what its name says."""
    found = examine(path, KINDS, None)
    if isinstance(found, MediaFile):
        named = _named_kind(path)
        return path.name if named in (None, found.format) else {"name": path.name, "like": found.format}
    if not path.exists():
        return {"name": path.name, "missing": True}
    return {"name": path.name, "content": "" if found.reason == "empty" else "something else"}


def _named_kind(path: Path) -> str | None:
    """The kind a file's name says, None for none we know."""
    kind = path.suffix.lower().lstrip(".")
    return kind if kind in KINDS else None


def _json(body: bytes | str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
