import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.encoding import CharVocab
from training.masking import (
    CLS,
    FIRST_CHARACTER,
    FIRST_TOKENS,
    MASK,
    SEP,
    MaskingSettings,
    batch_at,
    choose_masked,
    make_batch,
    pack,
    restore_case,
)

CHARACTERS = "招商引资项目总投亿元建设0123456789，。abcABC"
VOCAB = CharVocab([*FIRST_TOKENS, *CHARACTERS])
SMALL = MaskingSettings(unit=20, units=4)


def random_units(count: int, unit: int = 20, seed: int = 0) -> np.ndarray:
    return (
        np.random.default_rng(seed)
        .integers(FIRST_CHARACTER, len(VOCAB), (count, unit))
        .astype(np.int32)
    )


def test_pack_keeps_every_character_in_order() -> None:
    texts = ["招商引资", "总投资10亿元\n项目", "建设项目" * 9]
    units = pack(texts, VOCAB, SMALL)
    row = "招商引资|总投资10亿元/项目|" + "建设项目" * 9 + "|"
    expected = [{"|": SEP, "/": 6}.get(c, VOCAB.encode(c)[0]) for c in row]
    assert units.shape == (len(row) // 20, 20)
    assert units.ravel().tolist() == expected[: units.size]


def test_pack_of_nothing_is_empty() -> None:
    assert pack([], VOCAB, SMALL).shape == (0, 20)


def test_restore_case_writes_acronyms_and_names() -> None:
    rng = np.random.default_rng(0)
    written = {restore_case("建成led、vanke两个项目abcdefg", rng) for _ in range(50)}
    assert {text.lower() for text in written} == {"建成led、vanke两个项目abcdefg"}
    assert any("LED" in text for text in written)
    assert any("Abcdefg" in text for text in written)
    assert any("led" in text for text in written)


def test_restore_case_trusts_a_text_that_has_case() -> None:
    text = "建成LED和led两个项目"
    rng = np.random.default_rng(0)
    assert all(restore_case(text, rng) == text for _ in range(20))


def test_the_masked_share_is_the_one_asked_for() -> None:
    ids = random_units(400, 252)
    for share in (0.15, 0.2):
        settings_ = MaskingSettings(mask_share=share)
        masked = choose_masked(ids, settings_, np.random.default_rng(1))
        assert masked.mean() == pytest.approx(share, abs=0.01)


def test_masked_places_come_in_short_spans() -> None:
    masked = choose_masked(random_units(400, 252), MaskingSettings(), np.random.default_rng(1))
    flat = np.pad(masked, ((0, 0), (1, 1))).astype(int).ravel()
    starts, ends = np.flatnonzero(np.diff(flat) == 1), np.flatnonzero(np.diff(flat) == -1)
    lengths = ends - starts
    assert 2.0 < lengths.mean() < 3.0
    assert (lengths == 1).any()
    assert (lengths >= 5).any()


def test_special_tokens_and_white_space_are_never_masked() -> None:
    ids = random_units(50)
    ids[:, ::3] = np.arange(50)[:, None] % FIRST_CHARACTER
    masked = choose_masked(ids, MaskingSettings(mask_share=0.9), np.random.default_rng(0))
    assert masked.any()
    assert not masked[ids < FIRST_CHARACTER].any()


@settings(deadline=None, max_examples=50)
@given(long=st.booleans(), seed=st.integers(0, 1000))
def test_a_batch_can_be_undone(long: bool, seed: int) -> None:
    units = random_units(4, seed=seed)
    batch = make_batch(units, long, len(VOCAB), SMALL, np.random.default_rng(seed))
    assert batch.ids.shape == ((4, 22) if long else (8, 12))
    assert (batch.ids[:, 0] == CLS).all()
    assert (batch.ids[:, -1] == SEP).all()
    restored = batch.ids.flatten().clone()
    restored[batch.positions] = batch.targets
    inner = restored.view(batch.ids.shape)[:, 1:-1]
    assert inner.reshape(4, 20).tolist() == units.tolist()


def test_what_masked_characters_become() -> None:
    units = random_units(2000)
    batch = make_batch(units, True, len(VOCAB), SMALL, np.random.default_rng(0))
    shown = batch.ids.flatten()[batch.positions]
    assert (shown == MASK).float().mean() == pytest.approx(0.8, abs=0.02)
    assert (shown == batch.targets).float().mean() == pytest.approx(0.1, abs=0.02)


def test_an_epoch_shows_every_unit_once() -> None:
    units = random_units(12)
    seen = []
    for step in range(3):
        batch = batch_at(units, step, len(VOCAB), SMALL)
        restored = batch.ids.flatten().clone()
        restored[batch.positions] = batch.targets
        seen += restored.view(batch.ids.shape)[:, 1:-1].reshape(4, 20).tolist()
    assert sorted(seen) == sorted(units.tolist())


def test_a_step_s_batch_depends_on_nothing_else() -> None:
    units = random_units(12)
    late = [batch_at(units, step, len(VOCAB), SMALL) for step in (5, 6)]
    again = [batch_at(units, step, len(VOCAB), SMALL) for step in range(7)][5:]
    for one, other in zip(late, again, strict=True):
        assert one.ids.equal(other.ids)
        assert one.positions.equal(other.positions)
    first = batch_at(units, 0, len(VOCAB), SMALL)
    next_epoch = batch_at(units, 3, len(VOCAB), SMALL)
    assert not first.targets.equal(next_epoch.targets)
