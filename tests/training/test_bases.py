"""Bases that cannot be used are refused with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from transformers import BertConfig, BertModel, RobertaConfig, RobertaModel

from annotations.errors import DataError
from tests.training.tiny_base import write_base
from training.config import TrainConfig
from training.data import Data
from training.e5 import BaseModelError
from training.fit import build_model, fit


def attempt(base: Path, data: Data, config: TrainConfig, scheme: object, folder: Path) -> None:
    fit(
        data.train,
        data.development,
        scheme,
        config.override({"base": str(base)}),
        folder,
        quiet=True,
    )


def test_a_base_of_another_type(tiny_data, tiny_config, scheme, tmp_path: Path) -> None:
    sizes = {
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 16,
    }
    RobertaModel(RobertaConfig(vocab_size=20, **sizes)).save_pretrained(tmp_path / "base")
    with pytest.raises(DataError, match="a roberta model; the base must be of type bert"):
        attempt(tmp_path / "base", tiny_data, tiny_config, scheme, tmp_path)


def test_a_base_whose_tokens_are_words(tiny_data, tiny_config, scheme, tmp_path: Path) -> None:
    vocab = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "investment", "##s", "project", "a", "b"]
    sizes = {
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 16,
    }
    BertModel(BertConfig(vocab_size=len(vocab), **sizes)).save_pretrained(tmp_path / "base")
    (tmp_path / "base" / "vocab.txt").write_text("\n".join(vocab), encoding="utf-8")
    with pytest.raises(
        DataError, match=r"its vocabulary has only .* choose a base with a character vocabulary"
    ):
        attempt(tmp_path / "base", tiny_data, tiny_config, scheme, tmp_path)


def test_a_base_whose_download_was_cut_short(
    tiny_data, tiny_config, scheme, tmp_path: Path
) -> None:
    weights = write_base(tmp_path / "base", ["总投资"]) / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])
    with pytest.raises(
        DataError, match=r"the base's weights cannot be read .*; download or copy them again"
    ):
        attempt(tmp_path / "base", tiny_data, tiny_config, scheme, tmp_path)


def test_a_hub_name_that_cannot_be_reached(
    tiny_data, tiny_config, scheme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    config = tiny_config.override({"base": "nobody/no-such-model"})
    with pytest.raises(DataError, match=r"nobody/no-such-model: the base cannot be loaded"):
        fit(tiny_data.train, tiny_data.development, scheme, config, tmp_path, quiet=True)


def test_a_tokenizer_that_cannot_be_had(
    tiny_data, tiny_config, scheme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = write_base(tmp_path / "base", ["总投资"])
    (base / "vocab.txt").unlink()

    def cut_off(*_: object, **__: object) -> None:
        raise ConnectionError("\nconnection reset\nby peer")

    monkeypatch.setattr("transformers.AutoTokenizer.from_pretrained", cut_off)
    with pytest.raises(
        DataError,
        match=r"base: the base's tokenizer cannot be loaded: connection reset; check its name",
    ):
        attempt(base, tiny_data, tiny_config, scheme, tmp_path)


def test_a_broken_tokenizer_file(tiny_data, tiny_config, scheme, tmp_path: Path) -> None:
    base = write_base(tmp_path / "base", ["总投资"])
    (base / "vocab.txt").unlink()
    (base / "tokenizer.json").write_text('{"version": "1.0", "mod', encoding="utf-8")
    with pytest.raises(DataError, match="the base's tokenizer cannot be loaded"):
        attempt(base, tiny_data, tiny_config, scheme, tmp_path)


def test_windows_longer_than_the_base_reads(tiny_data, tiny_config, scheme, tmp_path: Path) -> None:
    """The tiny base has 260 positions."""
    fitting = tiny_config.override({"core": 194, "context": 32})
    build_model(fitting, scheme)
    longer = tiny_config.override({"core": 195, "context": 32})
    with pytest.raises(DataError, match=r"core = 195 and context = 32 .* 261 .* base has 260"):
        build_model(longer, scheme)
    with pytest.raises(DataError, match="lower core or context"):
        fit(tiny_data.train, tiny_data.development, scheme, longer, tmp_path, quiet=True)


def test_more_layers_than_there_are(tiny_data, tiny_config, scheme, tmp_path: Path) -> None:
    config = tiny_config.override({"layers": 5})
    with pytest.raises(BaseModelError, match="the base has 1 layers, 5 were asked for"):
        fit(tiny_data.train, tiny_data.development, scheme, config, tmp_path, quiet=True)
