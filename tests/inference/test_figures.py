"""Spans of money in text: all of them, with the contract's boundaries, and nothing else."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.figures import find_amounts

MARKED = [
    "罚款⟦十万元⟧，借款⟦十多亿元⟧，百万元产值",
    "总投资⟦12亿元⟧的风机叶片项目开工",
    "引进外资⟦6000万美元⟧，折合人民币约⟦4.3亿元⟧",
    "新签约⟦千万元⟧以上项目25个，⟦亿元⟧以上项目3个，⟦十亿元⟧级项目1个",
    "力争引进超⟦百亿元⟧项目1个",
    "固定资产投资⟦1.85亿⟧，占地120亩",
    "项目投资⟦3.5至5亿元⟧，年产值⟦30多亿元⟧，税收⟦数千万元⟧",
    "亩均投资强度达到⟦300万元/亩⟧以上",
    "投資⟦20.5億元⟧的儲能項目",
    "计划总投资⟦十五亿人民币⟧",
    "注册资本⟦US$500万⟧",
    "签约额⟦1,861.44亿元⟧;到位资金⟦298亿元⟧",
    "完成投资⟦3亿5000万元⟧左右",
    "引资⟦18.6亿元⟧人民币，折合⟦2亿零500万美元⟧",
    "投资由⟦3亿元⟧到⟦12亿元⟧不等，投资⟦3到12亿元⟧",
    "有3个⟦亿元⟧以上项目，引进一个⟦亿元⟧项目",
    "营收⟦70亿⟧ 净利润微增，均价⟦28.36元/公斤⟧，租金⟦5元/平方米·月⟧起",
    "补助⟦1.5万元/亩至3万元/亩⟧，总投资⟦63亿元⟧ 至2018年底完成",
    "投资分别为⟦7亿元⟧、⟦1.2亿⟧、⟦6700万⟧，按每⟦亿元⟧奖励⟦10万元⟧",
    "三年投入⟦1.2万亿元⟧",
    "总投资分别为⟦3亿⟧、⟦5亿元⟧",
    "年产值超⟦百亿⟧，税收过⟦千万元⟧，总投资⟦2000万⟧建设厂房",
    "引进⟦亿元⟧工业大项目3个，打造⟦百亿元⟧产业集群",
    "投资建设2000万吨码头，投资强度，签约百亿，投资3亿立方米气田",
    "年产80万吨电池箔，装机160万千瓦，惠及3亿人次，签约568个，增长159.4%",
    "到位资金亿元，X亿元，某万元，××亿元",
    "三元材料、多元发展、元旦、二元结构、2023元月、3元素",
    "单位：万元，万元GDP能耗下降",
    "第3亿元产值大厦",
    "一个半小时，五百米，三千人，百亿参数，千万级像素",
]


@pytest.mark.parametrize("marked", MARKED)
def test_finds_each_figure_with_its_boundaries(marked: str) -> None:
    text = marked.replace("⟦", "").replace("⟧", "")
    found = [text[start:end] for start, end in find_amounts(text)]
    assert found == re.findall("⟦(.*?)⟧", marked)


@settings(deadline=None)
@given(
    st.text(alphabet="约投资额〇一二十百千万亿多余几数0123456789.,-至元美$以上X的 \n", max_size=40)
)
def test_spans_are_in_order_inside_the_text_and_apart(text: str) -> None:
    last = 0
    for start, end in find_amounts(text):
        assert last <= start < end <= len(text)
        last = end


@pytest.mark.parametrize(
    "hostile", ["1,111" * 20_000, "一" * 100_000, "亿" * 100_000, "3至" * 50_000, "1 " * 50_000]
)
def test_hostile_text_takes_linear_time(hostile: str) -> None:
    before = time.perf_counter()
    list(find_amounts(hostile))
    assert time.perf_counter() - before < 60
