"""Characters to model ids: one id per code point, nothing merged, nothing skipped, so offsets are plain indices."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotations.errors import DataError

PAD, UNKNOWN, BEGIN, END, MASK = "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"
SPACE, LINE_BREAK = "▁", "[LF]"
_FULL_WIDTH = range(0xFF01, 0xFF5F)  # full-width forms of ! … ~
_WIDTH_SHIFT = 0xFEE0


class CharVocab:
    """A model's vocabulary, reduced to its single-character tokens.

    Works for the project's own base and for any vocabulary in BERT's format (one token a line, id = line number). A
    character without a token of its own takes that of its half-width form, then of its other case; else it shares
    ``[UNK]``. White space takes ``▁`` (a line break ``[LF]``) where the vocabulary has them.
    """

    def __init__(self, tokens: Iterable[str]) -> None:
        self.tokens = list(tokens)
        index = {token: i for i, token in enumerate(self.tokens)}
        missing = [name for name in (PAD, UNKNOWN, BEGIN, END) if name not in index]
        if missing:
            raise DataError(
                f"the vocabulary lacks {', '.join(missing)}; a BERT-style vocab.txt has them"
            )
        self.pad, self.unknown = index[PAD], index[UNKNOWN]
        self.begin, self.end = index[BEGIN], index[END]
        self._table = self._build(index)

    def _build(self, index: dict[str, int]) -> NDArray[np.int32]:
        table = np.full(sys.maxunicode + 1, self.unknown, np.int32)
        single = {ord(token): i for token, i in index.items() if len(token) == 1}
        for code, i in single.items():
            table[code] = i
        for code in single:
            for other in {chr(code).lower(), chr(code).upper()}:
                if len(other) == 1 and ord(other) not in single:
                    table[ord(other)] = single[code]
        for code in _FULL_WIDTH:
            if code not in single:
                table[code] = table[code - _WIDTH_SHIFT]
        space = index.get(SPACE, self.unknown)
        for code in range(0x3001):
            if chr(code).isspace():
                table[code] = space
        table[ord("\n")] = index.get(LINE_BREAK, space)
        return table

    @classmethod
    def load(cls, path: Path) -> CharVocab:
        """Read a ``vocab.txt``.

        Raises:
            DataError: when the file is missing or lacks the special tokens.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise DataError("no such vocabulary file", str(path)) from None
        return cls(text.removesuffix("\n").split("\n"))

    def save(self, path: Path) -> None:
        """Write as ``vocab.txt``."""
        path.write_text("\n".join(self.tokens) + "\n", encoding="utf-8", newline="\n")

    def __len__(self) -> int:
        return len(self.tokens)

    def encode(self, text: str) -> NDArray[np.int32]:
        """Ids of ``text``, shape ``[len(text)]``."""
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        return self._table[codes]

    def coverage(self, text: str) -> float:
        """Share of the characters of ``text`` (white space aside) that have a token."""
        ids = self.encode("".join(text.split()))
        return float((ids != self.unknown).mean()) if len(ids) else 1.0
