"""The words around a sum tell whether it pays for a whole project or for a part."""

import pytest

from annotations.formats.inline import loads
from inference.ledger import build
from inference.portions import portion_of


@pytest.mark.parametrize(
    ("before", "after", "part"),
    [
        ("总投资", "", None),
        ("，总投资120亿元，一期投资", "，拟建机柜", "一期"),
        ("，总投资25亿元，首期", "。", "一期"),
        ("，其中第2期计划投资", "", "二期"),
        ("落户,首期投入8000万元,二期再投", "", "二期"),
        ("将分三期投资", "", None),
        ("，起步区投资", "", "起步区"),
        ("，其中设备投资", "。", "设备"),
        ("园区投资5.8亿元，光设备就要花", "", "设备"),
        ("计划总投资2亿元，其中固定资产投资", "", "固定资产"),
        ("智能设备制造业发达，计划投资", "", None),
        ("，年度计划投资", "；", "年度"),
        (" 总投资：18.2亿元 年度投资：", "", "年度"),
        ("，总投资9亿元，今年拟投资", "", "年度"),
        ("，1-9月完成", "", "年度"),
        ("，今年8月签约，总投资", "", None),
        ("今年他在官湖镇投资", "建设", None),
        ("，截至5月底累计投资", "", None),
        ("，年内累计完成投资", "", "年度"),
        ("公司计划再投资", "上马二期", "新增"),
        ("增资", "", "新增"),
        ("项目总投资由", "增至18.5亿元", "原"),
        ("投资从", "加码到1.4亿元", "原"),
        ("项目总投资由14亿元增至", "", None),
        ("由香港一家公司投资", "建设", None),
        ("，投资方已从", "加到1.1亿元", "原"),
        ("，投资从最初的", "增加到4500万元", "原"),
        (" 总投资9800万元 今年计划投资", "", "年度"),
        (" 计划投资 ", "", None),
        ("，政府专项债", "、业主自筹", "专项债"),
        ("，政府专项债1.5亿元、业主自筹", "。", "自筹"),
        ("，计划投资8亿元，其中首期含药膳街、博物馆，投资", "；", "其中"),
        ("，其中一半租给商户，总投资", "；", None),
        ("，其中拟利用外资", "", "其中"),
        (",其中前者计划投资", "", None),
    ],
)
def test_portions(before: str, after: str, part: str | None) -> None:
    assert portion_of(before, after) == part


def test_a_phase_in_the_projects_own_name_narrows_nothing() -> None:
    [document] = loads(
        "=== one\n"
        "[project] ⟦云山储能二期|P signed #1⟧总投资⟦8亿元|A investment >1⟧，"
        "其中设备投资⟦3亿元|A investment >1⟧。\n"
        "[project] ⟦海泰设备基地二期|P signed #1⟧⟦5亿元|A investment >1⟧。"
    )
    parts = [[given.part for given in project.amounts] for project in build([document]).projects]
    assert parts == [[None, "设备"], [None]]
    assert [project.conflicts for project in build([document]).projects] == [(), ()]
