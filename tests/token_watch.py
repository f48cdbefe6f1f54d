"""Every output of every test is searched for the tokens that were in use while it ran.

In use is whatever signed a request in this process, NEMO_TOKEN of any program a test started, and what lies in a token
store a test left. Searched are what a test and its programs printed or logged, their command lines, and every file left
in a temporary folder (journals, logs, drafts, transcripts, plans), token stores apart. A test that shows a token on
purpose says so: @pytest.mark.shows_tokens("why").
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from api.auth import Auth

LEAST_CHARS = 8
"""Anything shorter stands in ordinary words as well."""
STORES = {"tokens.json", "client_id"}
"""Where tokens are kept for their owner's eyes only; beside them the folder `keys`, while a turn runs."""
_MOST_BYTES = 64 << 20


class TokenWatch:
    """A pytest plugin. tokens: those in use in the running test. heard: what it put out, with where."""

    def __init__(self) -> None:
        self.tokens: set[str] = set()
        self.tokens_so_far: set[str] = set()
        self.heard: list[tuple[str, bytes]] = []
        self.folders: set[Path] = set()
        self._watching = True
        self._undo: list[Callable[[], None]] = []

    # what is in use, and what is put out

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line(
            "markers", "shows_tokens(why): puts a token out on purpose; its outputs are not searched"
        )
        sys.addaudithook(self._audit)  # a hook stays for ever, so it looks whether it is still wanted
        self._beside(Auth, "token", self._signed)
        self._beside(subprocess.Popen, "communicate", self._communicated)
        self._beside(pytest.CaptureFixture, "readouterr", self._captured)

    def pytest_unconfigure(self) -> None:
        self._watching = False
        for undo in self._undo:
            undo()

    def _beside(self, owner: type, name: str, notice: Callable[[Any], None]) -> None:
        """Let a method's answers be noticed."""
        method = getattr(owner, name)

        def noticed(*args: Any, **named: Any) -> Any:
            answer = method(*args, **named)
            notice(answer)
            return answer

        setattr(owner, name, noticed)
        self._undo.append(lambda: setattr(owner, name, method))

    def _audit(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "subprocess.Popen" and self._watching:
            _, command, _, environment = args
            self._use((environment or os.environ).get("NEMO_TOKEN"))
            words = [command] if isinstance(command, str | bytes) else command
            self.heard.append(("a command line", b" ".join(os.fsencode(word) for word in words)))

    def _signed(self, token: str | None) -> None:
        self._use(token)

    def _communicated(self, answer: tuple[str | bytes | None, ...]) -> None:
        self.heard += [("what a program printed", _bytes(text)) for text in answer if text]

    def _captured(self, answer: tuple[str | bytes, ...]) -> None:
        self.heard += [("what was printed", _bytes(text)) for text in answer]

    def _use(self, token: str | None) -> None:
        if token and len(token) >= LEAST_CHARS:
            self.tokens.add(token)

    # the search

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, Any, None]:
        report: pytest.TestReport = (yield).get_result()
        folder = getattr(item, "funcargs", {}).get("tmp_path")
        if report.when == "call" and folder is not None:
            self.folders.add(folder)
        if report.when != "teardown":
            return
        printed = [(name, text.encode("utf-8", "replace")) for name, text in report.sections]
        leaks = self._search([*self.heard, *printed], self.folders, self.tokens)
        self.tokens_so_far |= self.tokens
        self.heard, self.folders, self.tokens = [], set(), set()
        if leaks and item.get_closest_marker("shows_tokens") is None and report.outcome == "passed":
            report.outcome = "failed"
            report.longrepr = "a token in use stands in " + "; ".join(leaks)

    def _search(self, heard: list[tuple[str, bytes]], folders: set[Path], tokens: set[str]) -> list[str]:
        files = [file for folder in folders for file in _files(folder)]
        for file in files:
            self._learn(file)
        outputs = [*heard, *((file.name, _read(file)) for file in files if not _store(file))]
        return sorted(
            {f"{where} ({token[:6]}…)" for token in tokens for where, text in outputs if token.encode() in text}
        )

    def _learn(self, file: Path) -> None:
        if file.name == "tokens.json":
            try:
                for token in dict(json.loads(_read(file))).values():
                    self._use(str(token))
            except (ValueError, TypeError):
                return

    def search_shared(self, base: Path) -> list[str]:
        """Where a token stands in the folders that several tests shared. base: of all temporary folders."""
        shared = {path for path in base.iterdir() if path.is_dir() and not _of_a_test(path)}
        return self._search([], shared, self.tokens_so_far)


def _of_a_test(path: Path) -> bool:
    """A test's own folder, searched when it ended; one that shows tokens may have left some."""
    return path.is_symlink() or path.name.startswith("test_")


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]


def _store(file: Path) -> bool:
    return file.name in STORES or file.parent.name == "keys"


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(_MOST_BYTES)
    except OSError:
        return b""


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "replace")
