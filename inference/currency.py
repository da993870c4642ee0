"""Names and signs of currencies, and the units that money is counted per (package data)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib import resources

DEFAULT = "CNY"
_TABLE = tomllib.loads(
    resources.files("inference").joinpath("currencies.toml").read_text(encoding="utf-8")
)
#: ISO 4217 code of each word that stands after (or before) a figure, and of each sign before it.
WORDS: dict[str, str] = {word: code for code, row in _TABLE.items() for word in row["words"]}
SIGNS: dict[str, str] = {sign: code for code, row in _TABLE.items() for sign in row["signs"]}

#: What money is counted per: `810万元/亩`, `3元/千瓦时`.
PER_UNITS = (
    "平方公里", "平方米", "立方米", "千瓦时", "公斤", "平米", "公顷", "公里", "千瓦", "兆瓦", "工作日",
    "小时", "亩", "㎡", "斤", "股", "镇", "吨", "度", "人", "户", "家", "年", "月", "天", "日", "次", "个", "台",
    "套", "辆", "件", "间", "床", "瓦", "米",
)  # fmt: skip


def alternatives(words: Iterable[str]) -> str:
    """A regular expression for any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
