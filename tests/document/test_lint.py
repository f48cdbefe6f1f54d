"""Each rule of the linter fires on what it is about and stays silent on what it is not."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from skills_ref import validate

from skill.document.linter import LintFinding, fix_text, lint_bytes, lint_skill, rules
from skill.document.linter.catalogue import PAGE, page_text
from skill.hosts.cli import main

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
CASES = yaml.safe_load((HERE / "lint_cases.yaml").read_text(encoding="utf-8"))
CLEAN = CASES["clean"]


def found(text: str | bytes, folder: Path | None = None) -> dict[str, LintFinding]:
    data = text if isinstance(text, bytes) else text.encode()
    return {finding.rule: finding for finding in lint_bytes(data, folder)}


def changed(case: dict[str, Any]) -> str:
    """The clean page with one thing made worse."""
    text: str = CLEAN
    for old, new in zip(case.get("replace", []), case.get("with", []), strict=True):
        assert old in text
        text = text.replace(old, new, 1)
    return case.get("before", "") + text + case.get("after", "") * int(case.get("times", 1))


def test_the_clean_page_is_clean() -> None:
    assert found(CLEAN) == {}


@pytest.mark.parametrize("rule", CASES["rules"])
def test_a_rule_fires_on_what_it_is_about(rule: str) -> None:
    case = CASES["rules"][rule]
    finding = found(changed(case)).get(rule)
    assert finding is not None
    assert (finding.severity, finding.advice) == (rules()[rule].severity, rules()[rule].advice)
    assert finding.line == case["line"]


@pytest.mark.parametrize("rule", CASES["silent"])
def test_a_rule_is_silent_on_what_it_is_not_about(rule: str) -> None:
    for addition in CASES["silent"][rule]:
        assert rule not in found(CLEAN + addition), addition


def test_rules_about_bytes_and_folders(tmp_path: Path) -> None:
    assert found(b"\xef\xbb\xbf" + CLEAN.encode())["byte-order-mark"].line == 1
    assert found(CLEAN.replace("\n", "\r\n"))["carriage-returns"].severity == "info"
    assert found(CLEAN.rstrip("\n"))["no-final-newline"].line == CLEAN.count("\n")
    assert found(CLEAN.encode() + b"caf\xe9\n")["bad-encoding"].severity == "warning"
    assert found(CLEAN + "a\u200bb\n")["control-characters"].line == CLEAN.count("\n") + 1
    assert found(CLEAN + "abc\u202edef\n")["hidden-text"].line == CLEAN.count("\n") + 1
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "SKILL.md").write_text(CLEAN, encoding="utf-8")
    for name, size in (("film.bin", 11), ("more.bin", 45)):
        with (folder / name).open("wb") as file:
            file.truncate(size * 2**20)
    assert {"name-folder", "file-too-large", "bundle-too-large"} <= {finding.rule for finding in lint_skill(folder)}
    (folder / "pyproject.toml").touch()
    assert lint_skill(folder) == ()


def test_every_rule_is_documented_and_tested() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page_text()
    elsewhere = {
        *("byte-order-mark", "carriage-returns", "no-final-newline", "bad-encoding", "control-characters"),
        *("name-folder", "file-too-large", "bundle-too-large"),
    }
    assert set(CASES["rules"]) | elsewhere == set(rules())
    headings = {line[3:] for line in page_text().split("\n") if line.startswith("## ")}
    assert {rule.page.partition("#")[2] for rule in rules().values()} == headings


def test_our_own_page_has_no_findings() -> None:
    assert lint_skill(ROOT) == ()


def spec_findings(findings: tuple[LintFinding, ...]) -> list[str]:
    return [found.rule for found in findings if rules()[found.rule].group == "spec" and not rules()[found.rule].soft]


DOCUMENTS = [*sorted((HERE / "traits").glob("*.md")), ROOT / "SKILL.md"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_the_reference_validator_agrees_on_documents(path: Path, tmp_path: Path) -> None:
    agrees(path.read_bytes(), tmp_path)


@pytest.mark.parametrize("name", CASES["frontmatters"])
def test_the_reference_validator_agrees_on_frontmatters(name: str, tmp_path: Path) -> None:
    agrees(CASES["frontmatters"][name].encode(), tmp_path)


def agrees(data: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "some-skill"
    folder.mkdir()
    (folder / "SKILL.md").write_bytes(data)
    try:
        refused = validate(folder)
    except AttributeError:  # its YAML reader stumbles over characters that YAML does not allow
        refused = ["unreadable"]
    ours = spec_findings(lint_skill(folder))
    assert bool(refused) == bool(ours), (refused, ours)


def test_what_is_mechanical_is_put_right_once() -> None:
    worse = "\ufeff" + CLEAN.replace("→", "â†’").replace("\n", "\r\n").replace("## API", "## API \u200b   ").rstrip(
        "\r\n"
    )
    mended, done = fix_text(worse.encode())
    assert mended == CLEAN
    assert set(done) == {
        *("byte-order-mark", "carriage-returns", "mojibake", "control-characters", "trailing-space", "no-final-newline")
    }
    assert fix_text(mended.encode()) == (mended, ())


def test_frontmatter_in_braces_becomes_blocks_with_the_same_meaning() -> None:
    case = CASES["rules"]["flow-style"]
    mended, done = fix_text(changed(case).encode())
    assert done == ("flow-style",)
    assert "flow-style" not in found(mended)
    head = yaml.safe_load(mended.split("---")[1])
    assert head["metadata"] == {"openclaw": {"emoji": "🎈", "primaryEnv": "NEMO_TOKEN"}, "version": "0.1.0"}


def test_frontmatter_without_fences_gets_them() -> None:
    mended, done = fix_text(CLEAN.removeprefix("---\n").replace("---\n", "", 1).encode())
    assert done == ("unfenced-frontmatter",)
    assert found(mended) == {}


def test_the_command_prints_fixes_and_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.md"
    page.write_bytes(CLEAN.replace("\n", "\r\n").replace("name: kite-films\r\n", "").encode())
    assert main(["lint", str(page)]) == 1
    shown = capsys.readouterr().out
    assert "[no-name]" in shown
    assert f"{PAGE}#no-name" in shown
    assert "1 errors" in shown
    assert main(["lint", "--fix", str(page)]) == 1
    assert capsys.readouterr().out.startswith("Put right: carriage-returns.")
    assert b"\r" not in page.read_bytes()
    assert main(["lint", "--json", str(page)]) == 1
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"rule", "severity", "line", "message", "advice", "page", "fixable"} == set(rows[0])
    page.write_text(CLEAN, encoding="utf-8")
    assert main(["lint", str(page)]) == 0
    assert capsys.readouterr().out == "Nothing to say: this document is clear.\n"
