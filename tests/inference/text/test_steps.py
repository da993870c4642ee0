"""The small steps: markup, controls, widths, marks, doubled marks, spaces, variants, boilerplate."""

from __future__ import annotations

import re

import pytest

from inference.text import STEPS, boilerplate, variants
from inference.text.characters import character_class
from inference.text.edits import apply


@pytest.mark.parametrize(
    ("step", "damaged", "expected"),
    [
        ("markup", "总<b>投资</b>185亿元", "总投资185亿元"),
        ("markup", '<span style="a:b">项目</span>', "项目"),
        ("markup", "一<br/>二</p>三", "一\n二\n三"),
        ("markup", "一<!-- x -->二", "一二"),
        ("markup", "&ldquo;四新&rdquo;&nbsp;&#39033;&#x76EE;", "“四新”\xa0项目"),
        ("markup", "a&nbsp b", "a\xa0 b"),
        ("markup", "一&amp;nbsp;二&amp;amp;ldquo;三", "一\xa0二“三"),
        ("markup", "甲&amp;乙&amp;nbsp 丙&amp;lang=1", "甲&乙\xa0 丙&lang=1"),
        ("controls", "招\u200b商\ufeff引\u00ad资\x00", "招商引资"),
        ("controls", "一\r\n二\r三\u2028四\u200b\r\n", "一\n二\n三\n四\n"),
        ("widths", "１８５．５亿元ＧＤＰ８６％", "185.5亿元GDP86%"),
        ("widths", "「双招双引」﹐︵试行︶", "“双招双引”,(试行)"),
        ("widths", "招\u3000商", "招 商"),
        ("marks", "签约,总投资2,066.95亿元;落地", "签约，总投资2,066.95亿元；落地"),
        ("marks", "159.4%,总签约额86%,GDP", "159.4%，总签约额86%，GDP"),
        ("marks", "全市国内(区外)项目(km)长", "全市国内（区外）项目（km）长"),
        ("marks", '推进"双招双引"工作', "推进“双招双引”工作"),
        ("marks", "项目落地.\n第二段", "项目落地。\n第二段"),
        ("doubled", "项目，，落地，。签约；；", "项目，落地。签约；"),
        ("spaces", "总投资 185 亿元，占地 700 亩。", "总投资185亿元，占地700亩。"),
        ("spaces", "招 商 引 资，落地 见效。", "招商引资，落地见效。"),
        ("spaces", "总投资18 5亿元", "总投资185亿元"),
        ("spaces", "见效，落地。（ 王仙丽 张俪 ）", "见效，落地。（王仙丽 张俪）"),
        ("spaces", "签约额1861 .44亿元和1861. 44亿元", "签约额1861.44亿元和1861.44亿元"),
        ("spaces", "通 知 书\n", "通知书\n"),
        ("spaces", "　 段首\n".replace("\u3000", " "), "段首\n"),
        ("variants", "總投資項目，乾燥設備，衞生，秦皇島", "总投资项目，干燥设备，卫生，秦皇岛"),
        (
            "variants",
            "隨著項目推進，原著與顯著成效，沿著產業鏈",
            "随着项目推进，原著与显著成效，沿着产业链",
        ),
        ("variants", "赴陜西考察", "赴陕西考察"),
        ("variants", "\u2f24\uf9e1", "大李"),
    ],
)
def test_what_a_step_mends(step: str, damaged: str, expected: str) -> None:
    assert apply(damaged, STEPS[step](damaged))[0] == expected


@pytest.mark.parametrize(
    ("step", "text"),
    [
        ("markup", "a < b 且 c > d，R&D投入，AT&T;公司"),
        ("markup", "《<办法>》"),
        ("controls", "第一行\n\t第二行"),
        ("widths", "①㎡½℃Ⅱ期，：；（）！？～￥"),
        ("marks", "1,861.44 a, b; 17:59 (km) don't http://a.cn/x,y?z=1"),
        ("marks", "2022,2023"),
        ("marks", "一.总体要求"),
        ("doubled", "等等……——！！？！。。。"),
        ("spaces", "引来源头活水 积蓄发展动能"),
        ("spaces", "（记者 郭洪申 薛一群）落地，见效。"),
        ("spaces", "见效，（王仙丽 张俪）"),
        ("spaces", "2023 185"),
        ("spaces", "hello world"),
        ("variants", "乾县推进覆盖，象征与羽徵，於姓，著名"),
        ("variants", "蕞终"),
    ],
)
def test_what_a_step_leaves_alone(step: str, text: str) -> None:
    assert STEPS[step](text) == []


@pytest.mark.parametrize("text", ["\ud800項目", "項\udfff", "😀項目 資料"])
def test_variants_keep_what_cannot_be_encoded(text: str) -> None:
    plain = variants.simplify(text)
    assert len(plain) == len(text)
    assert "項" not in plain
    assert [c for c in plain if c > "\uffff" or "\ud800" <= c < "\ue000"] == [
        c for c in text if c > "\uffff" or "\ud800" <= c < "\ue000"
    ]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("正文。\n责任编辑：王某\n", ["责任编辑：王某"]),
        ("正文。\n版权声明：本文由某网发布", ["版权声明：本文由某网发布"]),
        ("正文https://a.cn/b/c.png（资料图）正文", ["https://a.cn/b/c.png"]),
        ("正文。（记者 张某某）", ["（记者 张某某）"]),
        ("页：\n[1]\n", ["页：", "[1]"]),
        ("蒙ICP备16001043号-1", ["ICP备16001043号-1"]),
        ("总投资185亿元的项目落户开发区。", []),
        ("来自东营的编辑说，项目在首页展示。", []),
        ("上文\n— 3 —\n- 3 -\n－12－\n— 4\n下文", ["— 3 —", "- 3 -", "－12－"]),
        ("同比增长3%—5%。\n- 3 - 项\n—3—4—", []),
        ("打印\n打印本页 关闭窗口\n[打印] [关闭]", ["打印", "打印本页 关闭窗口", "[打印] [关闭]"]),
        ("打印机项目落户开发区。\n打印耗材产业园开工。\n打印设备", []),
        ("记者：张三 李四\n记者：张三 编辑：王五", ["记者：张三 李四", "记者：张三 编辑：王五"]),
        ("记者 张三 通讯员：李四\n【记者：张三】", ["【记者：张三】"]),
        ("记者：今年招商引资的目标是什么？\n局长：全年签约500亿元。", []),
        ("记者：请您介绍一下招商引资的情况", []),
    ],
)
def test_boilerplate_is_marked(text: str, marked: list[str]) -> None:
    assert [text[start:end] for start, end in boilerplate.mark(text)] == marked


@pytest.mark.parametrize(
    "codes", [[97], [97, 98, 99, 0x4E00], [45, 93, 94, 92], [0x1D7D8, 0x1D7D9]]
)
def test_a_class_matches_its_characters_and_no_neighbour(codes: list[int]) -> None:
    pattern = re.compile(character_class(codes))
    assert all(pattern.fullmatch(chr(code)) for code in codes)
    near = {code + step for code in codes for step in (-1, 1)} - set(codes)
    assert not any(pattern.fullmatch(chr(code)) for code in near)
