from collections.abc import Callable

import pytest
from hypothesis import given

from annotations import checks
from annotations import scheme as schemes
from annotations.document import Document, Relation, Sentence, Span
from annotations.scheme import Scheme
from tests.annotations.reports import documents, signing


@given(documents(blank_edges=False))
def test_errors_include_every_problem(document: Document) -> None:
    scheme = schemes.load()
    document.sentences, document.relations = [], []
    assert checks.errors(document, scheme) == []
    document.spans.append(Span(0, 0, "AMOUNT", {"role": "other"}))
    assert set(document.problems(scheme)) <= set(checks.errors(document, scheme))
    assert document.problems(scheme)


def _blank(document: Document) -> None:
    document.text = document.text.replace("的", " ")
    document.spans[1].start -= 1


def _long(document: Document) -> None:
    document.spans[1].end = 21
    document.spans[2].start = 22


def _unchosen(document: Document) -> None:
    del document.spans[1].attributes["stage"]


def _far(document: Document) -> None:
    document.spans[3].attributes = {"role": "investment"}
    document.relations.append(Relation("investment_of", 3, 1))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_blank, "has a blank edge"),
        (_long, "crosses a sentence's end"),
        (_unchosen, "has no stage; choose of unspecified"),
        (_far, r"relations[1] joins two sentences"),
    ],
)
def test_what_a_program_can_prove_is_an_error(
    scheme: Scheme, change: Callable[[Document], None], reason: str
) -> None:
    document = signing()
    assert checks.errors(document, scheme) == []
    change(document)
    (error,) = checks.errors(document, scheme)
    assert reason in error


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("总投资15亿元", ["15亿元"]),
        ("三亿五千万元、1,234.5万元和6000万美元", ["三亿五千万元", "1,234.5万元", "6000万美元"]),
        ("达1.85亿，30多亿元，千万元以上", ["1.85亿", "30多亿元", "千万元"]),
        ("年产3亿部、2亿方、80万吨，惠及5亿人次", []),
        ("到位资金亿元，X亿元", []),
        ("装机160万千瓦，增长8.2%", []),
    ],
)
def test_unmarked_money_is_found(text: str, figures: list[str]) -> None:
    found = checks.unmarked_amounts(Document("a", text))
    assert [text[s.start : s.end] for s in found] == figures


def test_marked_money_is_not_suspicious() -> None:
    assert list(checks.unmarked_amounts(signing())) == []


@pytest.mark.parametrize(
    ("label", "text", "odd"),
    [
        ("AMOUNT", "约5亿元", True),
        ("AMOUNT", "5亿元以上", True),
        ("AMOUNT", "810万元/亩", False),
        ("PROJECT", "总投资5亿元的基地", True),
        ("PROJECT", "“远程基地”", True),
        ("PROJECT", "“双碳”产业园", False),
        ("PROJECT", "新港储运基地", False),
        ("PROJECT", "风电等项目", True),
        ("MEASURE", "积极开展招商", True),
        ("MEASURE", "开展招商，", True),
        ("MEASURE", "将责任落到专班", True),
        ("MEASURE", "将《办法》印发给你们", False),
        ("MEASURE", "出台《关于用地、用工的意见》", False),
    ],
)
def test_edges(label: str, text: str, odd: bool) -> None:
    document = Document("a", text, spans=[Span(0, len(text), label)])
    assert bool(list(checks.odd_edges(document))) is odd


@pytest.mark.parametrize(
    ("before", "role", "odd"),
    [
        ("到位资金", "investment", True),
        ("到位资金", "received", False),
        ("计划完成投资", "investment", False),
        ("完成投资", "investment", True),
        ("合同额", "investment", True),
        ("总投资", "contract", True),
        ("合同总投资", "contract", False),
    ],
)
def test_roles(before: str, role: str, odd: bool) -> None:
    span = Span(len(before), len(before) + 3, "AMOUNT", {"role": role})
    document = Document("a", before + "5亿元", spans=[span])
    assert bool(list(checks.odd_attributes(document))) is odd


def _measure(name: str, category: str | None) -> Document:
    spans = [Span(2, 10, "MEASURE", {"category": category})] if category else []
    return Document(name, "我市设立企业服务专班。", spans=spans)


def test_the_same_string_annotated_otherwise_is_sorted_by_evidence() -> None:
    reports = [_measure(f"r{i}", "mechanism") for i in range(4)]
    reports += [_measure("other", "team"), _measure("none", None)]
    found = checks.suspicions(reports)
    assert [(s.report, s.reason) for s in found] == [
        ("other", "MEASURE team here, MEASURE mechanism elsewhere (4×)"),
        ("none", "unmarked here, MEASURE mechanism elsewhere (4×)"),
    ]
    assert found[0].score > found[1].score
    assert str(found[1]) == "none [2, 10) '我市设立企业服务专班。': " + found[1].reason


def test_stages_may_differ_between_reports() -> None:
    text = "远程塔机生产基地"
    reports = [
        Document(stage, text, spans=[Span(0, 8, "PROJECT", {"stage": stage})])
        for stage in ("signed", "construction")
    ]
    assert checks.suspicions(reports) == []


def test_counts() -> None:
    assert checks.counts([signing(), Document("b", "", sentences=[Sentence(0, 0)])]) == (
        "2 reports, 3 sentences, 2 AMOUNT, 1 MEASURE, 1 PROJECT, 1 relations"
    )


def test_the_corpus_has_no_errors(scheme: Scheme) -> None:
    from pathlib import Path

    from annotations import store

    folder = Path(checks.__file__).parent / "data"
    reports = store.load(*sorted(folder.glob("*.jsonl")))
    assert [e for report in reports for e in checks.errors(report, scheme)] == []
