"""Mentions of one project become one entry that keeps what they disagree on."""

from dataclasses import replace
from decimal import Decimal

import pytest

from inference.amounts import read_amount
from inference.mentions import ProjectMention
from inference.merge import merge
from inference.places import Place, report_place
from inference.records import Evidence, ProjectAmount, ProjectEntry

NAME = "云山储能电池生产线"


def evidence(report: str, text: str = NAME) -> Evidence:
    return Evidence(report, 0, len(text), text, 0, len(text), text)


def mention(
    name: str = NAME,
    *texts: str,
    report: str = "r1",
    stage: str = "signed",
    role: str = "investment",
    target: bool = False,
    place: Place | None = None,
    industry: str | None = None,
    part: str | None = None,
) -> ProjectMention:
    amounts = tuple(
        ProjectAmount(read_amount(text), role, target, (evidence(report, text),), 0.5, part)
        for text in texts
    )
    return ProjectMention(name, stage, amounts, place, None, None, industry, evidence(report))


def one(*mentions: ProjectMention) -> ProjectEntry:
    [entry], owners = merge(mentions)
    assert owners == [1] * len(mentions)
    return entry


@pytest.mark.parametrize(
    ("first", "second", "conflict"),
    [
        ("3亿元", "5亿元", True),
        ("3亿元", "30000万元", False),
        ("3亿元", "2至4亿元", False),
        ("3亿元", "4至5亿元", True),
        ("3亿元", "3亿美元", False),
        ("3亿元", "300万元/亩", False),
        ("几亿元", "3亿元", False),
        ("3亿元", "X亿元", False),
    ],
)
def test_sums_conflict_when_they_cannot_both_hold(first: str, second: str, conflict: bool) -> None:
    entry = one(mention(NAME, first), mention(NAME, second))
    assert ("amount" in entry.conflicts) == conflict


def test_sums_of_different_roles_and_goals_do_not_conflict() -> None:
    assert one(mention(NAME, "3亿元"), mention(NAME, "1亿元", role="received")).conflicts == ()
    assert one(mention(NAME, "3亿元"), mention(NAME, "1亿元", target=True)).conflicts == ()


@pytest.mark.parametrize("part", ["一期", "设备", "年度", "原", "新增", "其中"])
def test_a_part_beside_the_whole_is_no_conflict(part: str) -> None:
    entry = one(mention(NAME, "8亿元"), mention(NAME, "3亿元", part=part))
    assert entry.conflicts == ()
    assert [given.part for given in entry.amounts] == [None, part]


@pytest.mark.parametrize(
    ("part", "first", "second", "conflict"),
    [
        ("一期", "3亿元", "4亿元", True),
        ("一期", "3亿元", "3至5亿元", False),
        ("新增", "3亿元", "4亿元", False),
        ("其中", "3亿元", "4亿元", False),
    ],
)
def test_sums_of_one_part_conflict_as_those_of_the_whole_do(
    part: str, first: str, second: str, conflict: bool
) -> None:
    entry = one(mention(NAME, first, part=part), mention(NAME, second, part=part))
    assert ("amount" in entry.conflicts) == conflict


def test_a_part_above_the_whole_is_a_conflict() -> None:
    assert one(mention(NAME, "3亿元"), mention(NAME, "8亿元", part="一期")).conflicts == ("amount",)
    assert one(mention(NAME, "3亿元"), mention(NAME, "8亿元", part="原")).conflicts == ()


def test_money_in_place_grows_from_report_to_report() -> None:
    first = mention(NAME, "1亿元", role="received")
    assert one(first, mention(NAME, "3亿元", role="received", report="r2")).conflicts == ()
    assert one(first, mention(NAME, "3亿元", role="received")).conflicts == ("amount",)


def test_each_year_has_its_plan() -> None:
    first = mention(NAME, "1亿元", part="年度")
    assert one(first, mention(NAME, "3亿元", part="年度", report="r2")).conflicts == ()
    assert one(first, mention(NAME, "3亿元", part="年度")).conflicts == ("amount",)


