import json
import os
import signal
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForMaskedLM

from annotations.errors import ZhaoshangError
from inference.encoding import CharVocab
from tests.training.tiny_e5 import HAN, write_e5
from training import adapt as adaptation
from training import base, masked_lm
from training.adapt import CHECKPOINT, CURVE, STOP, Progress, Settings, adapt
from training.masking import batch_at, pack

SETTINGS = Settings(unit=40, units=4, warmup=3, rate=5e-3, long_every=3)
TEXTS = [f"{i}个{HAN[i % 7 :]}总投资{i * 3}亿元。" for i in range(60)]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base")
    return base.build_base(folder / "raw", write_e5(folder / "tiny.bin"))


def curve(out: Path) -> list[dict]:
    return [json.loads(line) for line in (out / CURVE).read_text().splitlines()]


def at_step(monkeypatch: pytest.MonkeyPatch, step: int, action) -> None:
    """Do something just before the step of that number (from 0) of the next run."""
    real, done = masked_lm.train_step, iter(range(10**6))

    def train_step(*arguments):
        if next(done) == step:
            action()
        return real(*arguments)

    monkeypatch.setattr(adaptation, "train_step", train_step)


def test_what_can_be_learned_is_learned(source: Path, tmp_path: Path) -> None:
    texts = ["招商引资" * i for i in range(10, 100)]
    settings = Settings(unit=40, units=8, warmup=10, rate=5e-3)
    adapt(source, tmp_path, texts, settings, steps=150, report_steps=30)
    lines = [line for line in curve(tmp_path) if "rate" in line]
    assert [line["step"] for line in lines] == [30, 60, 90, 120, 150]
    assert lines[-1]["loss"] < lines[0]["loss"] / 2
    assert lines[-1]["accuracy"] > 0.7


