"""One client for every call of the backend, whichever transport answers: cloud, embedded studio or replay."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack, aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .answers import Balance, Session, SignedIn, read_balance, read_claim_token, read_grant, read_session
from .auth import Auth
from .clock import Clock
from .connection import httpx
from .endpoints import Endpoints
from .errors import BackendError, RateLimited, TokenExpired
from .exchange import Exchange, Recover, take_stream
from .tokens import holds_token

if TYPE_CHECKING:
    from .downloads import Downloaded
    from .stream import StreamEvent
    from .wire import Render, State, Uploaded

OnBytes = Callable[[int, int], None]

_SILENT = httpx.Timeout(connect=20, read=None, write=90, pool=None)  # the turn's clock bounds a silent stream
_NO_SUCH_CALL = frozenset({404, 405, 501})


class Client:
    """One conversation's view of a backend.

    attribution: the headers every request carries. recover: asked once per call after a refusal; True = build the
    request anew, with the token and session of that moment, and send it once more. It is never asked when a chat
    message may have been billed. idempotent: the backend takes a message id and commits each id once.
    event_cap_bytes: the largest stream event read into memory.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        auth: Auth,
        attribution: Mapping[str, str],
        clock: Clock,
        endpoints: Endpoints | None = None,
        app_name: str = "nemo_agent",
        user_id: str = "me",
        session: Session | None = None,
        recover: Recover | None = None,
        event_cap_bytes: int = 16 * 2**20,
        idempotent: bool = False,
    ) -> None:
        self.clock = clock
        self._exchange = Exchange(http, clock, auth, attribution, endpoints or Endpoints(), session, recover, user_id)
        self._app_name = app_name
        self._event_cap_bytes = event_cap_bytes
        self._idempotent = idempotent

    @property
    def session(self) -> Session | None:
        """The project calls are about; create_session sets it."""
        return self._exchange.session

    @session.setter
    def session(self, session: Session | None) -> None:
        self._exchange.session = session

    @property
    def recover(self) -> Recover | None:
        return self._exchange.recover

    @recover.setter
    def recover(self, recover: Recover | None) -> None:
        self._exchange.recover = recover

    async def sign_in(self, *, again: bool = False) -> SignedIn:
        """Make sure of a token. again: the one we have was refused; get another.

        Raises TokenExpired when `again` and the token is the user's own: that one is never replaced. A rate limit
        keeps the token there is (fresh is False then): it may work after all, or another process got a new one.
        """
        auth = self._exchange.auth
        if auth.given:
            if again:
                raise TokenExpired(1001, "anonymous_token", "the token that was given is refused")
            return SignedIn(given=True, fresh=False)
        if auth.token() and not again:
            return SignedIn(given=False, fresh=False)
        try:
            answer = await self._exchange.json("anonymous_token", lambda: self._post("anonymous_token"))
        except RateLimited:
            if auth.token() is None:
                raise
            return SignedIn(given=False, fresh=False)
        grant = read_grant(answer)
        auth.keep(grant.token)
        return SignedIn(given=False, fresh=True, credits=grant.credits, unlimited=grant.unlimited)

    async def create_session(self, *, task_name: str, language: str | None) -> Session:
        """Begin a project; it becomes this client's session."""
        body = {"task_name": task_name} | ({"language": language} if language else {})
        answer = await self._exchange.json("create_session", lambda: self._post("create_session", json=body))
        self.session = read_session(answer)
        return self.session

    async def claim_link_token(self) -> str | None:
        """The token of a browser link to this project; None where the backend has no such call."""

        def build() -> httpx.Request:
            session = self._exchange.need_session("claim_token")
            return self._post("claim_token", json={"task_id": session.task_id, "session_id": session.session_id})

        try:
            token = read_claim_token(await self._exchange.json("claim_token", build))
            return token and self.shareable(token)
        except BackendError as error:
            if error.code in _NO_SUCH_CALL:
                return None
            raise

    def shareable(self, text: str) -> str | None:
        """An address or a word that may be shown to anybody: None when our token, or what looks like one, is in it."""
        token = self._exchange.auth.token()
        return None if holds_token(text) or (token and token in text) else text

    async def balance(self) -> Balance:
        """The account's credits."""
        return read_balance(await self._exchange.json("balance", lambda: self._get("balance")))

    @asynccontextmanager
    async def send(
        self, text: str, *, message_id: str, may_leave: Callable[[], None] = lambda: None
    ) -> AsyncIterator[AsyncIterator[StreamEvent]]:
        """Send a chat message; yields its events, the last one always StreamEnd.

        may_leave: asked when the connection stands and the next step is the first byte; what it raises keeps the
        message here.
        Raises BackendUnreachable, from here or while iterating; its `reached` says whether the message may have
        taken effect. Reading has no timeout: bound it with the clock. Leaving early ends the run on the backend.
        """
        from .stream import read_events  # noqa: PLC0415  # only a chat turn needs it

        def build() -> httpx.Request:
            message = {
                "app_name": self._app_name,
                "user_id": self._exchange.user_id,
                "session_id": self._exchange.need_session("send").session_id,
                "new_message": {"parts": [{"text": text}]},
            }
            # identity: a compressed stream is held back until a block is full
            headers = {"Accept": "text/event-stream", "Cache-Control": "no-store", "Accept-Encoding": "identity"}
            if self._idempotent:
                headers["Idempotency-Key"] = message_id
            may_leave()  # a transport of ours has no wire to watch
            watched = {"trace": at_the_wire}
            return self._post("send", json=message, headers=headers, timeout=_SILENT, extensions=watched)

        async def at_the_wire(event: str, info: object) -> None:
            del info
            if event.endswith(".send_request_headers.started"):
                may_leave()

        response = await self._exchange.ask("send", build, take_stream)
        try:
            secret = self._exchange.auth.token()
            async with aclosing(read_events(response, cap_bytes=self._event_cap_bytes, secret=secret)) as events:
                yield events
        finally:
            await response.aclose()

    async def latest_state(self) -> State:
        """The project as it stands."""
        from .wire import read_state  # noqa: PLC0415  # pydantic stays off the turns that need no state

        return read_state(await self._exchange.json("state", lambda: self._get("state")))

    async def upload_file(self, path: Path, *, name: str, media_type: str, on_bytes: OnBytes | None = None) -> Uploaded:
        """Stream one file up. on_bytes(sent, total): file bytes handed to the network so far. Raises OSError."""
        from .uploads import CountedFile  # noqa: PLC0415  # only an upload needs it
        from .wire import read_upload  # noqa: PLC0415  # pydantic stays off the turns that upload nothing

        session_id = ""
        with ExitStack() as opened:

            def build() -> httpx.Request:
                nonlocal session_id
                session_id = self._exchange.need_session("upload").session_id
                file = opened.enter_context(CountedFile(path, on_bytes))
                return self._post("upload", files={"files": (name, file, media_type)})

            answer = await self._exchange.json("upload", build)
            return replace(read_upload(answer, (name,)), session_id=session_id)

    async def upload_urls(self, urls: Sequence[str]) -> Uploaded:
        """Let the backend fetch media itself. Raises ValueError for an address that is not http(s)."""
        from .uploads import web_addresses  # noqa: PLC0415  # only an upload needs it
        from .wire import read_upload  # noqa: PLC0415  # pydantic stays off the turns that upload nothing

        names = web_addresses(urls)
        body = {"urls": list(urls), "source_type": "url"}
        return read_upload(await self._exchange.json("upload", lambda: self._post("upload", json=body)), names)

    async def start_render(
        self, render_id: str, draft: Mapping[str, Any], *, format: str = "mp4", quality: str = "high", **extra: object
    ) -> Render:
        """Submit a draft as it came over the wire. extra: further keys of `output` (resolution, fps)."""
        from .wire import read_render  # noqa: PLC0415  # pydantic stays off the turns that render nothing

        def build() -> httpx.Request:
            session_id = self._exchange.need_session("start_render").session_id
            output = {"format": format, "quality": quality, **extra}
            body = {"id": render_id, "sessionId": session_id, "draft": draft, "output": output}
            return self._post("start_render", json=body)

        return read_render(await self._exchange.json("start_render", build), render_id)

    async def render_status(self, render_id: str) -> Render:
        """How far a render is."""
        from .wire import read_render  # noqa: PLC0415  # pydantic stays off the turns that render nothing

        answer = await self._exchange.json("render_status", lambda: self._get("render_status", item_id=render_id))
        return read_render(answer, render_id)

    async def cancel_render(self, render_id: str) -> bool:
        """Ask that a film is made no further; False where the backend has no such call, or not such a film."""
        try:
            await self._exchange.json(
                "cancel_render", lambda: self._exchange.request("DELETE", "render_status", item_id=render_id)
            )
        except BackendError as error:
            if error.code in _NO_SUCH_CALL:
                return False
            raise
        return True

    async def download(
        self, url: str | None, render_id: str, target: Path, *, on_bytes: OnBytes | None = None
    ) -> Downloaded:
        """Fetch a film to `target`, whole or not at all. url None: the backend's own download call.

        An address on another host gets none of our headers. on_bytes(got, total): total 0 where nobody said.
        Raises OSError when the disk refuses.
        """
        from .downloads import fetch  # noqa: PLC0415  # only an export needs it

        address = url or self._exchange.address("download", render_id)
        return await fetch(self._exchange, self.clock, address, target, on_bytes)

    def _get(self, endpoint: str, **what: Any) -> httpx.Request:
        return self._exchange.request("GET", endpoint, **what)

    def _post(self, endpoint: str, **what: Any) -> httpx.Request:
        return self._exchange.request("POST", endpoint, **what)
