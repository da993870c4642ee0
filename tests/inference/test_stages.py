from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from annotations.document import Document
from inference.stages import (
    BATCHES,
    NETWORK,
    PREPARE,
    READING,
    REST,
    SPANS,
    WRITING,
    Shares,
    measure_stages,
    table,
)
from tests.inference.tiny_model import report


def test_every_stage_and_operator_is_timed(tiny: Path) -> None:
    shares = measure_stages([Document(str(i), report(i)) for i in range(4)], tiny)
    assert list(shares.stages) == [READING, PREPARE, NETWORK, BATCHES, SPANS, REST, WRITING]
    assert all(seconds > 0 for seconds in shares.stages.values())
    assert shares.operators
    # What onnxruntime counts lies inside what is counted around it.
    assert sum(shares.operators.values()) <= shares.stages[NETWORK]


def test_what_reports_take_to_come_is_reading(tiny: Path) -> None:
    def slow() -> Iterator[Document]:
        for i in range(3):
            time.sleep(0.05)
            yield Document(str(i), report(i))

    shares = measure_stages(slow(), tiny)
    assert 0.15 <= shares.stages[READING] < sum(shares.stages.values())


def test_products_are_told_from_the_rest() -> None:
    shares = Shares({NETWORK: 5.0}, {"MatMulInteger": 2.0, "Softmax": 1.0, "Gemm": 1.0})
    assert shares.products == 0.75
    text = table(shares)
    assert "| MatMulInteger | 2.00 | 50.0 |" in text
    assert text.endswith("75% of the network's time")
