"""Which backend answers, and a client for it: the embedded studio, the cloud, or an address of the user's own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..document import attribution_headers
from .settings import is_web_address

if TYPE_CHECKING:
    import httpx

    from api import BackendError, Client, ClientIds, TokenStore
    from studio import Shelves

    from ..handlers.contract import Conversation
    from .events import TurnRequest
    from .run import Runtime

LOCAL_BASE = "http://studio.local"
_FAMILY_CLIENT_ID = "~/.config/nemovideo/client_id"


class EngineMissing(Exception):
    """The embedded studio's packages are not installed here."""


class UnknownBackend(Exception):
    """Neither "local", "cloud" nor an http(s) address."""


class PlainBackend(UnknownBackend):
    """Another machine, without encryption: whoever is on the way could read tokens and photos."""


def base_address(backend: str, runtime: Runtime) -> str:
    """Where a backend's calls go. Raises UnknownBackend, PlainBackend."""
    if backend == "local":
        return LOCAL_BASE
    base = backend
    if backend == "cloud":
        base = runtime.settings.api_url or runtime.plan.api.base
    if not is_web_address(base):
        raise UnknownBackend(base)
    if urlsplit(base).scheme == "http":
        from api import is_loopback  # noqa: PLC0415 - httpx, as below

        if not is_loopback(urlsplit(base).hostname or ""):
            raise PlainBackend(base)
    return base.rstrip("/")


@asynccontextmanager
async def open_backend(
    request: TurnRequest,
    runtime: Runtime,
    conversation: Conversation,
    *,
    recover: Callable[[BackendError], Awaitable[bool]] | None = None,
) -> AsyncIterator[Client]:
    """A client for the request's backend, closed with everything it opened.

    Only the cloud's own address is given NEMO_TOKEN; the embedded studio and other addresses hand out their own tokens.
    Raises: EngineMissing, UnknownBackend, PlainBackend.
    """
    from api import Auth, Client, Session, open_http, shared_http  # noqa: PLC0415 - httpx, only once a backend is needed

    base = base_address(request.backend, runtime)
    plan, settings = runtime.plan, runtime.settings
    transport = runtime.transport
    if transport is None and request.backend == "local":
        transport = studio_transport(runtime)
    auth = Auth(
        base,
        given=settings.token if base == base_address("cloud", runtime) else None,
        tokens=_token_store(runtime),
        client_ids=_client_ids(base, request.backend, runtime),
    )
    session = None
    if conversation.session_id:
        session = Session(conversation.session_id, conversation.task_id, conversation.bind_id)
    async with shared_http(base) if transport is None else open_http(base, transport) as http:
        yield Client(
            http,
            auth=auth,
            attribution=attribution_headers(plan, request.skill_dir, settings.skill_source),
            clock=runtime.clock,
            endpoints=plan.api.endpoints,
            app_name=plan.api.app_name,
            user_id=plan.api.user_id,
            session=session,
            recover=recover,
            idempotent=request.backend == "local",
        )


def studio_transport(runtime: Runtime) -> httpx.AsyncBaseTransport:
    """The embedded studio, reached within this process. Raises EngineMissing."""
    try:
        from studio import LocalTransport  # noqa: PLC0415 - the studio is loaded only where it answers

        return LocalTransport(runtime.skill_home / "studio", clock=runtime.clock)
    except ImportError as exc:
        raise EngineMissing(str(exc)) from exc


def forget_project(skill_home: Path, session_id: str) -> None:
    """Delete a project of the embedded studio, with its photos, drafts and films; nothing where there is no studio."""
    if not (skill_home / "studio").is_dir():
        return
    from studio import Studio  # noqa: PLC0415 - as above

    studio = Studio(skill_home / "studio")
    studio.store.forget_session(session_id)
    studio.close()


def open_shelves(skill_home: Path) -> Shelves | None:
    """What the embedded studio keeps; None where there is no studio. Close it after use."""
    if not (skill_home / "studio" / "studio.db").is_file():
        return None
    try:
        from studio import Shelves  # noqa: PLC0415 - as above
    except ImportError:
        return None
    return Shelves(skill_home / "studio")


def _token_store(runtime: Runtime) -> TokenStore:
    from api import TokenStore  # noqa: PLC0415 - as above

    return TokenStore(runtime.skill_home / "tokens.json")


def _client_ids(base: str, backend: str, runtime: Runtime) -> ClientIds:
    """One machine is one client of the cloud; what stays on this machine has an id of its own.

    Source: DESIGN, environment: the family's place is touched by a backend off loopback only.
    """
    from api import ClientIds, is_loopback  # noqa: PLC0415 - as above

    if backend == "local" or is_loopback(urlsplit(base).hostname or ""):
        return ClientIds(runtime.skill_home / "client_id")
    return ClientIds(Path(_FAMILY_CLIENT_ID).expanduser(), preset=runtime.settings.client_id)
