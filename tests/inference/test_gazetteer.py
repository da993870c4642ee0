"""The gazetteer knows divisions by their full, short and former names."""

import pytest

from inference.gazetteer import divisions, find_divisions


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("内蒙古自治区", "150000"), ("内蒙古", "150000"),
        ("通辽市", "150500"), ("通辽", "150500"), ("库伦旗", "150524"),
        ("临平区", "330113"), ("莱芜市", "371200"), ("上饶县", "361121"),
        ("崇明县", "310230"), ("仙桃市", "429004"),
        ("吉林", "220000"), ("锡林郭勒盟", "152500"), ("锡林郭勒", "152500"),
        ("黔东南", "522600"), ("重庆", "500000"),
    ],
)  # fmt: skip
def test_names(name: str, code: str) -> None:
    assert [division.code for division in divisions()[name]] == [code]


def test_levels_above_are_named_in_full() -> None:
    [banner] = divisions()["库伦旗"]
    assert (banner.province, banner.city, banner.county) == ("内蒙古自治区", "通辽市", "库伦旗")
    assert banner.level == 3
    [city] = divisions()["通辽市"]
    assert banner.within(city)
    assert not city.within(banner)


def test_a_shared_name_has_all_its_bearers() -> None:
    assert {division.city for division in divisions()["鼓楼区"]} >= {
        "南京市",
        "徐州市",
        "福州市",
        "开封市",
    }


@pytest.mark.parametrize("word", ["朝阳产业", "平安建设", "长治久安", "大理石", "和平发展", "东方"])
def test_common_words_are_no_places(word: str) -> None:
    assert list(find_divisions(word)) == []


def test_the_longest_name_at_each_place_is_found() -> None:
    text = "在内蒙古自治区通辽市科尔沁左翼中旗"
    assert [text[start:end] for start, end, _ in find_divisions(text)] == [
        "内蒙古自治区",
        "通辽市",
        "科尔沁左翼中旗",
    ]