def test_a_killed_run_resumed_equals_an_uninterrupted_one(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed() -> None:
        raise KeyboardInterrupt

    whole = adapt(source, tmp_path / "whole", TEXTS, SETTINGS, steps=14, save_minutes=0)
    at_step(monkeypatch, 6, killed)
    with pytest.raises(KeyboardInterrupt):
        adapt(source, tmp_path / "cut", TEXTS, SETTINGS, steps=14, save_minutes=0)
    assert not (tmp_path / "cut" / "base").exists()
    monkeypatch.undo()
    resumed = adapt(source, tmp_path / "cut", TEXTS, SETTINGS, steps=14, resume=True)
    assert {"event": "resumed", "step": 6} in curve(tmp_path / "cut")
    name = "model.safetensors"
    assert (resumed / name).read_bytes() == (whole / name).read_bytes()


def test_the_seed_determines_the_result(source: Path, tmp_path: Path) -> None:
    def result(name: str, seed: int) -> bytes:
        settings = Settings(seed=seed, unit=40, units=4, warmup=2, rate=5e-3)
        folder = adapt(source, tmp_path / name, TEXTS, settings, steps=3)
        return (folder / "model.safetensors").read_bytes()

    first = result("a", 1)
    assert result("b", 1) == first
    assert result("c", 2) != first


@pytest.mark.parametrize("how", ["signal", "file"])
def test_a_stopped_run_decays_and_finishes(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    def stop() -> None:
        if how == "signal":
            os.kill(os.getpid(), signal.SIGTERM)
        else:
            (tmp_path / STOP).touch()

    before = signal.getsignal(signal.SIGTERM)
    at_step(monkeypatch, 22, stop)
    folder = adapt(source, tmp_path, TEXTS, SETTINGS, steps=1000, report_steps=1)
    assert signal.getsignal(signal.SIGTERM) == before
    lines = curve(tmp_path)
    assert {"event": "decay", "step": 23, "steps": 2} in lines
    rates = [line["rate"] for line in lines if "rate" in line]
    assert len(rates) == 25
    assert rates[22] == rates[23] == SETTINGS.rate
    assert 0 < rates[24] < SETTINGS.rate / 2
    assert (folder / "model.safetensors").is_file()


def test_the_result_is_half_the_size_and_loads_in_fp32(source: Path, tmp_path: Path) -> None:
    folder = adapt(source, tmp_path, TEXTS, SETTINGS, steps=2)
    stored = load_file(folder / "model.safetensors")
    assert {tensor.dtype for tensor in stored.values()} == {torch.bfloat16}
    model, report = AutoModelForMaskedLM.from_pretrained(folder, output_loading_info=True)
    assert not report["missing_keys"]
    assert not report["unexpected_keys"]
    assert model.dtype == torch.float32
    assert (folder / "vocab.txt").read_bytes() == (source / "vocab.txt").read_bytes()
    assert (folder / "tokenizer.json").read_bytes() == (source / "tokenizer.json").read_bytes()
    head = model.cls.predictions.decoder.weight
    assert head is model.bert.embeddings.word_embeddings.weight


def test_masked_logits_are_those_of_the_whole_model(source: Path) -> None:
    vocab = CharVocab.load(source / "vocab.txt")
    model = masked_lm.load_model(source)
    batch = batch_at(pack(TEXTS, vocab, SETTINGS), 1, len(vocab), SETTINGS)
    with torch.no_grad():
        plain = model(batch.ids).logits.flatten(0, 1)[batch.positions]
        ours, _ = masked_lm.masked_logits(model, batch)
    assert ours.shape == (len(batch.targets), len(vocab))
    assert (ours - plain).abs().max() < 0.05 * plain.abs().max()


def test_held_out_texts_are_not_trained_on(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = []
    real = adaptation.pack

    def spy(texts, *others):
        packed.append(list(texts))
        return real(packed[-1], *others)

    monkeypatch.setattr(adaptation, "pack", spy)
    adapt(source, tmp_path, TEXTS * 3, SETTINGS, steps=1)
    training, held_out, _ = packed
    assert set(held_out) == {TEXTS[0], TEXTS[40]}
    assert set(training) == set(TEXTS) - set(held_out)


def test_measuring_is_repeatable(source: Path, tmp_path: Path) -> None:
    adapt(source, tmp_path, TEXTS, SETTINGS, steps=3, probe=TEXTS[:5], save_minutes=0)
    probes = [line for line in curve(tmp_path) if line.get("event") == "probe"]
    assert [line["step"] for line in probes] == [1, 2, 3]
    assert all(0 <= line["accuracy"] <= 1 for line in probes)


def test_other_settings_are_not_resumed(source: Path, tmp_path: Path) -> None:
    adapt(source, tmp_path, TEXTS, SETTINGS, steps=1)
    other = Settings(unit=40, units=4, warmup=3, rate=1e-3, long_every=3)
    with pytest.raises(ZhaoshangError, match="another rate"):
        adapt(source, tmp_path, TEXTS, other, steps=2, resume=True)


def test_a_failed_write_keeps_the_last_checkpoint(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapt(source, tmp_path, TEXTS, SETTINGS, steps=1)
    before = (tmp_path / CHECKPOINT).read_bytes()

    def disk_full(state, path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(adaptation.torch, "save", disk_full)
    with pytest.raises(OSError, match="No space"):
        adapt(source, tmp_path, TEXTS, SETTINGS, steps=3, resume=False, save_minutes=0)
    assert (tmp_path / CHECKPOINT).read_bytes() == before
    assert not list(tmp_path.glob("*.partial"))


def test_too_little_text_is_refused(source: Path, tmp_path: Path) -> None:
    with pytest.raises(ZhaoshangError, match="give more text"):
        adapt(source, tmp_path, TEXTS[:3], SETTINGS, steps=1)


def test_a_foreign_base_is_refused(source: Path, tmp_path: Path) -> None:
    tokens = (source / "vocab.txt").read_text(encoding="utf-8").replace("[LF]\n", "")
    (tmp_path / "vocab.txt").write_text(tokens, encoding="utf-8")
    with pytest.raises(ZhaoshangError, match="another vocabulary"):
        adapt(tmp_path, tmp_path / "out", TEXTS, SETTINGS, steps=1)


def test_progress_rates() -> None:
    settings = Settings(warmup=10, rate=1.0, decay_share=0.1)
    progress = Progress(step=4)
    assert progress.rate(settings) == 0.5
    progress.step = 90
    assert progress.rate(settings) == 1.0
    progress.begin_decay(settings.decay_share)
    assert progress.decay_steps == 10
    rates = []
    while not progress.finished:
        rates.append(progress.rate(settings))
        progress.step += 1
    assert progress.step == 100
    assert rates == sorted(rates, reverse=True)
    assert rates[0] == 1.0
    assert 0 < rates[-1] < 0.1


def test_the_command_line_reports_errors(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.txt"
    report.write_text(HAN, encoding="utf-8")
    arguments = ["--out", str(tmp_path / "out"), "--base", str(source), "--no-news"]
    with pytest.raises(SystemExit) as stopped:
        adaptation.main([*arguments, "--texts", str(report)])
    assert stopped.value.code == 2
    assert "give more text" in capsys.readouterr().err


def test_read_texts(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("招商\n引资", encoding="utf-8")
    line = json.dumps({"id": "r1", "text": "总投资", "sentences": [], "spans": [], "relations": []})
    (tmp_path / "b.jsonl").write_text(line + "\n", encoding="utf-8")
    assert list(adaptation.read_texts(tmp_path / "a.txt")) == ["招商\n引资"]
    assert list(adaptation.read_texts(tmp_path / "b.jsonl")) == ["总投资"]
