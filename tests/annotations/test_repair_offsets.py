import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from annotations.errors import DataError
from annotations.repair_offsets import Quote, convert, diagnose, distrust
from tests.annotations.reports import CHARACTERS

TEXT = "\u3000\r\n😀总投资15亿元的𬭚钢基地\r\n开工，投资方为远程。"
PLACES = [
    (TEXT.index(part), TEXT.index(part) + len(part)) for part in ("15亿元", "𬭚钢基地", "开工")
]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _lf(text: str) -> str:
    return text.replace("\r\n", "\n")


MEASURES = {
    "code points": len,
    "UTF-16 code units": _units,
    "UTF-8 bytes": lambda t: len(t.encode()),
    "GB18030 bytes": lambda t: len(t.encode("gb18030")),
    "code points, line breaks as LF": lambda t: len(_lf(t)),
    "UTF-16 code units, line breaks as LF": lambda t: _units(_lf(t)),
    "code points, leading blanks stripped": lambda t: len(t.lstrip()),
    "UTF-8 bytes, leading blanks stripped": lambda t: len(t.lstrip().encode()),
    "code points, a byte order mark in front": lambda t: len(t) + 1,
}


@pytest.mark.parametrize("counting", MEASURES)
def test_each_way_of_counting_is_recognised(counting: str) -> None:
    measure = MEASURES[counting]
    quotes = [Quote(measure(TEXT[:a]), measure(TEXT[:b]), TEXT[a:b]) for a, b in PLACES]
    assert diagnose(TEXT, quotes) == {counting: PLACES}
    assert convert(TEXT, quotes) == PLACES


def test_a_text_with_bare_line_feeds_counted_as_crlf() -> None:
    text = "一\n二\n投资"
    assert convert(text, [Quote(6, 8, "投资")]) == [(4, 6)]
    assert list(diagnose(text, [Quote(6, 8, "投资")])) == ["code points, line breaks as CRLF"]


def test_quotes_may_show_line_breaks_as_blanks() -> None:
    assert convert("甲\r\n乙丙", [Quote(0, 4, "甲 乙")]) == [(0, 4)]


@given(
    st.text(st.sampled_from(CHARACTERS), min_size=2, max_size=40),
    st.sampled_from(sorted(MEASURES)),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=5),
)
def test_converted_places_quote_the_same_words(
    text: str, counting: str, cuts: list[tuple[int, int]]
) -> None:
    measure = MEASURES[counting]
    places = [(min(c), min(max(c), len(text))) for c in cuts if min(c) < min(max(c), len(text))]
    quotes = [Quote(measure(text[:a]), measure(text[:b]), text[a:b]) for a, b in places]
    assume(all(q.start < q.end for q in quotes))
    found = diagnose(text, quotes)
    for converted in found.values():
        for (a, b), quote in zip(converted, quotes, strict=True):
            assert text[a:b].split() == quote.text.split()
    # A cut inside a line break or in the blanks in front has no place in a text seen without them.
    assert found or text != text.lstrip() or "\r\n" in text


def test_without_quotes_offsets_in_range_are_taken_as_code_points() -> None:
    assert convert("😀投资", [Quote(1, 3)]) == [(1, 3)]
    assert convert("投资", []) == []


@pytest.mark.parametrize(
    ("quotes", "reason"),
    [
        (
            [Quote(0, 2, "投资"), Quote(3, 5, "基地")],
            r"span 1 \[3, 5\) quotes '基地', but '乙丙' stands",
        ),
        ([Quote(0, 9, None)], r"span 0 \[0, 9\) lies outside the text of 6 characters"),
        ([Quote(2, 2, "")], "span 0 .*quotes ''"),
        ([Quote(-2, 2, "投资")], "span 0"),
    ],
)
def test_what_no_counting_explains_is_refused(quotes: list[Quote], reason: str) -> None:
    with pytest.raises(DataError, match=rf"^a\.json: task 7: {reason}"):
        convert("投资甲乙丙丁", quotes, "a.json: task 7")


def test_ambiguous_offsets_are_refused() -> None:
    text, quote = "\u3000😀乙甲丙甲", Quote(4, 5, "甲")
    assert diagnose(text, [quote]) == {
        "UTF-16 code units": [(3, 4)],
        "code points, leading blanks stripped": [(5, 6)],
    }
    with pytest.raises(DataError, match=r"fit as UTF-16 code units and as .*in different places"):
        convert(text, [quote])


def test_what_was_converted_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    quote = Quote(3, 5, "投资")
    assert convert("😀总投资", [quote], "a.json: report 'x'") == [(2, 4)]
    told = capsys.readouterr().err
    assert told == "a.json: report 'x': offsets counted in UTF-16 code units; converted\n"
    convert("总投资基地", [Quote(3, 5, "基地")], "a.json")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("text", "reason"), [("😀 投资基地", "two in UTF-16"), ("投资\r\n 基地", "as CRLF")]
)
def test_places_without_words_are_judged(
    text: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    start = text.index("基地")
    distrust(text, [(start, start + 2)], "a.jsonl:1")
    told = capsys.readouterr().err
    assert told.startswith("a.jsonl:1: the text has ")
    assert reason in told
    assert "quote no words" in told
    blank = text.index(" ")
    with pytest.raises(DataError, match=rf"^a\.jsonl:1: span 1 \[{blank}, .*blank edge.*{reason}"):
        distrust(text, [(start, start + 2), (blank, blank + 2)], "a.jsonl:1")
    assert capsys.readouterr().err == ""


def test_texts_that_all_count_alike_pass_in_silence(capsys: pytest.CaptureFixture[str]) -> None:
    distrust("投资\n 基地", [(2, 5)])
    distrust("😀\r\n", [])
    assert capsys.readouterr().err == ""
