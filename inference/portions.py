"""Which portion of its project a sum pays for: 一期投资9.5亿元 is no second total beside 总投资23亿元."""

from __future__ import annotations

import re

#: The portion of a sum that a later one replaces: the 14亿元 of 由14亿元增至18.5亿元.
FORMER = "原"
#: What is spent on top of what was agreed before: 再投资2亿元, 增资600万美元.
ADDED = "新增"
#: The plan or the spending of a year or of some months of it.
YEARLY = "年度"
#: A part without a name of its own.
UNNAMED = "其中"

_NUMERALS = "一二三四五六七八九"
_CLAUSE = re.compile(r"[，,。；;：:（(、！？!?\s]")
# 分三期投资9亿元 names the whole.
_PHASE = re.compile(rf"(?<!分)第?([{_NUMERALS}]|[1-9]|首)[期批]|(起步区|启动区)")
_KIND = re.compile(r"(设备|固定资产|流动资金|土建|建安|厂房|车间|基础设施|征地)(?:[^\d]{0,6})$")
_SOURCE = re.compile(
    r"(自筹|专项债券?|专项资金|协作资金|财政资金|配套资金|补助资金|贷款)(?:[^\d]{0,4})$"
)
_WHOLE = re.compile(r"总投|投资总|总额|总规模")
_THIS_YEAR = r"年度|年内|[今本当]年"
_YEAR = re.compile(
    rf"(?:{_THIS_YEAR}|[明去]年|[上下]半年|\d年|[{_NUMERALS}\d]季度|\d月)"
    r"(?:[^\d]{0,6}(?:计划|拟|预计|完成|投入|到位|再投)|(?:分别)?投资$)"
)
# 截至5月底累计投资 is all of it so far.
_SO_FAR = re.compile(r"累计|截[至止]|已投")
_ADDED = re.compile(r"(?:再|新增|追加|增加)(?:计划)?投[资入]?[^\d]{0,4}$|(?:增资|追加|新增)$")
_OF_WHICH = re.compile(r"^\s*(?:其中(?!前|后者)|光是?)")
_OF_WHICH_BEFORE = re.compile(r"其中[^，,。；;：:]*[，,]投资[^，,。；;：:]*$")
_CHANGE = (
    r"(?:增加?|加|追加|提高|加码|上调|调整|调增|扩大|提升|增资|变更|调减|压减|减少?)(?:到|至|为)"
)
_OUT_OF = re.compile(r"[由从](?:最初|当初|原来|起初|原先)?的?$")
_REPLACED = re.compile(rf"[^\d，,。；;]{{0,2}}{_CHANGE}")


def portion_of(before: str, after: str = "") -> str | None:
    """The portion that the words around a sum name, or None when it is the whole.

    Args:
        before: clean text up to the sum, from the end of the name of the last project before it, or
            from the start of the sentence: a name's own 二期 or 设备 narrows nothing.
        after: what follows the sum.

    Returns:
        `一期`, `二期` … (`首期` is `一期`), the kind of cost (`设备`, `固定资产`), who pays (`自筹`,
        `专项债`), one of this module's names, or None.
    """
    if _OUT_OF.search(before) and _REPLACED.match(after):
        return FORMER
    # The fields of a list: 年度投资：5亿元.
    clause = _CLAUSE.split(before.rstrip("：: "))[-1]
    if phases := _PHASE.findall(clause):
        number, area = phases[-1]
        if number.isdecimal():
            number = _NUMERALS[int(number) - 1]
        return area or ("一" if number == "首" else number) + "期"
    if kind := _KIND.search(clause) or _SOURCE.search(clause):
        return kind[1]
    # 其中首期含民宿和码头，投资2亿元
    if clause.startswith("投资") and _OF_WHICH_BEFORE.search(before):
        return UNNAMED
    if _WHOLE.search(clause):
        return None
    if _YEAR.search(clause) and (not _SO_FAR.search(clause) or re.search(_THIS_YEAR, clause)):
        return YEARLY
    if _ADDED.search(clause):
        return ADDED
    return UNNAMED if _OF_WHICH.search(clause) else None
