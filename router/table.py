"""The tables a router reads: which words ask for what, and what the backend's GUI-speak means.

Both are compiled elsewhere from a document; here they are plain values with line numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

RouteAction = Literal["export", "credits", "status", "upload", "chat", "subtitles", "other"]
"""What a user's words can ask for. `other` is an action only its document knows; the row's label names it."""

ReplyAction = Literal["export", "state", "edit", "timeline", "credits", "upload", "click"]
"""What a backend reply can tell a person to do by hand, as an action of the API."""


@dataclass(frozen=True, slots=True)
class PhraseRow:
    """One row of a routing table.

    phrases: the row's triggers as the document writes them, without their quotes.
    actions: what runs, in order ("Upload -> SSE" gives two).
    line: 1-based line of the row in its document; None when our defaults added the row.
    event: "file" when the row also answers to an attachment.
    skip_sse: whether the row's words stay away from the chat; None when the document is silent.
    label: the action cell as the document writes it.
    """

    phrases: tuple[str, ...]
    actions: tuple[RouteAction, ...]
    line: int | None
    event: Literal["file"] | None = None
    catch_all: bool = False
    skip_sse: bool | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class RoutingTable:
    """Rows in document order, the catch-all among them."""

    rows: tuple[PhraseRow, ...]

    @property
    def catch_all(self) -> PhraseRow:
        """The row for everything else. A plan always has one, the document's or ours."""
        return next(row for row in self.rows if row.catch_all)


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """One row of the reply translation table: the backend's phrases and the action they stand for."""

    phrases: tuple[str, ...]
    action: ReplyAction
    line: int | None


@dataclass(frozen=True, slots=True)
class ReplyTable:
    """Reply rows in document order."""

    rows: tuple[ReplyRow, ...]

    @property
    def actions(self) -> frozenset[ReplyAction]:
        """The actions a reply may trigger; no other ever runs."""
        return frozenset(row.action for row in self.rows)


class Why(NamedTuple):
    """Why a decision fell: the row's line, the rule's name, the words that decided."""

    line: int | None
    rule: str
    words: tuple[str, ...]


class Intent(NamedTuple):
    """One thing to run: the action, the words it acts on and the row that claimed them."""

    action: RouteAction
    text: str
    row: PhraseRow
    why: Why


class ReplyIntent(NamedTuple):
    """One instruction found in a backend reply.

    span: [start, end) of the instruction in the text that was given.
    instruction: the sentence as the backend wrote it, for restating it as a request.
    label: the control's name where one is named ("Continue"), else "".
    offered: conditional or optional; shown to the user, never run unasked.
    """

    action: ReplyAction
    offered: bool
    span: tuple[int, int]
    instruction: str
    label: str = ""


class Rewrite(NamedTuple):
    """What the user may read of a backend reply, and what it asked for."""

    text: str
    intents: tuple[ReplyIntent, ...] = ()
