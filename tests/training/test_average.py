from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from safetensors.torch import load_file

from annotations.errors import DataError
from training.average import average, main
from training.config import TrainConfig
from training.data import Data, kept
from training.train import train


@pytest.fixture(scope="module")
def child(
    tiny_model: Path,
    tiny_data: Data,
    tiny_config: TrainConfig,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    out = tmp_path_factory.mktemp("child") / "child"
    config = tiny_config.override({"epochs": 1, "seed": 2})
    train(tiny_data, config, out, name="child", quiet=True, parent=tiny_model)
    return out


def test_every_weight_is_the_mean(
    tiny_model: Path, child: Path, tiny_data: Data, tmp_path: Path
) -> None:
    out = tmp_path / "mean"
    figures = average([tiny_model, child], out, tiny_data.test)
    one, two, mean = (load_file(f / "model.safetensors") for f in (tiny_model, child, out))
    assert any((one[key] != two[key]).any() for key in one)
    for key, value in mean.items():
        assert value.allclose((one[key] + two[key]) / 2, atol=1e-6), key
    assert figures["test"]["micro"]["f1"] > 0.5
    assert json.loads((out / "lineage.json").read_text())["averaged"][1].startswith("child@")
    assert "the mean of the weights of" in (out / "README.md").read_text(encoding="utf-8")
    learnt = {d.id for d in kept(out).train}
    assert learnt == {d.id for folder in (tiny_model, child) for d in kept(folder).train}


def test_models_that_do_not_fit_are_refused(
    tiny_model: Path, child: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    shutil.copytree(child, other)
    settings = json.loads((other / "zhaoshang.json").read_text())
    settings["scheme"]["labels"]["AMOUNT"]["name"] = "钱"
    (other / "zhaoshang.json").write_text(json.dumps(settings))
    with pytest.raises(DataError, match=r"other: has another scheme, other characters"):
        average([tiny_model, other], tmp_path / "out")
    lineage = json.loads((child / "lineage.json").read_text())
    lineage["parent"]["base"]["sha256"] = "0"
    shutil.copy(child / "zhaoshang.json", other / "zhaoshang.json")
    (other / "lineage.json").write_text(json.dumps(lineage))
    with pytest.raises(DataError, match="another base"):
        average([tiny_model, other], tmp_path / "out")
    with pytest.raises(SystemExit) as ended:
        main([str(tiny_model), "--out", str(tmp_path / "out")])
    assert ended.value.code == 2
    assert "two models or more" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_mean_is_not_scored_on_what_a_part_has_learnt(
    tiny_model: Path, child: Path, tiny_data: Data, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match="one of the test reports"):
        average([tiny_model, child], tmp_path / "out", tiny_data.train[:1])
