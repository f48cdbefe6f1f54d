"""What a document's author should know: findings about the document as a whole.

Findings about one topic (a row nobody can run, two API addresses) are made where that topic is read.
"""

from __future__ import annotations

from collections.abc import Iterator

from .cells import sections
from .markdown import SkillDocument
from .plan import Finding


def document_findings(document: SkillDocument) -> Iterator[Finding]:
    """Encoding, frontmatter and references that lead nowhere."""
    if document.undecodable:
        line = next((number for number, text in enumerate(document.lines, 1) if "\ufffd" in text), None)
        yield Finding("bad-encoding", "warning", line, "Some bytes are no UTF-8; they were read as \ufffd.")
    if document.repaired:
        yield Finding(
            "mojibake", "warning", None, "Parts of the text were UTF-8 read in another encoding; they were repaired."
        )
    front = document.frontmatter
    if front.refused:
        yield Finding("frontmatter-refused", "error", 1, f"The frontmatter is not read as YAML: {front.refused}.")
    elif not front.values:
        yield Finding("no-frontmatter", "warning", 1, "The document has no frontmatter.")
    elif front.aside:
        message = "The frontmatter stands further down: hosts read it at the head of the file only."
        yield Finding("misplaced-frontmatter", "warning", front.aside.start + 1, message)
    elif next((line.strip() for line in document.lines if line.strip()), "") != "---":
        yield Finding(
            "unfenced-frontmatter", "warning", 1, 'The frontmatter does not begin with "---" on the first line.'
        )
    yield from _dangling(document)


def _dangling(document: SkillDocument) -> Iterator[Finding]:
    """Each section reference no heading answers, once, at its first line."""
    known = {heading.number for heading in document.headings if heading.number}
    seen: set[str] = set()
    for number, line in document.body():
        for reference in sections(line):
            if reference not in known and reference.rstrip("abcdef") not in known and reference not in seen:
                seen.add(reference)
                message = f"§{reference} leads nowhere: no heading has that number. The words beside it decide."
                yield Finding("dangling-reference", "warning", number, message)
