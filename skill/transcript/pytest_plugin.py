"""pytest collects `*.transcript.yaml`: the author of a SKILL.md tests it without writing Python.

    pytest examples/transcripts

The SKILL.md is the nearest one above the transcript, or the one `--skillturn-skill` (ini: `skillturn_skill`) names.
Nothing but pytest is imported before a transcript is found: every project on this machine loads this module.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ..document import SkillPlan
    from .compare import Mismatch
    from .coverage import Row

ENDING = ".transcript.yaml"
_PLANS = pytest.StashKey[dict[Path, "SkillPlan"]]()
_USED = pytest.StashKey[dict[Path, set["Row"]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("skillturn", "transcripts of chat turns")
    group.addoption("--skillturn-skill", metavar="DIR", help="folder of the SKILL.md that transcripts run against")
    group.addoption(
        "--skillturn-coverage", action="store_true", help="tell which rows of the SKILL.md no transcript used"
    )
    parser.addini("skillturn_skill", "folder of the SKILL.md that transcripts run against", default="")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> TranscriptFile | None:
    if not file_path.name.endswith(ENDING):
        return None
    collected: TranscriptFile = TranscriptFile.from_parent(parent, path=file_path)
    return collected


class TranscriptFile(pytest.File):
    """One transcript: one test, named for its outcome."""

    def collect(self) -> Iterator[pytest.Item]:
        yield TranscriptItem.from_parent(self, name=self.path.name.removesuffix(ENDING))


class TranscriptItem(pytest.Item):
    """Plays a transcript through the real turn loop."""

    def runtest(self) -> None:
        from .format import load_transcript  # noqa: PLC0415 - see above
        from .play import perform  # noqa: PLC0415

        transcript = load_transcript(self.path)
        skill = _skill_of(self.path, self.config)
        folder = skill if skill.is_dir() else skill.parent
        played = perform(transcript, _plan_of(skill, self.config), folder)
        self.config.stash.setdefault(_USED, {}).setdefault(skill, set()).update(played.coverage)
        if played.mismatches:
            raise Differs(played.mismatches)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        error = excinfo.value
        if isinstance(error, Differs):
            return _explained(self.path, error.mismatches)
        if type(error).__name__ in ("TranscriptError", "DocumentError") or isinstance(error, NoSkill):
            return str(error)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"transcript: {self.name}"


class Differs(Exception):
    """The conversation went otherwise than it is written."""

    def __init__(self, mismatches: Sequence[Mismatch]) -> None:
        super().__init__(f"{len(mismatches)} differences")
        self.mismatches = mismatches


class NoSkill(Exception):
    """There is no SKILL.md to run a transcript against."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    used = config.stash.get(_USED, {})
    if not config.getoption("--skillturn-coverage"):
        return
    from .coverage import coverage_lines  # noqa: PLC0415 - see above

    for skill, rows in used.items():
        terminalreporter.section(f"rows of {skill} that transcripts used")
        terminalreporter.write_line("\n".join(coverage_lines(_plan_of(skill, config), frozenset(rows))))


def _skill_of(path: Path, config: pytest.Config) -> Path:
    """Raises NoSkill."""
    given = config.getoption("--skillturn-skill")
    if given:
        return config.invocation_params.dir / str(given)
    if configured := config.getini("skillturn_skill"):
        return config.rootpath / str(configured)
    for folder in path.parents:
        if (folder / "SKILL.md").is_file():
            return folder
    raise NoSkill(f"{path}: there is no SKILL.md in the folders above; name one with --skillturn-skill DIR")


def _plan_of(skill: Path, config: pytest.Config) -> SkillPlan:
    from ..document import load_skill  # noqa: PLC0415 - see above

    plans = config.stash.setdefault(_PLANS, {})
    if skill not in plans:
        plans[skill] = load_skill(skill)
    return plans[skill]


def _explained(path: Path, mismatches: Sequence[Mismatch]) -> str:
    from .source import Source  # noqa: PLC0415 - see above

    source = Source(path.read_text(encoding="utf-8"))
    return "\n".join(mismatch.told(source.line(mismatch)) for mismatch in mismatches)
