"""From annotated reports to records: projects with their sums, places, evidence and conflicts."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.document import Document
from annotations.errors import ZhaoshangError
from annotations.formats.inline import loads
from inference import ledger
from inference.records import ProjectEntry

YI = Decimal(10**8)
TODAY = date(2023, 6, 30)

FIRST = """
=== first
meta: place=通辽市; date=2023-06-30; title=上半年招商
[project] 总投资⟦18亿元|A investment >1⟧的⟦海泰风机整机装备制造产业基地|P landed #1⟧落户库伦旗。
[project] 云山新材料有限公司投资约⟦5亿元|A investment >2⟧的⟦年产3万吨电池壳项目|P signed #2⟧签约。
[result] 截至目前，共签约项目21个，总投资⟦30.5亿元|A investment⟧；
+[result] 到位资金⟦6亿元|A received⟧，同比增长12%。
[plan] 力争全年引进⟦亿元|A threshold⟧以上项目30个，到位资金⟦50亿元|A received target⟧。
[measure] 近日，⟦赴江苏省开展招商推介3场|M promotion⟧。
"""
SECOND = """
=== second
meta: place=通辽市; date=2024-03-01
[project] 库伦旗⟦海泰风机装备制造基地项目|P construction #1⟧开工，总投资⟦18亿元|A investment >1⟧。
[project] 奈曼旗⟦年产3万吨电池壳项目|P production #1⟧完成投资⟦6亿元|A investment >1⟧。
[project] ⟦年产3万吨电池壳项目二期|P negotiation⟧正在洽谈。
"""


@pytest.fixture
def documents() -> list[Document]:
    return loads(FIRST + SECOND)


def project(entries: tuple[ProjectEntry, ...], name: str) -> ProjectEntry:
    [found] = [entry for entry in entries if name in (entry.name, *entry.aliases)]
    return found


def test_one_project_of_two_reports_is_one_entry_with_all_evidence(
    documents: list[Document],
) -> None:
    entry = project(ledger.build(documents).projects, "海泰风机整机装备制造产业基地")
    assert entry.aliases == ("海泰风机装备制造基地项目",)
    assert [found.report for found in entry.evidence] == ["first", "second"]
    assert (entry.place.county, entry.place.source) == ("库伦旗", "sentence")
    assert [(given.amount.value, len(given.evidence)) for given in entry.amounts] == [(18 * YI, 2)]
    assert entry.stage == "construction"
    assert [stage.stage for stage in entry.stages] == ["landed", "construction"]
    assert entry.conflicts == ("stage",)
    assert entry.industry == "装备制造"


def test_conflicting_sums_are_kept_side_by_side_and_flagged(documents: list[Document]) -> None:
    entry = project(ledger.build(documents).projects, "年产3万吨电池壳项目")
    assert [given.amount.value for given in entry.amounts] == [5 * YI, 6 * YI]
    assert [given.amount.bound for given in entry.amounts] == ["about", "exact"]
    assert "amount" in entry.conflicts
    assert entry.organisation == "云山新材料有限公司"
    assert entry.place.county == "奈曼旗"


def test_phases_are_projects_of_their_own(documents: list[Document]) -> None:
    entries = ledger.build(documents).projects
    assert len(entries) == 3
    assert project(entries, "年产3万吨电池壳项目二期").stage == "negotiation"
    assert [entry.id for entry in entries] == [1, 2, 3]


def test_amounts_point_to_the_project_they_are_given_to(documents: list[Document]) -> None:
    built = ledger.build(documents)
    owners = {entry.evidence.text: entry.project for entry in built.amounts}
    turbines = project(built.projects, "海泰风机整机装备制造产业基地")
    assert owners["18亿元"] == turbines.id
    assert owners["30.5亿元"] is None
    threshold = next(entry for entry in built.amounts if entry.role == "threshold")
    assert (threshold.amount.value, threshold.amount.bound) == (YI, "at_least")
    assert [entry.evidence.text for entry in built.amounts if entry.target] == ["50亿元"]


def test_stated_totals_are_records_and_goals_are_not(documents: list[Document]) -> None:
    found = ledger.build(documents).indicators
    rows = [
        (entry.metric, entry.count or entry.amount.value, entry.scope, entry.change)
        for entry in found
    ]
    assert rows == [
        ("签约项目", 21, None, None),
        ("总投资", Decimal("30.5") * YI, "签约项目", None),
        ("到位资金", 6 * YI, None, 12),
    ]
    assert {entry.place.city for entry in found} == {"通辽市"}
    assert [entry.period and entry.period.end for entry in found] == [TODAY, TODAY, None]


def test_measures_and_sources(documents: list[Document]) -> None:
    built = ledger.build(documents)
    [measure] = built.measures
    assert (measure.text, measure.category, measure.planned) == (
        "赴江苏省开展招商推介3场",
        "promotion",
        False,
    )
    assert [(source.report, source.title, source.date) for source in built.sources] == [
        ("first", "上半年招商", date(2023, 6, 30)),
        ("second", "库伦旗海泰风机装备制造基地项目开工，总投资18亿元。", date(2024, 3, 1)),
    ]


def test_evidence_is_in_terms_of_the_raw_text() -> None:
    [document] = loads(
        "=== glossed\n[project] 總投資⟦20.5億(yì)元|A investment >1⟧的"
        "⟦海泰風機(jī)産業(yè)基地項(xiàng)目(mù)|P landed #1⟧落戶通遼市(shì)庫倫旗。"
    )
    [entry] = ledger.build([document]).projects
    assert entry.name == "海泰风机产业基地项目"
    [evidence] = entry.evidence
    assert document.text[evidence.start : evidence.end] == evidence.text
    assert evidence.text.startswith("海泰風機(jī)")
    assert document.text[evidence.sentence_start : evidence.sentence_end] == evidence.sentence
    assert entry.amounts[0].amount.value == Decimal("20.5") * YI
    assert entry.amounts[0].amount.text == "20.5億(yì)元"
    assert entry.place.county == "库伦旗"


def test_amounts_are_written_into_the_document_in_its_format(documents: list[Document]) -> None:
    document = documents[0]
    ledger.annotate_amounts(document)
    again = Document.from_dict(json.loads(json.dumps(document.to_dict())))
    readings = [span.extra["amount"] for span in again.spans if span.label == "AMOUNT"]
    assert [reading["value"] for reading in readings] == [
        "1800000000", "500000000", "3050000000", "600000000", "100000000", "5000000000",
    ]  # fmt: skip
    assert all("amount" not in span.extra for span in again.spans if span.label != "AMOUNT")


def test_the_report_carries_its_own_ledger(documents: list[Document]) -> None:
    document = documents[0]
    ledger.annotate(document)
    records = json.loads(json.dumps(document.to_dict()))["ledger"]
    assert [record["record"] for record in records].count("project") == 2
    assert records == ledger.build([document]).to_dicts()


def test_a_reading_that_was_corrected_by_hand_is_kept(documents: list[Document]) -> None:
    document = documents[0]
    ledger.annotate_amounts(document)
    next(span for span in document.spans if span.label == "AMOUNT").extra["amount"]["value"] = (
        "1700000000"
    )
    assert ledger.build([document]).amounts[0].amount.value == 17 * YI


def test_a_broken_reading_is_refused(documents: list[Document]) -> None:
    documents[0].spans[0].extra["amount"] = {"value": "viel"}
    with pytest.raises(ZhaoshangError, match=r"18亿元.*decimal string"):
        ledger.build(documents)


def test_a_report_that_could_not_be_read_is_a_source_with_its_error() -> None:
    failed = Document("bad", "", extra={"error": {"type": "ReadError", "message": "empty file"}})
    built = ledger.build([failed])
    assert [(source.report, source.error) for source in built.sources] == [("bad", "empty file")]
    assert built.to_dicts() == []


def test_links_to_what_is_no_project_are_passed_over(documents: list[Document]) -> None:
    documents[0].relations[0].tail = documents[0].relations[0].head
    assert ledger.build(documents[:1]).amounts[0].project is None


@given(st.permutations(range(2)), st.integers(1, 3))
def test_every_span_is_evidence_once_whatever_the_order(order: list[int], times: int) -> None:
    parsed = loads(FIRST + SECOND)
    documents = [parsed[index] for index in order] * times
    built = ledger.build(iter(documents))
    mentions = [found for entry in built.projects for found in entry.evidence]
    spans = [span for document in documents for span in document.spans]
    assert len(mentions) == sum(span.label == "PROJECT" for span in spans)
    assert len(built.amounts) == sum(span.label == "AMOUNT" for span in spans)
    assert len(built.projects) == 3
    assert {entry.project for entry in built.amounts} <= {None, 1, 2, 3}


def test_seeds_are_read_whole(seeds: list[Document]) -> None:
    built = ledger.build(seeds)
    assert len(built.sources) == len(seeds)
    assert [entry for entry in built.amounts if entry.amount.reason] == []
    assert [source.place.city for source in built.sources] == [
        "通辽市",
        "鄂尔多斯市",
        "肇庆市",
        "秦皇岛市",
        "东营市",
    ]
