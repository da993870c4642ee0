import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations import leakage, splits, store
from annotations.document import Document, Sentence, Span


def _report(name: str, *sentences: str, projects: tuple[str, ...] = ()) -> Document:
    text = "\n".join(sentences)
    places, at = [], 0
    for sentence in sentences:
        places.append(Sentence(at, at + len(sentence)))
        at += len(sentence) + 1
    spans = [Span(text.index(p), text.index(p) + len(p), "PROJECT") for p in projects]
    return Document(name, text, sentences=places, spans=spans)


LONG = "今年上半年全县共引进各类项目三十二个，比去年同期多出七个。"


@pytest.mark.parametrize(
    ("other", "shared"),
    [
        (LONG, True),
        (LONG.replace("，", ",").replace("。", " ！"), True),  # marks do not count
        ("今年上半年全縣共引進各類項目三十二個，比去年同期多出七個。", True),  # nor does script
        ("据商务局介绍，" + LONG + "其中外资项目三个，内资项目二十九个，均已开工。", True),
        (LONG.replace("七个", "九个"), True),
        (LONG.replace("三十二", "四十五"), False),  # half of the grams are new
        ("去年下半年全市共引进各类项目三十二个。", False),
        ("全县上半年旅游收入增长较快，过夜游客人数也比上年有所增加。", False),
    ],
)
def test_near_duplicates(other: str, shared: bool) -> None:
    found = leakage.leaks([_report("a", LONG), _report("b", other)])
    assert [(leak.kind, leak.first, leak.second) for leak in found] == [
        ("sentence", "a", "b")
    ] * shared


def test_short_sentences_and_the_same_report_do_not_count() -> None:
    short = "本报讯（记者李某）近日，县里传来喜讯。"
    assert leakage.leaks([_report("a", short), _report("b", short)]) == []
    assert leakage.leaks([_report("a", LONG, LONG)]) == []


def test_without_sentences_the_text_is_split_at_full_stops() -> None:
    found = leakage.leaks([Document("a", LONG + "又讯。"), Document("b", "前言。" + LONG)])
    assert [leak.overlap for leak in found] == [1.0]


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("远程塔机生产基地项目", "远程塔机生产基地", True),
        ("“远程”塔机生产基地", "遠程塔機生產基地", True),
        ("ＬＮＧ接收站二期工程", "lng接收站二期工程", True),
        ("污水处理厂项目", "污水处理厂建设项目", False),  # five characters without 项目
        ("远程塔机生产基地", "远程塔机研发基地", False),
    ],
)
def test_shared_projects(one: str, other: str, shared: bool) -> None:
    reports = [
        _report("a", one + "开工。", projects=(one,)),
        _report("b", other, projects=(other,)),
    ]
    assert [leak.kind for leak in leakage.leaks(reports)] == ["project"] * shared


def test_between_parts_and_together() -> None:
    a, b, c = _report("a", LONG), _report("b", LONG), _report("c", "前言", LONG)
    assert {(k.first, k.second) for k in leakage.between({"train": [a, b], "test": [c]})} == {
        ("a", "c"),
        ("b", "c"),
    }
    assert leakage.together([a, b, c]) == {("a", "b"), ("a", "c"), ("b", "c")}
    (leak,) = leakage.leaks([a, b])
    assert str(leak).startswith("a and b share 100% of '今年上半年")


@given(st.lists(st.text("招商引资", min_size=20, max_size=40), min_size=2, max_size=6), st.data())
def test_prefix_filtering_loses_no_pair(texts: list[str], data: st.DataObject) -> None:
    """Against the definition: containment of 8-grams, all pairs."""
    # Pieces of each other, so that all degrees of overlap occur.
    cut = data.draw(st.integers(0, 30))
    texts.append((texts[0][:cut] + texts[1])[:60])
    texts = list(dict.fromkeys(texts))
    grams = [{t[i : i + 8] for i in range(len(t) - 7)} for t in texts]
    expected = {
        (str(i), str(j)): len(grams[i] & grams[j]) / min(len(grams[i]), len(grams[j]))
        for i in range(len(texts))
        for j in range(i + 1, len(texts))
    }
    found = leakage.similar_sentences([_report(str(i), t) for i, t in enumerate(texts)])
    assert {(k.first, k.second): k.overlap for k in found} == pytest.approx(
        {pair: overlap for pair, overlap in expected.items() if overlap >= leakage.THRESHOLD}
    )


def test_four_thousand_sentences_take_seconds() -> None:
    import random

    draw = random.Random(5)
    words = ["招商", "引资", "项目", "全县", "亿元", "开工", "签约", "工业园区", "领导小组", "服务"]
    reports = [
        _report(f"r{i}", *("".join(draw.choices(words, k=20)) for _ in range(20)))
        for i in range(200)
    ]
    start = time.process_time()
    leakage.leaks(reports)
    assert time.process_time() - start < 60


def test_the_corpus_does_not_leak() -> None:
    """No near-duplicate sentence and no project name is shared by two parts of the frozen splits."""
    listed = splits.load()
    reports = store.load(*sorted(splits.DEFAULT_PATH.parent.glob("*.jsonl")))
    parts: dict[str, list[Document]] = {part: [] for part in splits.PARTS}
    for report in reports:
        if report.id in listed:
            parts[listed[report.id]].append(report)
    assert list(map(str, leakage.between(parts))) == []
