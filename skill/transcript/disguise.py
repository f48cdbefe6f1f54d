"""Takes out of recorded traffic what belongs to one person: tokens, client ids, cookies, ids, addresses, signed links.

The same secret becomes the same stand-in everywhere, so a recording still fits together when it is replayed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from hashlib import sha256

_SHORTEST = 5
"""A shorter value is replaced where it stands behind its name only; anywhere else it may be a word."""
_UNMISTAKABLE = 8

# a JSON key without its punctuation -> what its value is; the first that fits counts
_KEYS = (
    (r".*(token|secret|password|passwd|apikey|accesskey|authorization|jwt|signature|cookie|credential)", "token"),
    (r"(app|user|agent)?session|.*sessionid|sid", "session"),
    (r"taskid", "task"),
    (r"bind(id)?", "bind"),
    (r".*(clientid|deviceid|installid|machineid|fingerprint)", "client"),
    (r".*(user|account|owner|creator|author|tenant|org|organi[sz]ation|team|member|customer|open|union)id|uid", "user"),
    (
        r".*(username|nickname|realname|fullname|screenname|email|phone|mobile|avatar|ipaddress)|(client|remote)?ip",
        "person",
    ),
)
_KIND_OF = [(re.compile(pattern), kind) for pattern, kind in _KEYS]
_FIELD = r'"(?P<key>[A-Za-z][\w-]{1,40})"(?P<gap>\s*:\s*)(?:"(?P<text>(?:[^"\\]|\\.)*)"|(?P<number>\d+)(?![\d.]))'
_PATTERNS = (
    r"(?P<uuid>\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b)",
    r"(?P<hash>\b[0-9a-f]{32}(?:[0-9a-f]{8})?(?:[0-9a-f]{24})?\b)",
    r"(?P<jwt>\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)",
    r"(?P<token>\b(?:nmv|clm)_\w+)",
    r"(?P<bearer>(?i:bearer)\s+[\w.~+/=-]{8,})",
    r"(?P<email>(?<![\w.+-])[\w.+-]{1,64}+@[\w-]{1,63}(?:\.[\w-]{1,63})+)",
    r"(?P<query>(?:[?&]|\\u0026)[\w.-]*"
    r"(?i:sign|sig|token|key|expires|policy|credential|secret|auth|security|ticket|session|user)[\w.-]*="
    r"[^&#\s\"'\\<>）)]+)",
)
_LEARNT = re.compile(_FIELD)


class Disguise:
    """Knows the secrets of one recording. keep: values that look like ids and mean the same to everyone ("me")."""

    def __init__(self, keep: Iterable[str] = ()) -> None:
        self._keep = frozenset(keep)
        self._stand_ins: dict[str, str] = {}
        self._count: dict[str, int] = {}
        self._pattern: re.Pattern[str] | None = None

    def know(self, kind: str, *values: str | None) -> None:
        """These values are secrets, wherever they stand."""
        for value in values:
            if value:
                self._stand_in(kind, value)

    def stands_for(self, value: str, stand_in: str) -> None:
        """A value with a stand-in of the caller's choosing."""
        self._stand_ins[value] = stand_in
        self._pattern = None

    def learn(self, text: str) -> None:
        """Note the secrets that a body of JSON, or a stream of such bodies, names as such."""
        for found in _LEARNT.finditer(text):
            kind = _kind(found["key"])
            if kind and found["text"] and found["text"] not in self._keep:
                stand_in = self._stand_in(kind, _decoded(found["text"]))
                self.stands_for(found["text"], stand_in)  # as JSON spells it, which may be with escapes
            elif '\\"' in (found["text"] or ""):  # JSON inside a JSON string, as tools like to answer
                self.learn(_decoded(found["text"]))

    def hide(self, text: str) -> str:
        """The text with a stand-in for each secret."""
        return self.hide_pieces([text])[0]

    def hide_pieces(self, pieces: Sequence[str]) -> list[str]:
        """The same for a text that came in pieces: a secret may lie across their borders, which stay where they were.

        Whatever of a secret lies behind the first border within it is left out.
        """
        text = "".join(pieces)
        hidden = [""] * len(pieces)
        borders = []
        end = 0
        for piece in pieces:
            end += len(piece)
            borders.append(end)
        at = owner = 0

        def put(upto: int) -> None:
            nonlocal at, owner
            while at < upto:
                while borders[owner] <= at:
                    owner += 1
                stop = min(upto, borders[owner])
                hidden[owner] += text[at:stop]
                at = stop

        for found in self._all().finditer(text):
            stand_in = self._replaced(found)
            if stand_in is None:
                continue
            put(found.start())
            while borders[owner] <= at:
                owner += 1
            hidden[owner] += stand_in
            at = found.end()
        put(len(text))
        return hidden

    def _all(self) -> re.Pattern[str]:
        if self._pattern is None:
            known = sorted(filter(self._telling, self._stand_ins), key=len, reverse=True)
            literal = [f"(?P<known>{'|'.join(map(_whole, known))})"] if known else []
            self._pattern = re.compile("|".join([_FIELD, *literal, *_PATTERNS]))
        return self._pattern

    def _telling(self, value: str) -> bool:
        """Whether a value says something of its own: a name may be short, an id that is may be a word."""
        if self._stand_ins[value].startswith("person"):
            return len(value) >= (3 if value.isascii() else 2)
        return len(value) >= _SHORTEST

    def _replaced(self, found: re.Match[str]) -> str | None:
        """What stands in for a match; None leaves it as it is, except for secrets known by their value."""
        if found.lastgroup in ("text", "number"):
            return self._field(found)
        whole = found[0]
        if whole in self._keep:
            return None
        if known := self._stand_ins.get(whole):
            return known
        kind = str(found.lastgroup)
        if kind == "uuid":
            return f"00000000-0000-4000-8000-{sha256(whole.lower().encode()).hexdigest()[:12]}"
        if kind == "hash":  # a file's own is as good as its name
            return f"hash-{sha256(whole.encode()).hexdigest()[:12]}"
        if kind == "query":
            return whole.partition("=")[0] + "=hidden"
        if kind == "bearer":
            return "Bearer " + self._stand_in("token", whole.split()[-1])
        if kind == "email":
            self._count["person"] = self._count.get("person", 0) + 1
            self.stands_for(whole, f"person-{self._count['person']}@example.com")
            return self._stand_ins[whole]
        return self._stand_in("token", whole)

    def _field(self, found: re.Match[str]) -> str | None:
        kind = _kind(found["key"])
        if found["number"] is not None:
            return f'"{found["key"]}"{found["gap"]}1' if kind in ("user", "client", "person") else None
        value = found["text"]
        if not kind:
            hidden = self.hide(value) if value else value
            return None if hidden == value else f'"{found["key"]}"{found["gap"]}"{hidden}"'
        if not value or value in self._keep:
            return None
        return f'"{found["key"]}"{found["gap"]}"{self._stand_in(kind, _decoded(value))}"'

    def _stand_in(self, kind: str, value: str) -> str:
        if value in self._keep or value in self._stand_ins.values():
            return value
        if value not in self._stand_ins:
            self._count[kind] = self._count.get(kind, 0) + 1
            self.stands_for(value, f"{kind}-{self._count[kind]}")
        return self._stand_ins[value]


def _whole(value: str) -> str:
    """An id anywhere, even within a longer name; what may be a word only where no word goes on."""
    if len(value) >= _UNMISTAKABLE and any(letter.isdigit() for letter in value):
        return re.escape(value)
    before = r"(?<![A-Za-z0-9_])" if value[0].isascii() and value[0].isalnum() else ""
    after = r"(?![A-Za-z0-9_])" if value[-1].isascii() and value[-1].isalnum() else ""
    return before + re.escape(value) + after


def _kind(key: str) -> str | None:
    plain = re.sub(r"[_-]", "", key).lower()
    return next((kind for pattern, kind in _KIND_OF if pattern.fullmatch(plain)), None)


def _decoded(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text
