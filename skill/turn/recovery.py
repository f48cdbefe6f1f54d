"""What is done about a refusal, once, before the user is told. Source of each recovery: the plan's error row."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from ..document.plan import SkillPlan

if TYPE_CHECKING:
    from api import BackendError, Client, Clock

WAIT_S = 30
"""Before the one retry after "rate limit". Source: SKILL.md, error table, 429."""
LONGEST_WAIT_S = 120
"""A backend that asks to be left alone for longer than this is not asked again; the user is told how long."""
_JUST_NOW_S = 1


class Recovery:
    """The `recover` port of the API client, for one turn.

    Each remedy is applied once a turn; a call that failed beside it gets the same new token or session. The client
    asks for one call at a time, except for those that a remedy makes itself.
    client: set once it exists, since it is built with this port. new_session: opens and remembers a fresh project;
    returns whether a chat message about the old one makes sense in it.
    """

    client: Client

    def __init__(self, plan: SkillPlan, clock: Clock, new_session: Callable[[], Awaitable[bool]]) -> None:
        self._plan = plan
        self._clock = clock
        self._new_session = new_session
        self._applied: set[str] = set()
        self._waited_at: float | None = None
        self._rationed = False
        self._same_project = True

    async def __call__(self, error: BackendError) -> bool:
        """Whether the refused call should be made once more."""
        row = self._plan.error_row(error.code)
        if row is None:
            return False
        if row.recovery == "wait_and_retry":
            return await self._wait(WAIT_S if error.retry_after_s is None else error.retry_after_s)
        remedy = self._remedy(row.recovery, error.endpoint)
        if remedy is None:
            return False
        if row.recovery not in self._applied:
            self._applied.add(row.recovery)
            await remedy()
        return error.endpoint != "send" or self._same_project

    async def _wait(self, seconds: float) -> bool:
        """Calls that were refused beside one that waits have waited with it."""
        if self._waited_at is not None and self._clock.monotonic() - self._waited_at < _JUST_NOW_S:
            return True
        if seconds > LONGEST_WAIT_S:
            return False
        await self._clock.sleep(seconds)
        self._waited_at = self._clock.monotonic()
        return True

    def _remedy(self, recovery: str, endpoint: str) -> Callable[[], Awaitable[None]] | None:
        if recovery == "reauthenticate" and endpoint != "anonymous_token":
            return self._sign_in_again
        if recovery == "new_session" and endpoint not in ("anonymous_token", "create_session"):
            return self._open_project
        if recovery == "new_client_id" and endpoint == "anonymous_token":
            return _nothing
        return None

    async def _open_project(self) -> None:
        self._same_project = await self._new_session()

    async def _sign_in_again(self) -> None:
        self._rationed = not (await self.client.sign_in(again=True)).fresh

    def cause(self, error: BackendError) -> BackendError:
        """The refusal to tell: a token that is refused, with no other to be had this week, is the ration's matter."""
        from api import RateLimited, TokenExpired  # noqa: PLC0415 - only where something failed

        if self._rationed and isinstance(error, TokenExpired):
            return RateLimited(429, "anonymous_token", error.detail)
        return error


async def _nothing() -> None:
    """The client makes the missing client id itself; the call only has to be made again."""
