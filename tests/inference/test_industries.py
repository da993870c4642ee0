"""The industry that a project's name makes plain."""

import pytest

from inference.industries import industry_of


@pytest.mark.parametrize(
    ("name", "industry"),
    [
        ("海泰风电装备制造基地", "装备制造"),
        ("云山300MW风电场", "新能源"),
        ("年产3万吨电池壳项目", "新能源"),
        ("数字医疗创新港", "医药健康"),
        ("农产品冷链物流园", "商贸物流"),
        ("LNG加注站", "能源电力"),
        ("一号综合楼", None),
        ("扶贫车间", None),  # what it is for is no industry
    ],
)
def test_the_last_telling_word_decides(name: str, industry: str | None) -> None:
    assert industry_of(name) == industry
