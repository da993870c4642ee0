"""The ledger as five tables with Chinese headings, as spreadsheets and the HTML report show it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from inference.amounts import Amount
from inference.ledger import Ledger
from inference.records import (
    AmountEntry,
    Evidence,
    IndicatorEntry,
    ProjectAmount,
    ProjectEntry,
)
from inference.writers.decimals import shifted
from inference.writers.wording import (
    BOUNDS,
    CONFLICTS,
    amount_name,
    category_name,
    main_amount,
    period_name,
    place_name,
    role_name,
    stage_name,
)

Value = str | int | Decimal | datetime.date | Evidence | None
Kind = Literal["text", "integer", "decimal", "date", "sentence"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        title: its heading.
        value: the cell of an entry; of the column's kind (`sentence` is an `Evidence`), or None.
        kind: how it is written and sorted.
        width: in characters of Latin text, as spreadsheets count.
        web: whether the HTML report shows it, which has the text itself beside the table.
        facet: whether its values are few enough to choose from.
        order: what it is sorted by where that is not what it shows.
    """

    title: str
    value: Callable[[Any], Value]
    kind: Kind = "text"
    width: int = 12
    web: bool = False
    facet: bool = False
    order: Callable[[Any], Decimal | None] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its name in English and Chinese, columns, entries, and where each entry was read."""

    key: str
    title: str
    columns: tuple[Column, ...]
    entries: Sequence[Any]
    evidence: Callable[[Any], tuple[Evidence, ...]]

    def row(self, entry: Any) -> list[Value]:
        """The cells of one entry; of an `Evidence` cell, the sentence."""
        return [column.value(entry) for column in self.columns]


def tables(ledger: Ledger) -> list[Table]:
    """All five: 项目, 金额, 措施, 指标, 来源."""
    names = {project.id: project.name for project in ledger.projects}
    single = _single
    return [
        Table("projects", "项目", _PROJECTS, ledger.projects, lambda entry: entry.evidence),
        Table("amounts", "金额", _amount_columns(names), ledger.amounts, single),
        Table("measures", "措施", _MEASURES, ledger.measures, single),
        Table("indicators", "指标", _INDICATORS, ledger.indicators, single),
        Table("sources", "来源", _SOURCES, ledger.sources, lambda entry: ()),
    ]


def _single(entry: Any) -> tuple[Evidence, ...]:
    return (entry.evidence,)


def _amount_of(entry: Any) -> Amount | None:
    if isinstance(entry, ProjectEntry):
        given = main_amount(entry)
        return given.amount if given else None
    return entry.amount


def _of_amount(attribute: str) -> Callable[[Any], Any]:
    return lambda entry: getattr(_amount_of(entry), attribute, None)


def _main_role(entry: ProjectEntry) -> str | None:
    given = main_amount(entry)
    return role_name(given.role) if given else None


def _bound(entry: Any) -> str | None:
    amount = _amount_of(entry)
    return (BOUNDS.get(amount.bound, amount.bound) or None) if amount else None


def _hundred_millions(entry: Any) -> Decimal | None:
    amount = _amount_of(entry)
    return shifted(amount.value, -8) if amount and amount.value is not None else None


def _other_amounts(entry: ProjectEntry) -> str:
    main = main_amount(entry)
    return "；".join(
        f"{role_name(given.role)}{_notes(given)} {amount_name(given.amount)}"
        for given in entry.amounts
        if given is not main
    )


def _notes(given: ProjectAmount) -> str:
    notes = [note for note in ("目标" if given.target else None, given.part) if note]
    return f"（{'，'.join(notes)}）" if notes else ""


def _yes(flag: bool) -> str | None:
    return "是" if flag else None


def _percent(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:+f}%"


def _of_place(attribute: str) -> Callable[[Any], Any]:
    return lambda entry: getattr(entry.place, attribute, None)


def _of_period(attribute: str) -> Callable[[Any], Any]:
    return lambda entry: getattr(entry.period, attribute, None)


def _first(entry: Any) -> Evidence:
    return entry.evidence[0] if isinstance(entry, ProjectEntry) else entry.evidence


def _total(entry: IndicatorEntry) -> str | None:
    if entry.amount is not None:
        return amount_name(entry.amount)
    return None if entry.count is None else f"{entry.count:,f}{entry.unit or ''}"


_PLACE = (
    Column("地点", lambda entry: place_name(entry.place), width=24, web=True),
    Column("省", _of_place("province"), facet=True),
    Column("市", _of_place("city"), facet=True),
    Column("县区", _of_place("county")),
)
_PERIOD = (
    Column("时间", lambda entry: period_name(entry.period), width=24, web=True),
    Column("时间原文", _of_period("text")),
    Column("起", _of_period("start"), "date"),
    Column("止", _of_period("end"), "date"),
)
_FIGURES = (
    Column("金额（元）", _of_amount("value"), "decimal", 20),
    Column("金额（亿元）", _hundred_millions, "decimal", 14),
    Column("限定", _bound, width=8),
    Column("下限（元）", _of_amount("low"), "decimal", 18),
    Column("上限（元）", _of_amount("high"), "decimal", 18),
    Column("币种", _of_amount("currency"), width=6),
    Column("每", _of_amount("per"), width=6),
    Column("金额原文", _of_amount("text"), width=16),
)
_WHERE = (
    Column("原句", _first, "sentence", 80),
    Column("报告", lambda entry: _first(entry).report, width=24),
    Column("起点", lambda entry: _first(entry).start, "integer", 8),
    Column("终点", lambda entry: _first(entry).end, "integer", 8),
    Column("置信度", lambda entry: _confidence(_first(entry)), "decimal", 8),
)


def _confidence(evidence: Evidence) -> Decimal | None:
    return None if evidence.confidence is None else Decimal(f"{evidence.confidence:.4f}")


def _shown(entry: Any) -> str | None:
    amount = _amount_of(entry)
    return amount_name(amount) if amount else None


def _size(entry: Any) -> Decimal | None:
    amount = _amount_of(entry)
    if amount is None:
        return getattr(entry, "count", None)
    return amount.low if amount.value is None else amount.value


_SHOWN = Column("金额", _shown, width=16, web=True, order=_size)

_PROJECTS = (
    Column("编号", lambda entry: entry.id, "integer", 6),
    Column("项目", lambda entry: entry.name, width=44, web=True),
    Column("阶段", lambda entry: stage_name(entry.stage), width=8, web=True, facet=True),
    _SHOWN,
    *_FIGURES[:-1],
    Column("用途", _main_role, width=8),
    Column("金额原文", _of_amount("text"), width=16),
    Column("其他金额", _other_amounts, width=24),
    *_PLACE,
    Column("单位", lambda entry: entry.organisation, width=24),
    Column("行业", lambda entry: entry.industry, web=True, facet=True),
    *_PERIOD,
    Column(
        "冲突",
        lambda entry: "、".join(CONFLICTS.get(what, what) for what in entry.conflicts),
        width=12,
        web=True,
        facet=True,
    ),
    Column("提及", lambda entry: len(entry.evidence), "integer", 6, web=True),
    Column("报告数", lambda entry: len({e.report for e in entry.evidence}), "integer", 8),
    Column("又名", lambda entry: "；".join(entry.aliases), width=32),
    *_WHERE,
)


def _amount_columns(names: dict[int, str]) -> tuple[Column, ...]:
    def project(entry: AmountEntry) -> str | None:
        return None if entry.project is None else names[entry.project]

    return (
        _SHOWN,
        Column("用途", lambda entry: role_name(entry.role), width=8, web=True, facet=True),
        Column("目标", lambda entry: _yes(entry.target), width=6, web=True, facet=True),
        Column("部分", lambda entry: entry.part, width=8),
        *_FIGURES,
        Column("未读原因", _of_amount("reason"), width=24),
        Column("项目编号", lambda entry: entry.project, "integer", 8),
        Column("所属项目", project, width=44, web=True),
        *_PLACE,
        *_PERIOD,
        *_WHERE,
    )


_MEASURES = (
    Column("措施", lambda entry: entry.text, width=60, web=True),
    Column("类别", lambda entry: category_name(entry.category), width=8, web=True, facet=True),
    Column("计划", lambda entry: _yes(entry.planned), width=6, web=True, facet=True),
    *_PLACE,
    *_PERIOD,
    *_WHERE,
)
_INDICATORS = (
    Column("指标", lambda entry: entry.metric, width=24, web=True),
    Column("数值", _total, width=16, web=True, order=_size),
    Column("范围", lambda entry: entry.scope, width=20, web=True),
    Column("数量", lambda entry: entry.count, "decimal", 10),
    Column("量词", lambda entry: entry.unit, width=6),
    *_FIGURES,
    Column(
        "变化",
        lambda entry: _percent(entry.change),
        width=10,
        web=True,
        order=lambda entry: entry.change,
    ),
    Column("变化（%）", lambda entry: entry.change, "decimal", 10),
    *_PLACE,
    *_PERIOD,
    *_WHERE,
)
_SOURCES = (
    Column("报告", lambda entry: entry.report, width=28, web=True),
    Column("标题", lambda entry: entry.title, width=60, web=True),
    Column("地点", lambda entry: place_name(entry.place), width=24, web=True),
    Column("日期", lambda entry: entry.date, "date", web=True),
    Column("字数", lambda entry: entry.characters, "integer", 8, web=True),
    Column("错误", lambda entry: entry.error, width=40, web=True),
    Column("网址", lambda entry: entry.url, width=40),
    Column("模型", lambda entry: entry.model, width=20),
)
