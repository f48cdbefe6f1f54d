"""No document crashes the loader, none makes it crawl, and no data file is newer than its compiled form."""

import json
import sys
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from skill.document import compile_plan, inspect_json, inspect_page, parse
from skill.document.frontmatter import FrontmatterRefused, load_text_yaml
from skill.document.linter import fix_text, lint_bytes
from skill.document.text import decode, repair, split_lines

PIECES = st.sampled_from(
    [
        "---\n", "name: x\n", "version: 1.10\n", "metadata: {", "# ", "## 3.5 Export\n", "| User says | Action |\n",
        "|---|---|\n", '| "export" | → §3.5 |\n', "| 1001 | x |\n", "```\n", "\\\n", "- ", "`t`=tracks, ", "§9.9 ",
        '"', "“", "`", "|", ">", "*", "\r\n", "\n\n", "\t", "\x85", "\u2028", "\x00", "\ufeff", "â\x9c\x85", "Ã©",
        "https://a.example/run_sse ", "API base: https://[ ",
        "every 30s ", "&a ", "*a ", "[[[", "{{{", "&", "→", "中文", "max 10 polls",
        "99999999999999999999 ",
        "<table><tr><td>", "</td>", "<br>", "<!-- ", "-->", "- Triggers: ", "- Action: chat\n", "Title\n=====\n",
        "When the user says ", "if the backend says ", "thirty seconds ", "**3.5 Export**\n",
        "```markdown\n", "User says\tAction\n",
    ]
)  # fmt: skip
SNIPPETS = st.lists(PIECES | st.text(max_size=8), max_size=60).map("".join)


@settings(max_examples=150, deadline=None)
@given(st.one_of(SNIPPETS, st.text()))
def test_any_text_becomes_a_plan(text: str) -> None:
    plan = compile_plan(parse(text))
    json.dumps(inspect_json(plan))
    assert inspect_page(plan).startswith("# ")
    lines = len(split_lines(text))
    stated = [row.line for rows in (plan.routing.rows, plan.replies.rows, plan.errors) for row in rows]
    assert all(line is None or 1 <= line <= lines for line in [*stated, *plan.said.values()])
    assert sum(row.catch_all for row in plan.routing.rows) >= 1


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_become_a_plan(data: bytes) -> None:
    compile_plan(parse(decode(data)))


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=60))
def test_repair_undoes_the_usual_mistake(text: str) -> None:
    """Whatever the script, unless a run of the text reads as damage itself or stays below what we dare to touch."""
    damaged = text.encode().decode("latin-1")
    once = repair(damaged)
    assert once == repair(once) or damaged == text
    if all(ord(char) < 0x80 or ord(char) > 0x7FF for char in text):
        assert once == repair(text)


@pytest.mark.parametrize(
    "honest", ["CAFÉ…", "À la carte – déjà vu", "Ærø «Ø»", "naïve café’s", "✅ → ⏳ 导出", "½ × ¼ = ⅛", "Ünïcödé"]
)
def test_honest_text_is_left_alone(honest: str) -> None:
    assert repair(honest) == honest


@pytest.mark.parametrize(
    "refused",
    ["a: &x 1\nb: *x", "a: 1\na: 2", "m: {k: 1, k: 2}", "a: " + "[" * 40, "a: b: c", "x: " + "y" * 70_000, "- 1\n- 2"],
)
def test_yaml_that_is_refused(refused: str) -> None:
    with pytest.raises(FrontmatterRefused):
        load_text_yaml(refused)


def test_yaml_scalars_stay_text() -> None:
    assert load_text_yaml("v: 1.10\nn: no\nd: 2024-01-01\nz: ~\no: 0777") == {
        "v": "1.10",
        "n": "no",
        "d": "2024-01-01",
        "z": "~",
        "o": "0777",
    }


def calls_for(rows: int) -> int:
    """Python calls made to read a routing table of so many rows."""
    text = "| User says | Action |\n|---|---|\n" + '| "make it" / "再来" | → §3.5 Export |\n' * rows
    count = 0

    def tick(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(tick)
    try:
        plan = compile_plan(parse(text))
    finally:
        sys.setprofile(None)
    assert sum(row.line is not None for row in plan.routing.rows) == rows
    return count


def test_work_grows_with_the_table_and_no_faster() -> None:
    calls_for(10)  # patterns are compiled once
    assert calls_for(2000) < 4.5 * calls_for(500)


def test_ten_thousand_rows_are_read() -> None:
    text = "| Code | Action |\n|---|---|\n" + "\n".join(f"| {code} | wait |" for code in range(1, 10_001))
    rows = [row for row in compile_plan(parse(text)).errors if row.line]
    assert [(row.code, row.line) for row in rows] == [(code, code + 2) for code in range(1, 10_001)]


def test_the_compiled_rules_are_the_rules() -> None:
    root = Path(__file__).parent.parent.parent
    sys.path.insert(0, str(root / "scripts"))
    try:
        from compile_data import compiled, form_of  # noqa: PLC0415  # a script of the checkout, not of the package
    finally:
        sys.path.pop(0)
    sources = sorted((root / "skill" / "document" / "rules").glob("*.yaml"))
    assert sources
    for source in sources:
        kept = source.parent / "compiled" / f"{source.stem}.json"
        assert kept.read_text(encoding="utf-8") == compiled(form_of(source)), (
            f"run scripts/compile_data.py: {source.name}"
        )


@settings(max_examples=60, deadline=None)
@given(SNIPPETS, st.binary(max_size=80))
@example("Â\x1f\x80", b"")
@example("Ãâ€‹¤", b"")
def test_any_document_is_judged_and_what_was_fixed_stays_fixed(text: str, tail: bytes) -> None:
    data = text.encode() + tail
    assert all(finding.advice for finding in lint_bytes(data))
    mended, _ = fix_text(data)
    assert fix_text(mended.encode("utf-8", "surrogatepass")) == (mended, ())
