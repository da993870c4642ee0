import pytest

from annotations import industry
from annotations.document import Document, Span


def test_the_table_has_each_word_once_and_classes_of_a_size_to_count() -> None:
    import tomllib
    from importlib import resources

    text = resources.files("annotations").joinpath("industries.toml").read_text(encoding="utf-8")
    entries = tomllib.loads(text)
    words = [w.lower() for lists in entries.values() for words in lists.values() for w in words]
    assert len(words) == len(set(words))
    assert 12 <= len(entries) <= 22
    assert industry.classes() == list(entries)
    assert industry.UNKNOWN not in entries


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("纺织服装", "轻工纺织"),
        ("化工新材料", "新材料"),  # the head of the name stands last
        ("新能源汽车", "汽车"),  # of two that end together the longer
        ("电子信息、精密机械", "电子信息"),  # of a list the first
        ("台资、IT、食品", "电子信息"),  # the first that says something
        ("數據中心", "数字经济"),
        ("政府采购", "公共事务"),
        ("综合", "综合"),
        ("无", None),
        ("", None),
    ],
)
def test_industries_by_name(name: str, expected: str | None) -> None:
    assert industry.of_name(name) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("县里来了光伏企业，风电项目开工。", "新能源"),
        ("消息\n县里来了一家光伏企业。", None),  # one word is no subject
        ("光伏项目开工\n客人看了景区，又看旅游路。", "新能源"),  # the title
        ("客人看了景区，又看旅游路。\n光伏项目开工", "文旅"),
        ("光伏、煤矿、机床、汽车、芯片、化工、石墨各一家，光伏又来一家。", industry.MIXED),
        ("光伏、煤矿、机床各一家。", industry.MIXED),
        ("", None),
        ("半個\ud83d", None),
    ],
)
def test_industries_by_text(text: str, expected: str | None) -> None:
    assert industry.of_report(Document("a", text)) == expected


def test_names_of_projects_tell_their_industry() -> None:
    report = Document("a", "签下年产3万吨砖茶生产线和甘蔗糖厂。")
    assert industry.of_report(report) is None
    report.spans = [Span(2, 12, "PROJECT"), Span(13, 17, "PROJECT")]
    assert industry.of_report(report) == "食品"
    report.spans[0].label = "MEASURE"
    assert industry.of_report(report) is None


def test_what_meta_states_wins_over_the_text() -> None:
    text = "光伏、风电、光伏。"
    assert industry.industry_of(Document("a", text)) == "新能源"
    assert industry.industry_of(Document("a", text, {"industry": "食品"})) == "食品"
    assert industry.industry_of(Document("a", text, {"industry": "无"})) == "新能源"
    assert industry.industry_of(Document("a", "领导来访。", {"industry": 3})) == "unknown"
