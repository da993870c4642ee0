"""The company that a sentence gives for a project: kept to what a plain pattern can see."""

from __future__ import annotations

import re

_ENDING = r"(?:有限责任公司|股份有限公司|有限公司|集团公司|集团|股份公司|股份|公司)"
# A name ends at a mark, a particle or a verb; brackets may hold a place:
# 中科悦达（上海）材料科技有限公司.
_NAME = re.compile(
    rf"(?:[A-Za-z0-9&]|[\u4e00-\u9fff]|[（(][\u4e00-\u9fff]{{2,6}}[）)]){{2,24}}?{_ENDING}"
)
_OPENING = re.compile(
    r".*(?:由|与|和|及|在|为|是|的|到|向|被|将|让|把|对|从|引进|引入|走访|考察|拜访|对接|签约|落户|投资方|包括"
    r"|见证|联合|携手|邀请|推动|促成|成功|企业|今年|其中|总部|亿元|万元|一家|两家|[家个名]|来自)"
)
_REFERENCE = re.compile(
    r"^(?:该|本|我|此|各|多家|子|分|总|母|上市|央企|大型|知名|龙头|国有|外资|民营|等|平台)?"
    + _ENDING
    + "$"
)
_REACH = 60


def organisation_of(name: str, sentence: str = "", start: int = 0) -> str | None:
    """The company behind a project: the one its name begins with, else the nearest before it.

    Args:
        name: the project's name.
        sentence, start: its sentence (clean text) and where in it the name begins. A company in the
            same clause or the one before it is taken, unless a list (、) or a 。 or ； divides
            them.
    """
    prefix = _NAME.match(name)
    if prefix and prefix.end() < len(name) and not _REFERENCE.match(prefix[0]):
        return prefix[0]
    before = re.split(r"[。；;、]", sentence[:start])[-1]
    near = before[-_REACH:] if before.count("，") < 2 else "，".join(before.split("，")[-2:])
    for match in reversed(list(_NAME.finditer(near))):
        company = _OPENING.sub("", match[0])
        if len(company) > 3 and not _REFERENCE.match(company):
            return company
    return None
