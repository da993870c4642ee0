"""Fixtures by name: a tiny base, a corpus it can learn, and a model that has learnt it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from inference.tagger import MODEL_FILE
from tests.training.tiny_base import QUICK, write_base
from tests.training.tiny_corpus import TEST_MAKERS, corpus
from training.config import TrainConfig
from training.data import Data
from training.export import export
from training.train import train


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """Tiny products are done sooner by one thread than by several that wait for each other."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny_data() -> Data:
    """24 reports to train on, 6 to develop on, 8 to test on."""
    reports = corpus(30)
    return Data(reports[:24], reports[24:], corpus(8, seed=1, prefix="t", makers=TEST_MAKERS))


@pytest.fixture(scope="session")
def tiny_config(tiny_data: Data, tmp_path_factory: pytest.TempPathFactory) -> TrainConfig:
    texts = [d.text for part in tiny_data.parts().values() for d in part]
    base = write_base(
        tmp_path_factory.mktemp("base") / "tiny", [*texts, "公司集团控股有限责任计划千万"]
    )
    return QUICK.override({"base": str(base)})


@pytest.fixture(scope="session")
def tiny_model(
    tiny_data: Data, tiny_config: TrainConfig, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A model folder as `zhaoshang train` writes it; tests must not change it."""
    out = tmp_path_factory.mktemp("models") / "tiny"
    train(tiny_data, tiny_config, out, name="tiny", quiet=True)
    return out


@pytest.fixture(scope="session")
def ready_model(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`tiny_model` with its exported network beside the weights, as a registry keeps it."""
    folder = tmp_path_factory.mktemp("ready") / "tiny"
    shutil.copytree(tiny_model, folder)
    exported = export(tiny_model, folder.parent / "exported", int8=False)
    shutil.copy(exported / MODEL_FILE, folder / MODEL_FILE)
    return folder
