"""Projects and their sums added up by place, stage and month.

A project counts with the sum that stands for it (`main_amount`). Only exact figures and those before
多, 余, 以上 and the like in yuan are added; ranges, goals and other currencies count without their sum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext

from inference.currency import DEFAULT
from inference.ledger import Ledger
from inference.merge import STAGES
from inference.records import ProjectEntry
from inference.writers.wording import main_amount, stage_name

UNKNOWN = "未注明"
_PRECISION = 200


@dataclass(frozen=True, slots=True)
class Total:
    """Projects of one place, stage or month: how many, and their sum in yuan."""

    name: str
    projects: int
    value: Decimal


def counted(project: ProjectEntry) -> Decimal | None:
    """The sum that a project adds to totals, in yuan; None when it adds none."""
    main = main_amount(project)
    if main is None or main.target or main.amount.currency != DEFAULT:
        return None
    return main.amount.value


def overall(ledger: Ledger) -> Total:
    """All projects."""
    return _total("合计", ledger.projects)


def by_place(ledger: Ledger) -> list[Total]:
    """By city, or province where no city is known; the largest sum first."""

    def place(project: ProjectEntry) -> str:
        where = project.place
        return (where and (where.city or where.province)) or UNKNOWN

    return sorted(
        _grouped(ledger.projects, place),
        key=lambda total: (total.name == UNKNOWN, -total.value, -total.projects, total.name),
    )


def by_stage(ledger: Ledger) -> list[Total]:
    """By stage, in the order a project passes them."""
    groups = {total.name: total for total in _grouped(ledger.projects, lambda p: p.stage)}
    order = [*STAGES, *sorted(groups.keys() - set(STAGES))]
    return [
        Total(stage_name(stage), groups[stage].projects, groups[stage].value)
        for stage in order
        if stage in groups
    ]


def by_month(ledger: Ledger) -> list[Total]:
    """By month: the one a project's period lies in, else that of the first report that names it."""
    dates = {source.report: source.date for source in ledger.sources}

    def month(project: ProjectEntry) -> str:
        period = project.period
        if period and period.start and period.end:
            first, last = period.start.strftime("%Y-%m"), period.end.strftime("%Y-%m")
            if first == last:
                return first
        reported = dates.get(project.evidence[0].report)
        return reported.strftime("%Y-%m") if reported else UNKNOWN

    return sorted(
        _grouped(ledger.projects, month), key=lambda total: (total.name == UNKNOWN, total.name)
    )


def _grouped(projects: Iterable[ProjectEntry], name: Callable[[ProjectEntry], str]) -> list[Total]:
    groups: dict[str, list[ProjectEntry]] = {}
    for project in projects:
        groups.setdefault(name(project), []).append(project)
    return [_total(key, group) for key, group in groups.items()]


def _total(name: str, projects: Iterable[ProjectEntry]) -> Total:
    projects = list(projects)
    with localcontext() as context:
        context.prec = _PRECISION
        value = sum((counted(project) or Decimal(0) for project in projects), Decimal(0))
    return Total(name, len(projects), value)
