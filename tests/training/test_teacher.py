from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from inference.encoding import CharVocab
from tests.training.tiny_e5 import write_e5
from training import base, e5, masked_lm
from training.adapt import Settings
from training.masking import CLS, SEP, batch_at, pack
from training.teacher import Teacher, distance, standardised

SETTINGS = Settings(unit=24, units=4, long_every=1)


@pytest.fixture(scope="module")
def weights_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_e5(tmp_path_factory.mktemp("e5") / "tiny.bin")


@pytest.fixture(scope="module")
def source(weights_file: Path) -> Path:
    return base.build_base(weights_file.with_name("raw"), weights_file)


@pytest.fixture(scope="module")
def vocab(source: Path) -> CharVocab:
    return CharVocab.load(source / "vocab.txt")


@pytest.fixture(scope="module")
def teacher(weights_file: Path, vocab: CharVocab) -> Teacher:
    return Teacher.load(e5.read_e5(weights_file), vocab)


def row(vocab: CharVocab, text: str) -> np.ndarray:
    return np.array([[CLS, *vocab.encode(text), SEP]])


def test_pieces_cover_each_character_once(teacher: Teacher, vocab: CharVocab) -> None:
    text = "总投资3亿元项目"
    pieces = teacher.pieces(row(vocab, text))
    owners = pieces.owners.tolist()
    assert owners[0] == owners[-1] == len(pieces.places)  # special tokens have no piece
    inside = owners[1:-1]
    assert inside == sorted(inside)
    assert set(inside) == set(range(len(pieces.places)))
    # 投资 is one piece of the tiny source, so its two characters share an owner and no others do.
    shared = [text[i : i + 2] for i, (a, b) in enumerate(pairwise(inside)) if a == b]
    assert shared == ["投资"]


def test_pieces_of_rows_of_unlike_lengths_are_padded(teacher: Teacher, vocab: CharVocab) -> None:
    rows = np.concatenate([row(vocab, "投资投资"), row(vocab, "总额3亿")])
    pieces = teacher.pieces(rows)
    assert pieces.mask.sum(1).tolist() == [2 + 2, 4 + 2]
    width = pieces.ids.shape[1]
    assert pieces.mask.flatten()[pieces.places].all()
    assert (pieces.places // width).tolist() == [0] * 2 + [1] * 4


def test_states_are_the_source_encoder_s(teacher: Teacher, vocab: CharVocab) -> None:
    pieces = teacher.pieces(row(vocab, "投资项目"))
    (last,) = teacher.states(pieces, 1)
    with torch.no_grad():
        read = teacher.model(pieces.ids, pieces.mask.long()).last_hidden_state
    torch.testing.assert_close(last, standardised(read[0, 1:-1]))


def test_distance_is_nought_only_from_the_teacher_s_own_states(
    teacher: Teacher, vocab: CharVocab
) -> None:
    pieces = teacher.pieces(row(vocab, "总投资3亿元"))
    wanted = teacher.states(pieces, 2)
    spare = torch.zeros(1, wanted[0].shape[1])
    own = [torch.cat([want, spare])[pieces.owners][None] for want in wanted]
    assert distance(pieces, wanted, own).item() == pytest.approx(0, abs=1e-4)
    assert distance(pieces, wanted, own[::-1]).item() > 0.01


def test_a_base_learns_the_teacher_s_states(
    teacher: Teacher, source: Path, vocab: CharVocab
) -> None:
    model = masked_lm.load_model(source)
    base.keep_layers(model.bert, 1)
    units = pack(["总投资3亿元，招商引资项目落地开工建设。" * 8], vocab, SETTINGS)
    optimizer = masked_lm.make_optimizer(model, 0.0)
    apart = []
    for step in range(80):
        batch = batch_at(units, step, len(vocab), SETTINGS)
        apart.append(masked_lm.train_step(model, optimizer, batch, 5e-3, 1.0, teacher, 1.0)[2])
    assert apart[-1] < 0.6 * apart[0]
    assert masked_lm.train_step(model, optimizer, batch, 0.0, 1.0)[2] == 0


def test_an_adapted_base_says_how_many_layers_are_left(source: Path, tmp_path: Path) -> None:
    model = masked_lm.load_model(source)
    base.keep_layers(model.bert, 1)
    folder = masked_lm.save_adapted(model, source, tmp_path / "base")
    again = masked_lm.load_model(folder)
    assert len(again.bert.encoder.layer) == 1
    assert again.config.num_hidden_layers == 1


def test_more_layers_than_there_are_is_refused(source: Path) -> None:
    with pytest.raises(e5.BaseModelError, match="2 layers, 3"):
        base.keep_layers(masked_lm.load_model(source).bert, 3)
