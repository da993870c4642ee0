"""The place of a project, a total and a report."""

import pytest

from inference.places import Place, find_places, place_of, report_place

TONGLIAO = report_place("", "通辽市")


def place(sentence: str, name: str, default: Place | None = TONGLIAO) -> Place | None:
    start = sentence.index(name)
    return place_of(sentence, start, start + len(name), default)


def test_levels_written_together_are_one_mention() -> None:
    [mention] = find_places("项目落户内蒙古自治区通辽市库伦旗")
    assert (mention.text, mention.division.code) == ("内蒙古自治区通辽市库伦旗", "150524")


def test_a_shared_name_is_settled_by_what_stands_before_it_or_by_the_report() -> None:
    assert find_places("鼓楼区")[0].division is None
    assert find_places("南京市鼓楼区")[0].division.code == "320106"
    assert find_places("在南京市，鼓楼区")[1].division.code == "320106"
    assert find_places("鼓楼区", report_place("", "福州市"))[0].division.code == "350102"


def test_the_next_landing_gives_the_place() -> None:
    sentence = (
        "海泰风机基地、云山储能项目落户开发区，北川新材料园入驻库伦旗，"
        "年产3万吨电池壳项目落地霍林郭勒市"
    )
    assert place(sentence, "北川新材料园").county == "库伦旗"
    assert place(sentence, "年产3万吨电池壳项目").county == "霍林郭勒市"
    zone = place(sentence, "海泰风机基地")
    assert (zone.text, zone.city, zone.county, zone.source) == (
        "开发区",
        "通辽市",
        None,
        "sentence",
    )


def test_the_nearest_place_before_counts_inside_its_clause() -> None:
    assert place("奈曼旗引进的云山储能项目开工", "云山储能项目").county == "奈曼旗"
    assert place("项目落户奈曼旗。云山储能项目开工", "云山储能项目").county is None
    assert place("奈曼旗签约5个，全市签约项目20个", "项目20个").county is None


@pytest.mark.parametrize(
    "sentence",
    [
        "赴北京市考察后签约云山储能项目",
        "上海电气集团投资云山储能项目",
        "来自江苏省的企业投资云山储能项目",
    ],
)
def test_visits_and_companies_do_not_place_a_project(sentence: str) -> None:
    assert place(sentence, "云山储能项目") == TONGLIAO


def test_a_report_is_about_the_place_it_names_most() -> None:
    text = "奈曼旗召开招商大会\n奈曼旗赴上海市、江苏省考察。通辽市领导出席。奈曼旗今年签约5个项目。"
    found = report_place(text)
    assert (found.county, found.code, found.source) == ("奈曼旗", "150525", "report")
    assert report_place("今年以来签约5个项目") is None


def test_a_place_unknown_to_the_gazetteer_is_kept_as_written() -> None:
    assert report_place("", "云上新区") == Place("云上新区", source="report")


def test_where_an_investor_comes_from_is_not_where_the_project_is() -> None:
    for origin in ("由无锡客商投资的", "由无锡籍企业家投资的"):
        jiangsu = report_place("", "高邮市")
        assert place(f"其中，{origin}云山路灯项目占地52亩", "云山路灯项目", jiangsu) == jiangsu


def test_a_name_that_begins_with_its_place_is_there() -> None:
    sentence = "库伦旗荞麦食品园已落成，霍林郭勒市高纯铝箔项目正在洽谈，鼓楼区储能项目开工"
    assert place(sentence, "霍林郭勒市高纯铝箔项目").county == "霍林郭勒市"
    assert place("海泰在库伦旗建设南京市储能项目", "南京市储能项目").county == "库伦旗"
