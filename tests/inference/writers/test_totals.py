"""Totals by place, stage and month."""

from decimal import Decimal

from annotations.formats.inline import loads
from inference import ledger
from inference.ledger import Ledger
from inference.writers import totals
from inference.writers.totals import Total
from tests.inference.writers.reports import plain


def build() -> Ledger:
    return ledger.build(plain())


def test_each_project_counts_once_with_its_main_sum() -> None:
    # 18亿 and 20亿 are said of one project: it counts with one of them, here the first; dollars do not count.
    records = build()
    assert totals.overall(records) == Total("合计", 3, Decimal(2_300_000_000))
    assert sum(total.projects for total in totals.by_place(records)) == 3
    for grouped in (totals.by_place, totals.by_stage, totals.by_month):
        assert sum(total.value for total in grouped(records)) == Decimal(2_300_000_000)


def test_places_are_cities_and_stages_are_in_order() -> None:
    records = build()
    assert [total.name for total in totals.by_place(records)] == ["通辽市"]
    assert [total.name for total in totals.by_stage(records)] == ["在谈", "签约", "在建"]


def test_the_month_is_the_projects_own_else_the_reports() -> None:
    text = """
=== dated
meta: place=通辽市; date=2023-06-30
[project] 4月，⟦海泰风机基地|P landed⟧落户。
[project] ⟦温泉小镇|P signed⟧签约。
=== undated
[project] ⟦石墨烯产业园|P signed⟧签约。
"""
    months = totals.by_month(ledger.build(loads(text)))
    assert [(total.name, total.projects) for total in months] == [
        ("2023-04", 1),
        ("2023-06", 1),
        ("未注明", 1),
    ]


def test_targets_and_ranges_add_nothing() -> None:
    text = """
=== one
[project] 总投资⟦3至5亿元|A investment >1⟧的⟦海泰风机基地|P landed #1⟧落户。
[project] 总投资⟦8亿元|A investment target >1⟧的⟦温泉小镇|P signed #1⟧签约。
"""
    assert totals.overall(ledger.build(loads(text))) == Total("合计", 2, Decimal(0))
