from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotations.document import Document, Sentence, Span
from annotations.errors import DataError
from annotations.formats import conll
from annotations.scheme import Scheme
from tests.annotations.reports import documents, signing

DATA = Path(__file__).parents[2] / "data" / "formats"


def _read(tmp_path: Path, scheme: Scheme, text: str) -> list[Document]:
    path = tmp_path / "news.bio"
    path.write_text(text, encoding="utf-8")
    return conll.read(path, scheme)


def _bare(document: Document) -> Document:
    """What columns can hold of a report."""
    spans = [Span(s.start, s.end, s.label) for s in document.spans]
    return Document(document.id, document.text, {}, document.sentences, spans)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(documents(blank_edges=False), max_size=3))
def test_texts_spans_and_kinds_survive(
    tmp_path: Path, scheme: Scheme, reports: list[Document]
) -> None:
    for report in reports:
        # A sentence takes in what stands between it and the next, blanks excepted.
        report.sentences = [Sentence(0, len(report.text), "plan")] if report.text.strip() else []
        if report.sentences:
            start = len(report.text) - len(report.text.lstrip())
            report.sentences = [Sentence(start, len(report.text.rstrip()), "plan")]
    path = tmp_path / "x.bio"
    conll.write(path, reports, scheme)
    assert conll.read(path, scheme) == [_bare(report) for report in reports]


def test_seeds_survive(tmp_path: Path, scheme: Scheme, seeds: list[Document]) -> None:
    conll.write(tmp_path / "x.bio", [signing(), *seeds], scheme)
    assert conll.read(tmp_path / "x.bio", scheme) == [_bare(d) for d in [signing(), *seeds]]


def test_bmes_as_published_corpora_have_it(scheme: Scheme) -> None:
    """``resumes.bmes``: our sentences in the shape of Resume NER; each is a report of its own."""
    first, second = conll.read(DATA / "resumes.bmes", scheme)
    assert (first.id, first.text) == ("resumes-1", "周远，男，中国国籍，湘潭大学硕士。")
    assert [(first.text[s.start : s.end], s.label) for s in first.spans] == [
        ("周远", "NAME"),
        ("中国国籍", "CONT"),
        ("湘潭大学", "ORG"),
        ("硕士", "EDU"),
    ]
    assert first.sentences == [Sentence(0, 17)]
    assert second.text == "现任远程重工董事、副总裁。"
    assert [second.text[s.start : s.end] for s in second.spans] == ["远程重工", "董事", "副总裁"]


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        ("B-A I-A O", [(0, 2, "A")]),
        ("B-A B-A I-A", [(0, 1, "A"), (1, 3, "A")]),  # BIO
        ("I-A I-A I-B", [(0, 2, "A"), (2, 3, "B")]),  # IOB1
        ("I-A B-A O", [(0, 1, "A"), (1, 2, "A")]),  # IOB1
        ("B-A M-A E-A S-A", [(0, 3, "A"), (3, 4, "A")]),  # BMES
        ("B-A I-A E-A B-A E-A", [(0, 3, "A"), (3, 5, "A")]),  # BIOES
        ("B-A L-A U-B U-B", [(0, 2, "A"), (2, 3, "B"), (3, 4, "B")]),  # BILOU
        ("B_A I_A O O", [(0, 2, "A")]),
        ("M-A E-A E-A", [(0, 2, "A"), (2, 3, "A")]),  # ill-formed, read as far as it goes
        ("", []),
    ],
)
def test_notations(tags: str, spans: list[tuple[int, int, str]]) -> None:
    assert list(conll.decode(tags.split())) == spans


def test_words_columns_and_docstart(tmp_path: Path, scheme: Scheme) -> None:
    text = "-DOCSTART- -X- O O\n\nJohn NNP B-NP B-PER\nSmith NNP I-NP I-PER\n来 V O O\n\n# O\n\n"
    (document,) = _read(tmp_path, scheme, text)
    assert document == Document(
        "news-1",
        "John Smith来\n#",
        sentences=[Sentence(0, 11), Sentence(12, 13)],
        spans=[Span(0, 10, "PER")],
    )


def test_spans_end_with_foreign_sentences_and_labels_become_names(
    tmp_path: Path, scheme: Scheme
) -> None:
    documents = _read(tmp_path, scheme, "\ufeff甲\tB-PER.NAM\r\n\r\n乙\tI-PER.NAM\r\n")
    assert [(d.text, d.spans) for d in documents] == [
        ("甲", [Span(0, 1, "PER_NAM")]),
        ("乙", [Span(0, 1, "PER_NAM")]),
    ]


@pytest.mark.parametrize("line", ["甲", "甲 X-A", "甲 B", "甲 O-A", "甲乙丙"])
def test_lines_that_are_no_columns_are_named(tmp_path: Path, scheme: Scheme, line: str) -> None:
    with pytest.raises(DataError, match=rf"news\.bio:3: expected a character and a tag .*{line}"):
        _read(tmp_path, scheme, f"一 O\n\n{line}\n")
