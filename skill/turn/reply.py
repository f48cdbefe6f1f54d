"""One answer of the backend on its way to the user: translated as it comes, told in whole paragraphs."""

from __future__ import annotations

from router import ReplyTable, ReplyTranslator, Rewrite

from .events import BackendText


class Reply:
    """Takes an answer in pieces. However it is cut, the paragraphs told and the intents found are the same."""

    def __init__(self, table: ReplyTable) -> None:
        self._translator = ReplyTranslator(table)
        self._waiting = ""

    def take(self, piece: BackendText) -> tuple[str, tuple[Rewrite, ...]]:
        """What may be shown because of this piece ("" for nothing yet), and what its finished sentences ask for."""
        rewrites = self._translator.feed(piece.text)
        if piece.last:
            rewrites = (*rewrites, self._translator.close())
        self._waiting += "".join(rewrite.text for rewrite in rewrites)
        upto = len(self._waiting) if piece.last else max(self._waiting.rfind("\n\n"), 0)
        ready, self._waiting = self._waiting[:upto], self._waiting[upto:]
        return ready.strip(), rewrites