def test_sums_of_parts_and_money_in_place_keep_no_mentions_apart() -> None:
    place = report_place("", "通辽市")
    whole = mention("云山储能电池深加工基地", "8亿元", place=place)
    for part, role in (("一期", "investment"), (None, "received")):
        other = mention("云山储能电池", "3亿元", part=part, role=role, report="r2", place=place)
        assert len(merge([whole, other])[0]) == 1
    assert len(merge([whole, mention("云山储能电池", "3亿元", report="r2", place=place)])[0]) == 2


def test_equal_sums_are_one_with_all_their_evidence() -> None:
    entry = one(
        mention(NAME, "5亿元"), mention(NAME, "3亿元"), mention(NAME, "30000万元", report="r2")
    )
    assert [given.amount.value for given in entry.amounts] == [
        Decimal(3 * 10**8),
        Decimal(5 * 10**8),
    ]
    assert [found.report for found in entry.amounts[0].evidence] == ["r1", "r2"]


def test_a_shared_sum_makes_generic_names_one_but_not_a_price() -> None:
    place = report_place("", "通辽市")
    for text, count in (("3亿元", 1), ("300万元/亩", 2)):
        mentions = [
            mention("光伏项目", text, report=report, place=place) for report in ("r1", "r2")
        ]
        assert len(merge(mentions)[0]) == count


def test_the_highest_confidence_of_a_sum_is_kept() -> None:
    first, second = mention(NAME, "3亿元"), mention(NAME, "3亿元")
    surer = replace(second, amounts=(replace(second.amounts[0], confidence=0.9),))
    assert [given.confidence for given in one(first, surer).amounts] == [0.9]
    gold = replace(first, amounts=(replace(first.amounts[0], confidence=None),))
    assert [given.confidence for given in one(gold).amounts] == [None]


def test_the_place_of_the_sentence_goes_before_the_report_of_one_level() -> None:
    report = report_place("", "库伦旗")
    sentence = replace(report, source="sentence")
    assert one(mention(place=report), mention(place=sentence)).place == sentence


def test_what_cannot_be_read_is_kept_apart_by_its_text() -> None:
    entry = one(mention(NAME, "X亿元", "某亿元"))
    assert [given.amount.text for given in entry.amounts] == ["X亿元", "某亿元"]


def test_the_place_named_most_exactly_holds_and_others_conflict() -> None:
    city, county = report_place("", "通辽市"), report_place("", "库伦旗")
    entry = one(mention(place=city), mention(place=county))
    assert (entry.place, entry.conflicts) == (county, ())
    other = report_place("", "奈曼旗")
    assert one(mention(place=county), mention(place=other)).conflicts == ("place",)


def test_the_furthest_stage_holds_and_all_are_kept() -> None:
    entry = one(mention(stage="production"), mention(stage="unspecified"), mention(stage="signed"))
    assert entry.stage == "production"
    assert [stage.stage for stage in entry.stages] == ["unspecified", "signed", "production"]
    assert entry.conflicts == ("stage",)
    assert one(mention(stage="unspecified"), mention(stage="signed")).conflicts == ()
    assert one(mention(stage="paused")).stage == "paused"


def test_an_older_total_that_a_report_says_was_raised_is_no_conflict() -> None:
    entry = one(
        mention(NAME, "5亿元"),
        mention(NAME, "5亿元", part="原", report="r2"),
        mention(NAME, "8亿元", report="r2"),
    )
    assert entry.conflicts == ()
    assert one(mention(NAME, "5亿元"), mention(NAME, "8亿元", report="r2")).conflicts == ("amount",)


def test_the_longest_name_holds_and_gives_the_industry() -> None:
    entry = one(mention("云山储能电池", industry="新能源"), mention(industry="装备制造"))
    assert (entry.name, entry.aliases, entry.industry) == (NAME, ("云山储能电池",), "装备制造")
