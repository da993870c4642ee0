from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations import splits, store
from annotations.document import Document
from annotations.scheme import Scheme
from inference.decoding import spans_of
from inference.figures import find_amounts
from inference.sentences import split
from tests.training.tiny_corpus import corpus
from training.baselines import attributes, crf, measures, patterns, projects, run
from training.baselines.reading import on_source, prepared
from training.evaluate import bio

CHARACTERS = "甲乙东山县投资总亿元万的项目基地落户开工设立专班、，。；“”（）12３5 \n"


def found(text: str) -> list[tuple[str, str]]:
    """Labels and texts of the spans that the rules find."""
    return [
        (span.label, text[span.start : span.end])
        for span in patterns.read([Document("d", text)])[0].spans
    ]


def names(text: str) -> list[str]:
    return [name for label, name in found(text) if label == "PROJECT"]


def clauses(text: str) -> list[str]:
    return [clause for label, clause in found(text) if label == "MEASURE"]


# --- projects ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("总投资8亿元的远大叉车智能制造基地落户东山县。", ["远大叉车智能制造基地"]),
        ("海纳集团投资2亿元建设的年产3万吨碳化硅项目正在调试。", ["年产3万吨碳化硅项目"]),
        (
            "金穗玉米油厂、长青轴承锻件、天工茶具等3个项目相继开工。",
            ["金穗玉米油厂", "长青轴承锻件", "天工茶具"],
        ),
        ("启明玻璃深加工（1.2亿元）、百川饲料（3000万元）已签约。", ["启明玻璃深加工", "百川饲料"]),
        ("宏图电池产业园和长青风机叶片项目同时封顶。", ["宏图电池产业园", "长青风机叶片项目"]),
        ("启明药材物流园（二期）建成投用。", ["启明药材物流园（二期）"]),
    ],
)
def test_names_begin_and_end_where_the_contract_says(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "全县新签约项目14个，总投资60亿元。",
        "本次签约的重大项目落户经济技术开发区。",
        "新引进亿元以上项目12个。",
        "成立装备制造、食品加工两个招商专班。",
    ],
)
def test_classes_places_and_fields_are_no_projects(text: str) -> None:
    assert names(text) == []


def test_the_price_of_the_next_name_makes_no_project_of_the_clause_before() -> None:
    text = "文旅融合提速升温，总投资21亿元的远大叉车制造基地落户。"
    assert names(text) == ["远大叉车制造基地"]


def test_a_name_in_a_list_may_be_joined_by_and_inside_brackets() -> None:
    assert names("远大化纤（一期、二期）项目竣工。") == ["远大化纤（一期、二期）项目"]


# --- measures ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("东山县积极组建12支招商小分队，", ["组建12支招商小分队"]),
        ("今年以来，我县先后赴苏州、无锡开展敲门招商8次。", ["赴苏州、无锡开展敲门招商8次"]),
        ("对重点项目实行领导包联制度。", ["实行领导包联制度"]),
        ("县里出台《东山县招商引资，扶持办法》。", ["出台《东山县招商引资，扶持办法》"]),
        ("设立代办窗口、开通企业热线。", ["设立代办窗口", "开通企业热线"]),
        ("8月3日，茶产业招商推介会在西河市举行。", ["茶产业招商推介会在西河市举行"]),
    ],
)
def test_clauses_run_from_the_verb_to_the_end(text: str, expected: list[str]) -> None:
    assert clauses(text) == expected


def test_a_clause_with_a_project_or_an_amount_is_no_measure() -> None:
    assert clauses("给予企业500万元奖励。") == []
    assert clauses("举行远大叉车制造基地项目开工仪式。") == []


@pytest.mark.parametrize("text", ["推行改革取得显著成效。", "全市开展的行动仍在继续。"])
def test_results_and_attributes_are_no_measures(text: str) -> None:
    assert clauses(text) == []


# --- attributes --------------------------------------------------------------------------------------


