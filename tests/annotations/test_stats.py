from annotations import agreement, stats
from annotations.document import Document
from annotations.scheme import Scheme
from tests.annotations.reports import signing


def _rows(table: str) -> dict[str, list[str]]:
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return {line[0]: line[1:] for line in lines[2:]}


def test_by_axis(scheme: Scheme) -> None:
    other = signing()
    other.meta["genre"] = "plan|next"
    table = stats.by_axis([signing(), signing(), other, Document("b", "")], "genre", scheme)
    assert table.splitlines() == [
        "| genre | reports | sentences | AMOUNT | PROJECT | MEASURE |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        "| plan\\|next | 1 | 2 | 2 | 1 | 1 |",
        "| results | 2 | 4 | 4 | 2 | 2 |",
        "| – | 1 | 0 | 0 | 0 | 0 |",
    ]


def test_summary(scheme: Scheme) -> None:
    text = stats.summary([signing(), Document("b", "文")], scheme)
    whole, values = text.split("\n\n")
    assert _rows(whole) == {
        "reports": ["2"],
        "reports without spans": ["1"],
        "characters": ["38"],
        "sentences": ["2"],
        "AMOUNT": ["2"],
        "PROJECT": ["1"],
        "MEASURE": ["1"],
        "investment_of": ["1"],
    }
    lines = values.splitlines()
    assert lines[2:4] == ["| AMOUNT.role | investment | 1 |", "|  | contract | 0 |"]
    assert "| AMOUNT.target | true | 1 |" in lines
    assert "| MEASURE.planned | true | 1 |" in lines
    assert lines[-6] == "| sentence kind | boilerplate | 0 |"


def test_agreement(scheme: Scheme) -> None:
    theirs = signing()
    theirs.spans[1].end -= 1
    theirs.sentences[0].kind = "plan"
    rows = _rows(stats.agreement(agreement.compare(signing(), theirs, scheme)))
    assert rows["AMOUNT, exact"] == ["100.0", "2", "2", "2"]
    assert rows["PROJECT, exact"] == ["0.0", "0", "1", "1"]
    assert rows["PROJECT, overlap"] == ["100.0", "1", "1", "1"]
    assert rows["all labels, exact"] == ["75.0", "3", "4", "4"]
    assert rows["AMOUNT.role, same spans"] == ["100.0", "2", "2", "2"]
    assert rows["sentence kind"] == ["50.0", "1", "2", "2"]


def test_the_year_is_that_of_the_date_where_none_is_given(scheme: Scheme) -> None:
    metas = [
        {"year": "2012", "date": "2013-01-02"},
        {"date": "2012-07"},
        {"year": 2014},
        {"date": "去年"},
        {},
    ]
    reports = [Document(str(i), "文", meta) for i, meta in enumerate(metas)]
    rows = _rows(stats.by_axis(reports, "year", scheme))
    assert {year: row[0] for year, row in rows.items()} == {"2012": "2", "2014": "1", "–": "2"}


def test_by_industry_the_unknown_stand_last(scheme: Scheme) -> None:
    reports = [
        Document("a", "文"),
        Document("b", "文", {"industry": "风电"}),
        Document("c", "文", {"industry": "煤化工"}),
    ]
    table = stats.by_axis(reports, "industry", scheme)
    assert list(_rows(table)) == ["化工", "新能源", "unknown"]
