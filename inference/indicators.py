"""Totals that a report states: counts (`签约项目192个`) and sums (`到位资金298亿元`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from inference.figures import FIGURE
from inference.numerals import ARABIC, fold, read_number

_UNIT = r"(?P<unit>批次|人次|个|家|项|次|场|批|户)"
_NUMBER = rf"(?:约|近|超过|超|逾|达到|达|为|了)?(?P<number>{ARABIC})(?:余|多)?"
_COUNTED = r"(?:项目|企业|客商|活动|协议|合同|公司|机构)"
_PHRASE = r"[\u4e00-\u9fff“”\d.]"
_DONE = (
    r"新?(?:签约|签订|引进|引入|招引|落地|落户|入驻|注册|开工|新建|续建|在建|复工|竣工|建成|投产|达产"
    r"|储备|在谈|洽谈)"
)
_COUNTS = (
    # 新引进192个项目
    re.compile(
        rf"(?P<verb>{_DONE})(?:建设|各类)?{_NUMBER}{_UNIT}(?P<noun>{_PHRASE}{{0,14}}?{_COUNTED})"
    ),
    # 14个重大项目现场签约
    re.compile(
        rf"{_NUMBER}{_UNIT}(?P<noun>{_PHRASE}{{0,14}}?{_COUNTED})"
        rf"(?:在会上|现场|集中|成功|顺利|正式|已)*(?P<verb>{_DONE})"
    ),
    # 新签约千万元以上项目568个
    re.compile(
        rf"(?P<noun>{_PHRASE}{{0,24}}?{_COUNTED})(?:总数|数量|数|累计|合计|共计|已|共)*{_NUMBER}{_UNIT}(?P<verb>)"
    ),
)
_SIZE_CLASS = re.compile(rf"(?:单体)?(?:总?投资额?)?{FIGURE.pattern}(?:及以上|以上|以下)")

_SUM_HEADS = (
    "总投资额?", "投资总?额", "投资", "总?签约额", "签约(?:总额|金额)",
    "协议(?:总投资|投资|资金|引资)?(?:总额|额)?",
    "合同(?:总投资|投资|金额|资金|外资|引资)?(?:总额|额)?",
    "到位(?:资金|内资|外资|金额)", "利用(?:外资|内资|资金)", "[省境国区市县]外资金", "引资总?额",
    "引进资金", "[内外]资", "产值", "增加值", "收入", "税收", "利税", "利润",
    "进出口总?额?", "生产总值", "GDP", "资金", "总额", "金额",
)  # fmt: skip
_SUM = re.compile(
    rf"(?P<metric>[\u4e00-\u9fff“”]{{0,16}}?(?P<head>{'|'.join(_SUM_HEADS)}))"
    r"(?:合计|总计|共计|累计|分别|已|共|约|达到|达|为|是|了|将近|近|超过|超|逾|突破|完成|实现|人民币|[：:\s])*$"
)
_QUALIFIED = re.compile(r"(?:及以上|以上|左右|人民币)?的(?!\d)")
#: What goes before a metric and is no part of it: time, region, verbs of achieving.
_LEAD = re.compile(
    r".*(?:以来|截至|季度|上半年|下半年|全年|去年|今年|上年|[\d年月]份|月底|年底|\d[年月]|[我全本该][省市县区旗州盟]"
    r"|其中|目前|累计|共计|合计|总计|先后|成功|实现|完成|达成|共|已)"
)
_MOST_WORDS = 12
_CHANGE = re.compile(
    r"(?:及以上|以上|左右)?[，,、；;（(\s]*(?:分别)?(?:[同环]比|[比较与](?:上年|去年|同期|上年同期|去年同期)(?:相比)?)?净?"
    r"(?P<sign>增长|增加|上升|提高|提升|增幅|增|下降|减少|回落|降低|降)(?:了|达到|达|为|约|幅度)*"
    r"(?P<number>\d+(?:\.\d+)?)(?P<measure>%|倍|个百分点)"
)
_FALLS = frozenset(("下降", "减少", "回落", "降低", "降"))
_TOTALS = frozenset(("investment", "contract", "received", "output"))
_BARE = frozenset(("项目", "企业", "活动", "协议", "合同", "公司", "机构"))


@dataclass(frozen=True, slots=True)
class Stated:
    """A total at `[start, end)` of a sentence; see `inference.records.IndicatorEntry` for the rest.

    `amount` is the position in the list of sums given to `find_indicators`; None for a count.
    """

    start: int
    end: int
    metric: str
    count: Decimal | None = None
    unit: str | None = None
    amount: int | None = None
    change: Decimal | None = None
    scope: str | None = None


def find_indicators(sentence: str, sums: Sequence[tuple[int, int, str]]) -> Iterator[Stated]:
    """Totals stated in a clean sentence, in order.

    Args:
        sentence: the text.
        sums: the sums of money in it that are given to no project: start, end, role; in order. Size
            classes (role `threshold`) narrow a count and are no totals.
    """
    folded = fold(sentence)
    counts = list(_counts(folded))
    starts = {stated.start: stated for stated in counts}
    counted: Stated | None = None
    for stated in sorted([*counts, *_sums(folded, sums)], key=lambda item: item.start):
        if stated.count is not None:
            counted = stated
        elif of_what := starts.get(
            stated.end + 1 if folded[stated.end : stated.end + 1] == "的" else -1
        ):
            # 总投资116亿元的14个重大项目
            stated = replace(stated, scope=of_what.metric)
        elif counted and not re.search(r"[；;。]", folded[counted.end : stated.start]):
            # 签约项目192个，总投资2066.95亿元: the sum is of the projects counted before it.
            stated = replace(stated, scope=(counted.scope or "") + counted.metric)
        yield stated


def read_change(text: str, position: int) -> Decimal | None:
    """Growth in per cent right after a position (`，同比增长10.4%` is 10.4); None without one.

    A rise by percentage points is no growth of the figure and is left out.
    """
    match = _CHANGE.match(text, position)
    if not match or match["measure"] == "个百分点":
        return None
    change = Decimal(match["number"]) * (100 if match["measure"] == "倍" else 1)
    return -change if match["sign"] in _FALLS else change


def _counts(text: str) -> Iterator[Stated]:
    taken: set[int] = set()
    for pattern in _COUNTS:
        for match in pattern.finditer(text):
            if match.start("number") in taken:
                continue
            metric, scope = _narrowed(match["noun"])
            metric = match["verb"] + metric
            if metric in _BARE:
                metric = _done_before(text, match.start("noun")) + metric
            if metric in _BARE or len(metric) > _MOST_WORDS:
                continue
            taken.add(match.start("number"))
            yield Stated(
                match.start(),
                match.end(),
                metric,
                count=read_number(match["number"]),
                unit=match["unit"],
                change=read_change(text, match.end()),
                scope=scope,
            )


def _sums(text: str, sums: Sequence[tuple[int, int, str]]) -> Iterator[Stated]:
    for index, (start, end, role) in enumerate(sums):
        match = _SUM.search(text, max(0, start - 30), start) if role in _TOTALS else None
        # 投资100亿元的… is said of a thing, not of a period or place.
        if match is None or _QUALIFIED.match(text, end):
            continue
        metric = _LEAD.sub("", match["metric"])
        opening = text[match.start() - 1 : match.start()]
        if not metric.endswith(match["head"]) or (
            metric == match["metric"] and "\u4e00" <= opening <= "\u9fff"
        ):
            # The words before the head noun go on to the left: they are not its name.
            metric = match["head"]
        yield Stated(match.start(), end, metric, amount=index, change=read_change(text, end))


def _narrowed(phrase: str) -> tuple[str, str | None]:
    """A counted phrase without its size class (`新签约千万元以上项目`), and that class."""
    scope = None
    if size := _SIZE_CLASS.search(phrase):
        scope = size[0]
        phrase = phrase[: size.start()] + phrase[size.end() :]
    # A list of names ends in 等: 签约A、B等项目110多个 counts projects signed.
    return _LEAD.sub("", phrase.rsplit("等", 1)[-1]), scope


def _done_before(text: str, position: int) -> str:
    """The verb of the clause that a counted noun stands in: 签约 in `成功签约A、B等项目110多个`."""
    clause = re.split(r"[，。；,;]", text[:position])[-1]
    verbs = re.findall(_DONE, clause)
    return verbs[0] if verbs else ""
