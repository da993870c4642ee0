"""A report's clean text with its sentences, place and date."""

from datetime import date

from annotations.document import Document, Span
from inference.view import View

TEXT = "通遼市(shì)招商簡報 2023-06-30\n"
TEXT += "今年以來，通遼市新簽約項(xiàng)目5個(gè)。9月9日，總投資3億元。"


def test_sentences_are_split_when_none_are_marked() -> None:
    view = View.of(Document("r", TEXT))
    assert [passage.text[-5:] for passage in view.passages] == ["06-30", "项目5个。", "资3亿元。"]
    for passage in view.passages:
        assert TEXT[passage.raw_start : passage.raw_end].count("\n") == 0


def test_the_report_gives_its_place_and_date() -> None:
    view = View.of(Document("r", TEXT))
    assert view.place.city == "通辽市"
    assert view.date == date(2023, 6, 30)
    assert View.of(Document("r", TEXT, {"place": "秦皇岛市", "date": "2022-01-02"})).date == date(
        2022, 1, 2
    )


def test_a_span_stands_in_its_sentence() -> None:
    start = TEXT.index("3億元")
    view = View.of(Document("r", TEXT))
    setting = view.setting(Span(start, start + 3, "AMOUNT"))
    assert setting.passage.text[setting.offset :].startswith("3亿元")
    assert setting.evidence.text == "3億元"
    assert setting.evidence.sentence == "9月9日，總投資3億元。"
    assert setting.period.text == "9月9日"


def test_a_position_outside_all_marked_sentences_takes_its_line() -> None:
    document = Document.from_dict(
        {"id": "r", "text": "标题一\n正文。", "sentences": [{"start": 4, "end": 7}]}
    )
    assert View.of(document).passage_at(1).text == "标题一"
