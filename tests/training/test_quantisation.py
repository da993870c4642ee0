from pathlib import Path

from inference.encoding import CharVocab
from inference.settings import ModelSettings
from training.data import Data
from training.quantisation import Windows, measure
from training.smooth import WINDOWS


def test_the_three_networks_are_scored_on_the_same_reports(
    tiny_model: Path, tiny_data: Data
) -> None:
    found = measure(tiny_model, tiny_data.development, tiny_data.test)
    assert list(found) == ["fp32", "dynamic, not smoothed", "dynamic", "static"]
    assert found["fp32"]["micro"] > 0.5
    assert found["fp32"]["agreement"] == 1
    for kind in list(found)[1:]:
        assert 0.8 < found[kind]["agreement"] <= 1
        assert found[kind]["micro"] > found["fp32"]["micro"] - 0.2
        assert found[kind]["bytes"] != found["fp32"]["bytes"]
    assert all(row["characters_per_second"] > 0 for row in found.values())


def test_calibration_reads_so_many_windows(tiny_model: Path, tiny_data: Data) -> None:
    settings, vocab = ModelSettings.load(tiny_model), CharVocab.load(tiny_model / "vocab.txt")
    reader = Windows(tiny_data.train * 40, settings, vocab)
    count = 0
    while (row := reader.get_next()) is not None:
        assert row["input_ids"].shape[0] == 1
        count += 1
    assert count == WINDOWS
