from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations import store
from annotations.document import Document, Relation, Sentence, Span
from annotations.errors import DataError
from annotations.reanchor import load_texts, reanchor
from tests.annotations.reports import documents, signing


def _words(document: Document) -> list[str]:
    return [document.text[s.start : s.end] for s in [*document.spans, *document.sentences]]


@pytest.mark.parametrize("front", ["", "\u3000\u3000", "\ufeff\r\n", "来源：网 "])
def test_a_stripped_text_is_found_in_the_raw_one(
    front: str, capsys: pytest.CaptureFixture[str]
) -> None:
    exported = signing()
    raw = f"{front}{exported.text}\r\n"
    moved = reanchor(exported, {exported.id: raw}, "a.json")
    assert moved.text == raw
    assert _words(moved) == _words(exported)
    assert [s.start - len(front) for s in moved.spans] == [s.start for s in exported.spans]
    assert [s.attributes for s in moved.spans] == [s.attributes for s in exported.spans]
    assert (moved.relations, moved.meta) == (exported.relations, exported.meta)
    assert exported == signing()  # the given report is left alone
    told = capsys.readouterr().err
    assert told == (
        "a.json: report 'xiangtan-2019': moved onto the raw text, where the exported one begins"
        f" at {len(front)}\n"
    )


def test_the_same_text_stays(capsys: pytest.CaptureFixture[str]) -> None:
    assert reanchor(signing(), {"xiangtan-2019": signing().text}) == signing()
    assert capsys.readouterr().err == ""


def test_a_respaced_text_is_aligned() -> None:
    exported = Document(
        "a",
        "投资 5亿元\n的基地",
        sentences=[Sentence(0, 10, "project")],
        spans=[Span(2, 6, "AMOUNT", {"role": "investment"}), Span(8, 10, "PROJECT")],
        relations=[Relation("investment_of", 0, 1)],
    )
    raw = "\u3000投资5 亿元\r\n的基地\r\n"
    moved = reanchor(exported, {"a": raw})
    assert _words(moved) == ["5 亿元", "基地", raw.strip()]
    assert moved.relations == exported.relations


@given(documents(blank_edges=False), st.data())
def test_spans_stay_on_their_words(document: Document, data: st.DataObject) -> None:
    """However the raw text is spaced: stripped, blanks doubled or line breaks changed."""
    if not document.text.strip():
        return
    raw = data.draw(st.sampled_from(["", " ", "\r\n"])) + document.text.replace(" ", " \u3000")
    moved = reanchor(document, {document.id: raw.replace("\n", "\r\n")})
    assert ["".join(w.split()) for w in _words(moved)] == [
        "".join(w.split()) for w in _words(document)
    ]


@pytest.mark.parametrize(
    ("text", "raw", "reason"),
    [
        ("投资", "投资又投资", "stands in the raw text at 0 and again at 3"),
        ("投 资", "投资又投\n资", "stands in the raw text at 0 and again at 3"),
        ("招商投资5亿元", "\n招商投资6亿元", "differs from the raw text at 4: '5亿元', .* '6亿元'"),
        ("招商", "工作总结", "differs from the raw text at 0: '招商';"),
        ("\u3000\n", "工作总结", "exported text is blank"),
    ],
)
def test_texts_without_one_place_are_refused(text: str, raw: str, reason: str) -> None:
    with pytest.raises(DataError, match=rf"^a\.json: report 'x': .*{reason}"):
        reanchor(Document("x", text), {"x": raw}, "a.json")


def test_spans_of_blanks_and_unknown_reports_are_refused() -> None:
    with pytest.raises(DataError, match=r"^report 'x': \[1, 2\) ' ' has only blanks"):
        reanchor(Document("x", "甲 乙", spans=[Span(1, 2, "PROJECT")]), {"x": "甲乙"})
    with pytest.raises(DataError, match=r"^report 'x': there is no raw text .*ID\.txt"):
        reanchor(Document("x", "甲"), {"y": "甲"})


def test_texts_of_a_folder_and_of_a_file(tmp_path: Path) -> None:
    folder = tmp_path / "raw"
    (folder / "县").mkdir(parents=True)
    (folder / "a.txt").write_bytes("\u3000一\r\n".encode())
    (folder / "县" / "b.txt").write_bytes("二".encode())
    assert load_texts(folder) == {"a": "\u3000一\r\n", "县/b": "二"}
    store.save(tmp_path / "raw.jsonl", [Document("c", " 三")])
    assert load_texts(tmp_path / "raw.jsonl") == {"c": " 三"}
    (folder / "a.txt").write_bytes("招商".encode("gb18030"))
    with pytest.raises(DataError, match=r"a\.txt: not UTF-8 at byte 0"):
        load_texts(folder)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"empty: no \.txt file"):
        load_texts(tmp_path / "empty")
    with pytest.raises(DataError, match="none: no such file"):
        load_texts(tmp_path / "none")
