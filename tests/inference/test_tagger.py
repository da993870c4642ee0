from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from annotations.errors import DataError
from inference.extractor import Extractor
from inference.tagger import MODEL_FILE, OnnxTagger


def test_any_number_of_threads_gives_the_same(tiny: Path) -> None:
    ids = np.random.default_rng(0).integers(4, 30, (5, 40))
    one, two = (OnnxTagger(tiny, threads)(ids, np.ones_like(ids)) for threads in (1, 2))
    assert all(np.array_equal(one[name], two[name]) for name in one)


def test_a_model_that_cannot_be_loaded_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="zhaoshang export"):
        OnnxTagger(tmp_path)
    (tmp_path / MODEL_FILE).write_bytes(b"no model")
    with pytest.raises(DataError, match="export the model again"):
        OnnxTagger(tmp_path)


def test_one_extractor_serves_several_threads(tiny: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from tests.inference.tiny_model import report

    extractor = Extractor.load(tiny, threads=1)
    texts = [[report(8 * part + i) for i in range(8)] for part in range(6)]

    def streamed(part: list[str]) -> list[dict]:
        return [document.to_dict() for document in extractor.stream(part)]

    expected = list(map(streamed, texts))
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(streamed, texts * 3)) == expected * 3