def values(text: str, label: str) -> list[dict[str, object]]:
    return [s.attributes for s in patterns.read([Document("d", text)])[0].spans if s.label == label]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("项目总投资5亿元。", [{"role": "investment"}]),
        ("签约额80亿元，到位资金30亿元。", [{"role": "contract"}, {"role": "received"}]),
        ("新开工亿元以上项目9个。", [{"role": "threshold"}]),
        ("确保到位资金20亿元。", [{"role": "received", "target": True}]),
        ("主要税收3亿元。", [{"role": "output"}]),
        ("给予企业100万元补助。", [{"role": "other"}]),
        ("内资到位3亿元、5亿元。", [{"role": "received"}, {"role": "received"}]),
    ],
)
def test_roles(text: str, expected: list[dict[str, object]]) -> None:
    assert values(text, "AMOUNT") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("远大叉车制造基地竣工投产。", ["production"]),
        ("远大叉车制造基地签约，力争年内投产。", ["signed"]),
        ("远大叉车制造基地、海纳电池产业园同时开工。", ["construction", "construction"]),
        ("远大叉车制造基地开工，海纳电池产业园投产。", ["construction", "production"]),
        ("在谈的有远大叉车制造基地。", ["negotiation"]),
    ],
)
def test_stages(text: str, expected: list[str]) -> None:
    assert [v["stage"] for v in values(text, "PROJECT")] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("举办茶产业招商推介会。", {"category": "promotion"}),
        ("明年将建立重点项目调度机制。", {"category": "mechanism", "planned": True}),
        ("东山县招商工作实施方案\n建立项目考核制度。", {"category": "mechanism", "planned": True}),
        ("主要领导开通企业服务热线。", {"category": "service"}),
    ],
)
def test_categories_and_plans(text: str, expected: dict[str, object]) -> None:
    assert values(text, "MEASURE") == [expected]


# --- what holds of every reader ----------------------------------------------------------------------


@given(st.text(alphabet=CHARACTERS, max_size=80))
def test_rules_give_sorted_spans_inside_the_text(text: str) -> None:
    document = patterns.read([Document("d", text)])[0]
    places = [(s.start, s.end) for s in document.spans]
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(a[1] <= b[0] for a, b in pairwise(places))


@given(st.text(alphabet=CHARACTERS, max_size=80))
def test_rules_keep_to_the_scheme(scheme: Scheme, text: str) -> None:
    assert patterns.read([Document("d", text)])[0].problems(scheme) == []


@given(st.text(alphabet=CHARACTERS, max_size=60))
def test_projects_and_measures_leave_amounts_alone(text: str) -> None:
    for sentence in split(text):
        money = [p for p in find_amounts(text) if sentence[0] <= p[0] < sentence[1]]
        some = projects.find(text, sentence, money)
        more = measures.find(text, sentence, [*money, *some])
        places = sorted([*money, *some, *more])
        assert all(sentence[0] <= start < end <= sentence[1] for start, end in some + more)
        assert all(a[1] <= b[0] for a, b in pairwise(places))


def test_spans_are_on_the_raw_text_when_it_is_damaged() -> None:
    text = "總投資8億元的遠大叉車製造基地項(xiàng)目落戶東山縣。"
    document = patterns.read([Document("d", text)])[0]
    shown = [(s.label, text[s.start : s.end]) for s in document.spans]
    assert shown == [("AMOUNT", "8億元"), ("PROJECT", "遠大叉車製造基地項(xiàng)目")]


def test_readers_do_not_see_the_annotation() -> None:
    document = corpus(1)[0]
    bare = Document(document.id, document.text)
    assert patterns.read([document])[0].spans == patterns.read([bare])[0].spans


# --- the CRF -----------------------------------------------------------------------------------------


@given(st.text(alphabet=CHARACTERS, max_size=40))
def test_every_character_has_features(text: str) -> None:
    rows = crf.features(text)
    assert len(rows) == len(text)
    assert all(row and len(set(row)) == len(row) for row in rows)


def test_features_see_three_characters_and_no_more() -> None:
    rows = crf.features("甲乙丙丁戊己庚")
    assert {f"{k}={c}" for k, c in zip(range(-3, 4), "甲乙丙丁戊己庚", strict=True)} <= set(rows[3])
    assert {"0=甲", "-1=#"} <= set(rows[0])
    assert not any("庚" in feature for feature in rows[2])


