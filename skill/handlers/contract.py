"""What a handler gets and what it may do: the port between the turn loop and each action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from router import Intent

from ..document.plan import SkillPlan
from ..turn.events import BackendText, TurnEvent, TurnRequest
from ..value import value

if TYPE_CHECKING:
    from api import Client, Clock

    from ..turn.afresh import Afresh
    from ..turn.media import MediaFile
    from ..turn.problems import Advisor


class Emit(Protocol):
    """Takes what a handler has to say; BackendText is translated on the way."""

    async def __call__(self, item: TurnEvent | BackendText) -> None: ...


class Say(Protocol):
    """The runtime's own messages, in the conversation's language."""

    def __call__(self, key: str, /, **values: object) -> str:
        """The message `key` with its {values} filled in. Raises KeyError for a key no language has."""
        ...

    def listed(self, items: Sequence[str], most: int = 12) -> str:
        """Items as a person lists them ("a, b and c")."""
        ...

    def clauses(self, clauses: Sequence[str]) -> str:
        """Several things that happened, in one sentence."""
        ...


@dataclass(slots=True)
class Conversation:
    """What survives between turns. Everything here is plain JSON, so the journal can keep it.

    backend: the one this conversation began with. session_id, task_id, bind_id: the backend's project.
    uploaded: sha256 of a file -> the name it was sent under. places: the same sha256 -> where the user's own file was.
    lost: what a project that was begun again does not have yet: {"media": as `uploaded`, "film": whether it had edits}.
    draft: the wire draft as last seen, to compare with. edited: a tool of the backend's has worked on this project.
    export: the latest render, so it can be re-attached to: {"render_id", "digest" (of what is rendered), "turn_id"},
    and "over" once its film was delivered or its turn stopped.
    offered: what the last reply offered, so that "yes" can mean it.
    last_message: the last chat message, for "try again".
    free: the backend counts no credits.
    answered: the latest chat messages whose outcome was told; a turn that runs again after a crash leaves those alone.
    """

    backend: str = ""
    language: str = ""
    session_id: str = ""
    task_id: str = ""
    bind_id: str = ""
    greeted: bool = False
    cloud_notice_given: bool = False
    uploaded: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    lost: dict[str, Any] | None = None
    draft: Mapping[str, Any] | None = None
    edited: bool = False
    export: dict[str, Any] | None = None
    offered: list[str] = field(default_factory=list)
    last_message: str = ""
    free: bool = False
    answered: list[str] = field(default_factory=list)


@value
class PendingSend:
    """A chat message whose fate was unknown when its turn ended: it may have been billed.

    draft_before: the wire draft as it was before the message, for comparison.
    """

    message_id: str
    text: str
    draft_before: Mapping[str, Any] | None


class TurnLog(Protocol):
    """The durable side of one running turn (skill/turn/journal.py). Every method returns only once it is on disk."""

    turn_id: str
    conversation: Conversation

    def append(self, event: TurnEvent) -> None:
        """Add an event for hosts to follow. Raises LeaseLost when another worker took over."""
        ...

    def save(self) -> None:
        """Keep `conversation` as it is now."""
        ...

    def about_to_send(self, pending: PendingSend) -> None:
        """Mark, before the request leaves, that a billed message may reach the backend."""
        ...

    def still_ours(self) -> None:
        """Make sure, when a billed message is about to leave, that nobody took over. Raises LeaseLost."""
        ...

    def settled(self, message_id: str) -> None:
        """The message's outcome is known and told; it needs no recovery."""
        ...

    def unsettled(self) -> PendingSend | None:
        """A message an earlier run of this turn may have sent; it must be compared, never sent again."""
        ...

    def release_conversation(self) -> None:
        """Let the next queued turn start (an export once its draft is submitted)."""
        ...


@dataclass(slots=True, eq=False, repr=False)
class TurnContext:
    """Everything one turn's handlers share.

    message_budget: chat messages this turn may still send (two at most).
    sent: the message whose outcome is not told yet. sent_in: the project it was sent to.
    actions: everything the user's words asked for, in order. order_note: the files' order, where uploads may have
    overtaken each other. asks: the turn ends with a question of our own. brought: the turn's own files by digest.
    afresh: what a project that had to be opened anew in this turn lacks. cut_off: the backend's answer broke off.
    """

    request: TurnRequest
    plan: SkillPlan
    client: Client
    clock: Clock
    log: TurnLog
    say: Say
    language: str
    advisor: Advisor
    actions: tuple[str, ...] = ()
    message_budget: int = 2
    sent: PendingSend | None = None
    sent_in: str = ""
    order_note: str = ""
    asks: bool = False
    brought: dict[str, MediaFile] = field(default_factory=dict)
    afresh: Afresh | None = None
    cut_off: bool = False

    @property
    def conversation(self) -> Conversation:
        return self.log.conversation


class Handler(Protocol):
    """Runs one intent. A backend refusal rises as api.BackendError; run.py makes it a Problem."""

    async def __call__(self, ctx: TurnContext, intent: Intent, emit: Emit) -> None: ...
