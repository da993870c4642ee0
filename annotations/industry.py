"""The industry that a report is about, for counting; and the words that show industries (``industries.toml``)."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import cache
from importlib import resources

from opencc import OpenCC

from annotations.document import Document

#: Where the words of no class, or too few, are found.
UNKNOWN = "unknown"
#: Of many industries, none of which stands out.
MIXED = "综合"
#: What a report may be about and a project is not in.
NO_INDUSTRY = ("公共事务", MIXED)
#: What a class needs in a report that states no industry: this many words, and this share of all that were found.
LEAST, SHARE = 2, 0.35
#: A word in the title counts as this many in the text.
TITLE = 3

_BREAK = re.compile(r"[、，,；;与和及（）()]")
Table = tuple[dict[str, str], re.Pattern[str]]


@cache
def table(*keys: str) -> Table:
    """Word (in lower case) → class, and a pattern of all words, the longest first; ``keys`` are the lists to take."""
    text = resources.files("annotations").joinpath("industries.toml").read_text(encoding="utf-8")
    entries = tomllib.loads(text).items()
    classes = {w.lower(): name for name, lists in entries for key in keys for w in lists[key]}
    words = sorted(classes, key=lambda word: (-len(word), word))
    return classes, re.compile("|".join(map(re.escape, words)))


@cache
def _simplified() -> OpenCC:
    return OpenCC("t2s")


def _plain(text: str) -> str:
    return _simplified().convert(text.encode("utf-8", "replace").decode()).lower()


def classes() -> list[str]:
    """All that `industry_of` can answer but `UNKNOWN`, in the table's order."""
    return list(dict.fromkeys(table("words", "names", "stated")[0].values()))


def of_name(name: str) -> str | None:
    """The class of an industry's name, e.g. 食品 for ``农产品加工、纺织``; None where no word of the table is in it.

    Of a list the first counts; in it the word that ends last (the head of a Chinese name stands last), of
    two that end together the longer.
    """
    known = table("words", "names", "stated")[0]
    for part in _BREAK.split(_plain(name)):
        found = [(part.rfind(word) + len(word), len(word), word) for word in known if word in part]
        if found:
            return known[max(found)[2]]
    return None


def of_report(document: Document) -> str | None:
    """The class whose words are the most in a report; its title weighs more, and its projects' names tell theirs.

    `MIXED` where no class has a good share of them; None where there are too few words.
    """
    known, pattern = table("words")
    plain = _plain(document.text.lstrip())
    hits = Counter(known[word] for word in pattern.findall(plain))
    for word in pattern.findall(plain.partition("\n")[0]):
        hits[known[word]] += TITLE - 1
    names = (document.text[s.start : s.end] for s in document.spans if s.label == "PROJECT")
    hits.update(filter(None, map(of_name, names)))
    if hits.total() < LEAST:
        return None
    # Of equals the first in the table, whatever order the text has.
    order = classes()
    best, count = max(hits.items(), key=lambda item: (item[1], -order.index(item[0])))
    return best if count >= max(LEAST, SHARE * hits.total()) else MIXED


def industry_of(document: Document) -> str:
    """The class of a report: by ``industry`` of its ``meta`` where that says one, else by its text."""
    stated = document.meta.get("industry")
    found = of_name(stated) if isinstance(stated, str) else None
    return found or of_report(document) or UNKNOWN
