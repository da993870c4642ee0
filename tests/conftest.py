"""Fixtures by name."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import NDArray

from annotations import scheme as schemes
from annotations import store
from annotations.document import Document
from annotations.scheme import Scheme
from inference.decoding import legal_transitions
from inference.encoding import CharVocab
from inference.extractor import Extractor
from inference.layout import LINK_BUCKETS, LINK_SIZE, Layout
from inference.settings import ModelSettings

ROOT = Path(__file__).parent.parent

# Shared machines are too uneven for time limits on single examples.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long checks run last."""
    items.sort(key=lambda item: item.get_closest_marker("long") is not None)


@pytest.fixture(scope="session")
def full() -> bool:
    """Whether long checks run in full (ZHAOSHANG_LONG=1) or in small form."""
    return os.environ.get("ZHAOSHANG_LONG") == "1"


@pytest.fixture(scope="session")
def scheme() -> Scheme:
    return schemes.load()


@pytest.fixture(scope="session")
def seeds(scheme: Scheme) -> list[Document]:
    """The five seed reports with their gold annotation."""
    return store.load(ROOT / "annotations" / "data" / "seeds.jsonl", scheme=scheme)


class PatternTagger:
    """A tagger that follows a rule on characters: what stands in ``<…>`` is an AMOUNT, in ``{…}`` a PROJECT.

    Attributes always take their first value, every amount links to the nearest project after it, kinds are the first.
    """

    def __init__(self, vocab: CharVocab, layout: Layout) -> None:
        self.vocab, self.layout = vocab, layout
        self.batches: list[tuple[int, int]] = []

    def __call__(
        self, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]
    ) -> Mapping[str, NDArray[np.float32]]:
        self.batches.append(input_ids.shape)
        sizes = self.layout.sizes()
        scores = {
            name: np.zeros((*input_ids.shape, columns), np.float32)
            for name, columns in sizes.items()
        }
        index = {tag: i for i, tag in enumerate(self.layout.tags)}
        marks = {"<": "AMOUNT", "{": "PROJECT"}
        ids = {mark: int(self.vocab.encode(mark)[0]) for mark in "<>{}"}
        for row, line in enumerate(input_ids):
            label, fresh = "", False
            for at, value in enumerate(line):
                opened = [mark for mark in marks if ids[mark] == value]
                if value in (ids[">"], ids["}"]):
                    label = ""
                tag = f"{'B' if fresh else 'I'}-{label}" if label else "O"
                scores["tags"][row, at, index[tag]] = 10
                fresh = False
                if opened:
                    label, fresh = marks[opened[0]], True
        scores["heads"][..., LINK_SIZE] = -5
        return scores


@pytest.fixture
def make_extractor(scheme: Scheme) -> Callable[..., Extractor]:
    """An extractor around `PatternTagger`; keyword arguments go to `Extractor` and, for windows, to the settings."""

    def make(core: int = 40, context: int = 8, **options: object) -> Extractor:
        characters = "".join(chr(c) for c in range(33, 127)) + "总投资亿元的项目基地落户开工，。；"
        vocab = CharVocab(
            ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "▁", "[LF]", *dict.fromkeys(characters)]
        )
        layout = Layout(scheme)
        first, moves = legal_transitions(layout.tags)
        settings = ModelSettings(
            name="pattern",
            version="1",
            scheme=scheme.to_dict(),
            windows={"core": core, "context": context},
            first=first.tolist(),
            moves=moves.tolist(),
            link_bias={"investment_of": [0.0] * int(np.prod(LINK_BUCKETS))},
        )
        return Extractor(PatternTagger(vocab, layout), vocab, settings, **options)

    return make
