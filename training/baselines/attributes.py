"""Attributes of spans by the words in and around them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from inference.currency import alternatives
from training.baselines import words

#: Characters before an amount that tell its role.
REACH = 14
#: Characters before a span that tell whether it is planned or only a goal.
PLAN_REACH = 60

_ROLE_WORDS = {role: re.compile(f"(?=({alternatives(ws)}))") for role, ws in words.ROLES.items()}
_THRESHOLD = re.compile(words.THRESHOLD_AFTER)
_TARGET = re.compile(words.TARGET)
_PLAN = re.compile(words.PLAN)
_STAGES = {stage: re.compile(alternatives(ws)) for stage, ws in words.STAGES.items()}
_HOPED = re.compile(r"(?:可望|力争|预计|确保|争取|计划|即将|年内|有望)[^，。；]{0,8}$")
_CATEGORIES = {name: re.compile(alternatives(ws)) for name, ws in words.CATEGORIES.items()}
_INVESTMENT = re.compile(r"投资|项目|投入|签约")
_LIMIT = re.compile(r"(?:超过?|过|不足|达到?|不低于|低于)$")
_CLASS_AFTER = re.compile(r"的[^，。；、]{0,6}(?:项目|企业)|以")
# What may stand between two projects of one list: 、 and prices.
_LISTED = re.compile(
    r"[”\"]?(?:[（(][^（）()]*[）)])?[”\"]?(?:、|和|及|以及|，(?:总投资|投资)[^，。；、]*的)[“\"]?[^，。；、]{0,4}"
)


def amounts(
    text: str, sentence: tuple[int, int], spans: Sequence[tuple[int, int]]
) -> list[dict[str, Any]]:
    """``role`` and ``target`` of the amounts of one sentence of a repaired text."""
    about_projects = bool(_INVESTMENT.search(text, *sentence))
    role, result = "investment" if about_projects else "other", []
    at = sentence[0]
    for start, end in spans:
        before, after = text[max(at, start - REACH) : start], text[end : end + 8]
        # A figure without a word of its own goes on with the role of the one before it.
        role = _nearest(before) or role
        at = end
        if _THRESHOLD.match(after) or (_LIMIT.search(before) and _CLASS_AFTER.match(after)):
            result.append({"role": "threshold"})
        elif role in ("received", "contract", "output") and _TARGET.search(
            text, sentence[0], start
        ):
            result.append({"role": role, "target": True})
        else:
            result.append({"role": role})
    return result


def _nearest(before: str) -> str | None:
    """The role whose word ends last before the amount, the longest of those that end together."""
    found = [
        (match.start() + len(match[1]), len(match[1]), role)
        for role, pattern in _ROLE_WORDS.items()
        for match in pattern.finditer(before)
    ]
    return max(found)[2] if found else None


def _back_to(text: str, start: int, marks: str) -> str:
    """What stands between the last of ``marks`` and ``start``, at most `PLAN_REACH` characters."""
    piece = text[max(0, start - PLAN_REACH) : start]
    return re.split(f"[{re.escape(marks)}]", piece)[-1]


def stages(text: str, sentence: tuple[int, int], spans: Sequence[tuple[int, int]]) -> list[str]:
    """The stage of each project of one sentence: by the words behind it, its list, or the words before it."""
    if not spans:
        return []
    ends = [start for start, _ in spans[1:]] + [sentence[1]]
    own = [_furthest(text[end:following]) for (_, end), following in zip(spans, ends, strict=True)]
    for i in range(len(spans) - 2, -1, -1):
        # Of A、B开工 only B stands before the word.
        if own[i] is None and _LISTED.fullmatch(text, spans[i][1], spans[i + 1][0]):
            own[i] = own[i + 1]
    before = text[sentence[0] : spans[0][0]]
    lead = _furthest(before) or _furthest(_previous(text, sentence[0]))
    result = []
    for i, stage in enumerate(own):
        between = text[spans[i - 1][1] : spans[i][0]] if i else ""
        lead = _furthest(between) or lead
        result.append(stage or lead or "unspecified")
    return result


def _previous(text: str, start: int) -> str:
    """The line or sentence before ``start`` where it introduces a list: it ends with a colon, or is a heading."""
    before = text[max(0, start - 60) : start].rstrip()
    line = re.split(r"[。！？\n]", before)[-1]
    return line if line.endswith(("：", ":")) or 0 < len(line) < 20 else ""


def _furthest(text: str) -> str | None:
    for stage, pattern in _STAGES.items():
        for match in pattern.finditer(text):
            if not _HOPED.search(text[: match.start()]):
                return stage
    return None


def measure(text: str, start: int, end: int, plan: bool) -> Mapping[str, Any]:
    """``category`` and ``planned`` of the measure at ``[start, end)`` of a repaired text.

    Args:
        plan: whether the whole report is a plan, so that its measures need no word that says so.
    """
    words_in = text[start:end]
    # The object's last words decide more often than its first, so the list with the latest word wins.
    found = [
        (max(m.end() for m in pattern.finditer(words_in)), name)
        for name, pattern in _CATEGORIES.items()
        if pattern.search(words_in)
    ]
    category = max(found)[1] if found else "mechanism"
    planned = plan or bool(_PLAN.search(_back_to(text, start, "。；;！？\n")))
    return {"category": category, "planned": True} if planned else {"category": category}


_PLAN_TITLE = re.compile(
    r"(?:实施方案|工作方案|行动方案|工作要点|行动计划|工作计划|工作安排|实施意见)"
)


def is_plan(text: str) -> bool:
    """Whether a report is a plan document by its title, whose measures are planned without a word that says so."""
    return bool(_PLAN_TITLE.search(text[:80].split("\n")[0]))
