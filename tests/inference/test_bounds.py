"""Qualifiers before and after a figure bound it; the nearer one holds."""

import pytest

from inference.bounds import read_bound


@pytest.mark.parametrize(
    ("before", "after", "bound"),
    [
        ("总投资", "的项目", "exact"),
        ("总投资约", "", "about"),
        ("总投资近", "", "about"),
        ("总投资", "左右", "about"),
        ("总投资超", "", "more_than"),
        ("总投资超过了", "", "more_than"),
        ("产值突破", "大关", "more_than"),
        ("投资强度不低于", "", "at_least"),
        ("不得少于人民币", "", "at_least"),
        ("力争达到", "以上", "at_least"),
        ("投资额", "（含）以上的项目", "at_least"),
        ("投资额", "及以上的项目", "at_least"),
        ("累计不超过", "", "at_most"),
        ("最高给予", "奖励", "at_most"),
        ("给予", "以内的补助", "at_most"),
        ("投资不足", "", "less_than"),
        ("低于", "", "less_than"),
        ("新签约", "以上项目", "at_least"),
        ("节约", "", "exact"),
        ("审议通过", "基金方案", "exact"),
        ("附近", "", "exact"),
        ("未超过", "", "at_most"),
        ("资金", "有余", "more_than"),
        ("资金", "上下", "about"),
        ("资金", "封顶", "at_most"),
        ("资金", "起，", "at_least"),
        ("约为", "以上", "at_least"),
        ("超", "以上", "more_than"),
        ("产值约9亿元、税收", "", "exact"),
        ("首付", "起的优惠", "at_least"),
        ("最高限价", "", "exact"),
    ],
)
def test_bounds(before: str, after: str, bound: str) -> None:
    assert read_bound(before, after) == bound


def test_a_unit_alone_after_shang_is_at_least_it() -> None:
    assert read_bound("投资上", "", bare=True) == "at_least"
    assert read_bound("投资上", "") == "exact"