@given(st.lists(st.sampled_from(["O", "B-A", "I-A", "B-B", "I-B"]), max_size=12))
def test_repaired_tags_are_legal_and_legal_ones_stay(tags: list[str]) -> None:
    repaired = crf.legal(tags)
    assert [t[1:] for t in repaired] == [t[1:] for t in tags]
    for before, tag in pairwise(["O", *repaired]):
        assert not tag.startswith("I-") or before[2:] == tag[2:]
    assert crf.legal(repaired) == repaired
    covered = sum(end - start for start, end, _ in spans_of(repaired))
    assert covered == sum(tag != "O" for tag in tags)


def test_the_crf_learns_what_the_reports_show() -> None:
    reader = crf.CrfReader(corpus(24), passes=40)
    gold = corpus(6, seed=7, prefix="new")
    read = reader([Document(d.id, d.text) for d in gold])
    wrong = [d.id for d, r in zip(gold, read, strict=True) if bio(d) != bio(r)]
    assert len(wrong) <= 1
    assert all(not span.attributes for r in read for span in r.spans)


def test_the_penalty_that_reads_development_best_is_chosen() -> None:
    # So great a penalty leaves weights that find nothing.
    reader, scores = crf.tuned(corpus(12), corpus(4, seed=3), penalties=(1e6, 0.1), passes=20)
    assert reader.penalty == 0.1
    assert scores[0.1] > scores[1e6]


def test_the_crf_wants_a_penalty() -> None:
    with pytest.raises(ValueError, match="penalty"):
        crf.tuned(corpus(2), corpus(1), penalties=())


# --- the table ---------------------------------------------------------------------------------------


def test_a_perfect_reader_scores_one_and_an_empty_one_nothing(scheme: Scheme) -> None:
    gold = corpus(4)
    answers = {d.id: d for d in gold}
    perfect = run.score("all", lambda ds: [answers[d.id] for d in ds], gold, scheme)
    empty = run.score("none", lambda ds: ds, gold, scheme, labels_only=True)
    assert perfect.figures["micro"]["f1"] == 1
    assert empty.figures["micro"]["f1"] == 0
    assert "attributes" in perfect.figures
    assert "attributes" not in empty.figures
    assert run.table([perfect, empty], list(scheme.labels)).count("100.0 (100.0–100.0)") == 4


def test_the_command_writes_figures_of_the_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reports = corpus(20)
    names = {
        d.id: part
        for d, part in zip(
            reports, ["train"] * 14 + ["development"] * 3 + ["test"] * 3, strict=True
        )
    }
    monkeypatch.setattr(splits, "load", lambda path=None: names)
    monkeypatch.setattr(crf.tuned, "__defaults__", (crf.PENALTIES, 10))
    store.save(tmp_path / "data.jsonl", reports)
    out = tmp_path / "figures" / "baselines.json"
    run.main(["--data", str(tmp_path / "data.jsonl"), "--out", str(out)])
    figures = json.loads(out.read_text(encoding="utf-8"))
    assert [row["name"] for row in figures["scores"]] == [
        "patterns and word lists",
        "CRF on characters",
    ]
    assert all(row["figures"]["reports"] == 3 for row in figures["scores"])
    assert figures["data"] == store.digest(reports)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("| model | AMOUNT | PROJECT | MEASURE | micro |")
    assert len({line.count("|") for line in lines}) == 1


def test_the_command_says_which_part_is_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reports = corpus(3)
    monkeypatch.setattr(splits, "load", lambda path=None: {})
    store.save(tmp_path / "data.jsonl", reports)
    with pytest.raises(SystemExit) as exit:
        run.main(["--data", str(tmp_path / "data.jsonl")])
    assert exit.value.code == 2
    assert "test part" in capsys.readouterr().err


def test_overlapping_spans_leave_the_first(scheme: Scheme) -> None:
    document = corpus(1)[0]
    made = prepared(document)
    doubled = [s for span in document.spans for s in (span, span)]
    assert [(s.start, s.end) for s in on_source(document, made, doubled).spans] == [
        (s.start, s.end) for s in document.spans
    ]


def test_plan_documents_are_known_by_their_title() -> None:
    assert attributes.is_plan("东山县2021年招商工作要点\n一、目标")
    assert not attributes.is_plan("东山县招商成果\n根据实施方案，")
