"""What is done about a refusal, once, before the user is told. Source of each recovery: the plan's error row."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import anyio

from ..document.plan import SkillPlan

if TYPE_CHECKING:
    from api import BackendError, Client, Clock

WAIT_S = 30
"""Before the one retry after "rate limit". Source: SKILL.md, error table, 429."""


class Recovery:
    """The `recover` port of the API client, for one turn.

    Each remedy is applied once a turn; a call that failed beside it gets the same new token or session.
    client: set once it exists, since it is built with this port. new_session: opens and remembers a fresh project.
    """

    client: Client

    def __init__(self, plan: SkillPlan, clock: Clock, new_session: Callable[[], Awaitable[None]]) -> None:
        self._plan = plan
        self._clock = clock
        self._new_session = new_session
        self._applied: set[str] = set()
        self._one_at_a_time = anyio.Lock()

    async def __call__(self, error: BackendError) -> bool:
        """Whether the refused call should be made once more."""
        row = self._plan.error_row(error.code)
        if row is None:
            return False
        if row.recovery == "wait_and_retry":
            await self._clock.sleep(WAIT_S)
            return True
        remedy = self._remedy(row.recovery, error.endpoint)
        if remedy is None:
            return False
        async with self._one_at_a_time:
            if row.recovery not in self._applied:
                self._applied.add(row.recovery)
                await remedy()
        return True

    def _remedy(self, recovery: str, endpoint: str) -> Callable[[], Awaitable[None]] | None:
        if recovery == "reauthenticate" and endpoint != "anonymous_token":
            return self._sign_in_again
        if recovery == "new_session" and endpoint not in ("anonymous_token", "create_session"):
            return self._new_session
        if recovery == "new_client_id" and endpoint == "anonymous_token":
            return _nothing
        return None

    async def _sign_in_again(self) -> None:
        await self.client.sign_in(again=True)


async def _nothing() -> None:
    """The client makes the missing client id itself; the call only has to be made again."""
