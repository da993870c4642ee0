"""The handbook teaches what the data does: its worked cases stand in the corpus, its tables in the scheme."""

import re
from pathlib import Path

import pytest

import annotations
from annotations import store
from annotations.document import Document
from annotations.scheme import Scheme

FOLDER = Path(annotations.__file__).parent
TEXT = (FOLDER / "GUIDELINES.md").read_text(encoding="utf-8")
LABELS = {"A": "AMOUNT", "P": "PROJECT", "M": "MEASURE"}
_SPAN = re.compile(r"⟦([^|⟧]+)\|(\w) ?([^⟧]*)⟧")


def _section(label: str) -> str:
    return re.split(r"^## ", TEXT.split(f"{label}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def _cases(label: str) -> list[tuple[str, str]]:
    """Report id and marked-up words of each numbered case of a label."""
    return re.findall(r"^\d+\. `([^`]+)`：(.+?) *$", _section(label), re.MULTILINE)


def _spans(marked: str) -> tuple[str, list[tuple[str, str, set[str]]]]:
    found = [(m[1], LABELS[m[2]], set(m[3].split())) for m in _SPAN.finditer(marked)]
    return _SPAN.sub(lambda match: match[1], marked), found


@pytest.fixture(scope="module")
def corpus() -> dict[str, Document]:
    return {d.id: d for d in store.load(*sorted((FOLDER / "data").glob("*.jsonl")))}


@pytest.mark.parametrize("label", LABELS.values())
def test_twenty_cases_stand_in_the_corpus_as_the_handbook_shows_them(
    corpus: dict[str, Document], label: str
) -> None:
    cases = _cases(label)
    assert len(cases) >= 20
    for name, marked in cases:
        words, expected = _spans(marked)
        document = corpus[name]
        start = document.text.find(words)
        assert start >= 0, (name, words)
        inside = [s for s in document.spans if s.start >= start and s.end <= start + len(words)]
        shown = [
            (
                document.text[s.start : s.end],
                s.label,
                {key if value is True else value for key, value in s.attributes.items() if value},
            )
            for s in inside
        ]
        assert shown == expected, name
        assert any(s.label == label for s in inside), (name, label)


def test_tables_name_every_value_of_the_scheme(scheme: Scheme) -> None:
    rows = set(re.findall(r"^\| (\w+) \| (\S+) \|", TEXT, re.MULTILINE))
    for _, attribute in scheme.attributes():
        assert set(attribute.values.items()) <= rows
    assert set(scheme.kinds.items()) <= rows
