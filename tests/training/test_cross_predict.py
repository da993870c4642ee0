from pathlib import Path

import pytest

import zhaoshang
from annotations import store
from annotations.agreement import compare_all
from annotations.errors import DataError
from annotations.scheme import Scheme
from tests.training.tiny_corpus import corpus
from training import cross_predict as command
from training.config import TrainConfig
from training.cross_predict import cross_predict, folds


def test_folds_are_even_and_hold_each_report_once() -> None:
    reports = corpus(11)
    dealt = folds(reports, 4, seed=13)
    assert sorted(map(len, dealt)) == [2, 3, 3, 3]
    assert sorted(d.id for fold in dealt for d in fold) == [d.id for d in reports]
    assert folds(reports, 4, seed=13) == dealt
    assert folds(reports, 4, seed=14) != dealt


@pytest.mark.parametrize("count", [-1, 1, 4])
def test_impossible_folds_are_refused(count: int) -> None:
    with pytest.raises(DataError, match=rf"3 reports cannot be dealt out to {count} folds"):
        folds(corpus(3), count, seed=13)


def test_no_model_reads_a_report_that_it_was_trained_on(
    tiny_config: TrainConfig, scheme: Scheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports = corpus(24)
    trained: list[set[str]] = []
    real = command.trial

    def trial(train, *arguments):
        trained.append({d.id for d in train})
        return real(train, *arguments)

    monkeypatch.setattr(command, "trial", trial)
    gold, predicted = [], []
    for held, read in cross_predict(reports, scheme, tiny_config, 3):
        names = {d.id for d in held}
        assert [d.id for d in read] == [d.id for d in held]
        assert trained[-1] == {d.id for d in reports} - names
        gold += held
        predicted += read
    assert len(trained) == 3
    assert compare_all(gold, predicted, scheme).micro.f1 > 0.3  # learnable patterns
    assert all(0 < s.confidence <= 1 for d in predicted for s in d.spans)


def test_the_command_writes_what_check_takes(
    tiny_config: TrainConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = tmp_path / "reports.jsonl", tmp_path / "new" / "predicted.jsonl"
    reports = corpus(16)
    store.save(data, reports)
    settings = [f"base={tiny_config.base}", "epochs=6", "batch_size=8", "damage=0", "ema=0.5"]
    settings += ["encoder_rate=8e-3", "head_rate=2e-2"]
    command.main(["--data", str(data), "--folds", "2", "--out", str(out), "--set", *settings])
    read = store.load(out)
    assert [(d.id, d.text) for d in read] == [(d.id, d.text) for d in reports]
    printed = capsys.readouterr().out
    assert "fold 2 of 2: micro F1" in printed
    assert any(d.spans for d in read)
    pytest.importorskip(
        "cleanlab", reason="pip install cleanlab to compare annotations with a model"
    )
    code = zhaoshang.main(["annotate", "check", str(data), "--with-model", str(out)])
    assert code == 0
    assert "16 reports" in capsys.readouterr().out
