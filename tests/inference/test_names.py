"""Project names are reduced to what tells them apart."""

import pytest

from inference.names import abbreviates, kernel, normalise


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("云山储能项目", "云山储能"),
        ("云山储能建设项目", "云山储能工程"),
        ("“云山”ＬＮＧ储能项目", "云山lng储能"),
        ("云山储能一期项目", "云山储能项目1期"),
        ("云山（通辽）储能项目", "云山(通辽)储能"),
    ],
)
def test_same(left: str, right: str) -> None:
    assert normalise(left) == normalise(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("云山储能一期", "云山储能二期"),
        ("云山储能一期", "云山储能"),
        ("年产3万吨电池壳", "年产5万吨电池壳"),
        ("云山储能", "云山储气"),
    ],
)
def test_different(left: str, right: str) -> None:
    assert normalise(left) != normalise(right)


def test_a_name_that_is_all_ending_keeps_it() -> None:
    assert normalise("建设工程项目").core == "建设工程项目"


def test_abbreviation_keeps_the_order() -> None:
    assert abbreviates("云山风机基地", "云山风机整机装备制造基地")
    assert not abbreviates("风机云山基地", "云山风机整机装备制造基地")


def test_the_kernel_leaves_the_words_for_the_works() -> None:
    assert kernel("云山风机叶片智能制造基地") == kernel("云山风机叶片生产线") == "云山风机叶片"
    assert kernel("智能工厂") == "智能工厂"
