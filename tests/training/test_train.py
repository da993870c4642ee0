from __future__ import annotations

import errno
import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from annotations import store
from annotations.document import Document, Span
from annotations.errors import DataError
from tests.training.tiny_corpus import MAKERS, corpus, make
from training import train as training
from training.config import TrainConfig
from training.config import load as load_config
from training.data import Data, joined, kept
from training.lineage import weights_digest
from training.model import ReportTagger
from training.train import train


def hidden(folder: Path) -> list[str]:
    """What a run left in a folder beside its model."""
    return sorted(p.name for p in folder.iterdir() if p.name.startswith("."))


def test_the_model_folder_holds_all_that_made_it(tiny_model: Path, tiny_data: Data) -> None:
    figures = json.loads((tiny_model / "figures.json").read_text(encoding="utf-8"))
    assert figures["development"]["micro"]["f1"] > 0.9, "the tiny model has learnt its corpus"
    assert figures["test"]["intervals"]["micro"]
    lineage = json.loads((tiny_model / "lineage.json").read_text(encoding="utf-8"))
    assert lineage["weights"] == weights_digest(ReportTagger.from_pretrained(tiny_model))
    assert lineage["data"]["train"] == {"reports": 24, "sha256": store.digest(tiny_data.train)}
    assert lineage["base"]["name"] == "tiny"
    assert kept(tiny_model).train == tiny_data.train
    card = (tiny_model / "README.md").read_text(encoding="utf-8")
    for words in (
        lineage["weights"][:16],
        "epochs = 8",
        "### test",
        "–",
        "base = 'tiny'",
        "own licence",
    ):
        assert words in card
    assert str(tiny_model.parent) not in card, "no path of this machine"
    assert hidden(tiny_model.parent) == []


def test_the_same_run_gives_the_same_weights_and_another_seed_others(
    tiny_model: Path, tiny_data: Data, tiny_config: TrainConfig, tmp_path: Path
) -> None:
    again = train(tiny_data, tiny_config, tmp_path / "again", name="tiny", quiet=True)
    for name in ("model.safetensors", "zhaoshang.json", "data/train.jsonl"):
        assert (tmp_path / "again" / name).read_bytes() == (tiny_model / name).read_bytes()
    short = tiny_config.override({"epochs": 1})
    one = train(tiny_data, short, tmp_path / "one", quiet=True)
    other = train(tiny_data, short.override({"seed": 14}), tmp_path / "other", quiet=True)
    digests = {f["lineage"]["weights"] for f in (again, one, other)}
    assert len(digests) == 3


def test_continuing_learns_the_new_and_keeps_the_old(
    tiny_model: Path, tiny_data: Data, tiny_config: TrainConfig, tmp_path: Path
) -> None:
    news = [
        make(
            f"n{i}",
            ("project", ["计划投资", (f"{i + 2}千万元", "AMOUNT", {"role": "investment"}), "。"]),
        )
        for i in range(8)
    ]
    config = load_config(None, tiny_config.to_dict() | {"epochs": 4, "replay": 2.0})
    figures = train(
        Data(news[:6], news[6:], tiny_data.test),
        config,
        tmp_path / "m",
        quiet=True,
        parent=tiny_model,
    )
    assert figures["lineage"]["parent"]["model"].startswith("tiny@")
    assert figures["data"]["train"]["reports"] == 6 + 12
    assert figures["data"]["development"]["reports"] == 2 + 6
    learnt = {d.id for d in kept(tmp_path / "m").train}
    # Those it did not replay too: the next model may.
    assert learnt == {d.id for d in [*news[:6], *tiny_data.train]}
    assert figures["development"]["spans"]["AMOUNT"]["f1"] > 0.9
    before = json.loads((tiny_model / "figures.json").read_text(encoding="utf-8"))["test"]
    assert figures["test"]["micro"]["f1"] >= before["micro"]["f1"] - 0.1


def test_continued_defaults_are_gentler_and_yield_to_the_user() -> None:
    fresh, continued = load_config(None), load_config(None, {"epochs": 9}, continued=True)
    assert continued.encoder_rate < fresh.encoder_rate
    assert continued.epochs == 9


def test_a_label_without_a_span_is_named(
    tiny_data: Data, tiny_config: TrainConfig, tmp_path: Path
) -> None:
    bare = [
        replace(d, spans=[s for s in d.spans if s.label != "MEASURE"], relations=[])
        for d in tiny_data.train
    ]
    with pytest.raises(DataError, match="no MEASURE span; annotate some, or take the label out"):
        train(replace(tiny_data, train=bare), tiny_config, tmp_path / "m", quiet=True)
    assert not (tmp_path / "m").exists()


def test_a_test_report_in_the_training_data_is_refused(
    tiny_data: Data, tiny_config: TrainConfig, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match="'t000' is one of the test reports"):
        train(
            replace(tiny_data, train=[*tiny_data.train, tiny_data.test[0]]),
            tiny_config,
            tmp_path / "m",
        )
    text = "总投资三十五亿元的东方能源装备制造产业园项目在经济技术开发区正式开工建设。"
    original = Document("gold", text, spans=[Span(3, 8, "AMOUNT")])
    copy = Document("copy", f"（记者）{text}", spans=[])
    data = Data([*tiny_data.train, copy], tiny_data.development, [original])
    with pytest.raises(
        DataError, match="'copy' shares 1 of its 1 longer sentences with the test report 'gold'"
    ):
        train(data, tiny_config, tmp_path / "m")


def test_a_test_report_that_the_older_model_has_learnt_is_refused(
    tiny_model: Path, tiny_data: Data, tiny_config: TrainConfig, tmp_path: Path
) -> None:
    test = [*tiny_data.test, tiny_data.train[3]]
    new = corpus(4, seed=5, prefix="n")
    with pytest.raises(DataError, match=r"--from: this model has learnt from report 'r003'"):
        train(Data(new[:3], new[3:], test), tiny_config, tmp_path / "m", parent=tiny_model)
    assert not (tmp_path / "m").exists()


def test_a_full_disk_leaves_nothing_that_looks_whole(
    tiny_data: Data, tiny_config: TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    config = tiny_config.override({"epochs": 1})
    with monkeypatch.context() as patch:
        patch.setattr(training, "keep", full)
        with pytest.raises(DataError, match="the disk is full; make room and go on with --resume"):
            train(tiny_data, config, tmp_path / "m", quiet=True)
    assert [p.name for p in tmp_path.iterdir()] == [".m.training"]
    train(tiny_data, config, tmp_path / "m", resume=True, quiet=True)
    assert [p.name for p in tmp_path.iterdir()] == ["m"]


def test_what_is_no_model_folder_is_not_overwritten(
    tiny_data: Data, tiny_config: TrainConfig, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(DataError, match="is not empty and no model folder"):
        train(tiny_data, tiny_config, tmp_path)


def test_one_cannot_continue_from_an_exported_model(
    tiny_data: Data, tiny_config: TrainConfig, tiny_model: Path, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=r"has no data/train.jsonl"):
        train(tiny_data, tiny_config, tmp_path / "m", parent=tmp_path)
    broken = tmp_path / "broken"
    (broken / "data").mkdir(parents=True)
    (broken / "data" / "train.jsonl").write_bytes(
        (tiny_model / "data" / "train.jsonl").read_bytes()
    )
    with pytest.raises(DataError, match=r"no model.safetensors here"):
        train(tiny_data, tiny_config, tmp_path / "m", parent=broken)


def test_replay_counts_known_reports_as_old(tiny_model: Path, tiny_data: Data) -> None:
    from training.data import with_replay

    new = corpus(2, seed=5, prefix="n", makers=MAKERS)
    given = Data([*tiny_data.train, *new], tiny_data.development, [])
    mixed = with_replay(given, kept(tiny_model), 3.0, 13)
    assert [d.id for d in mixed.train[:2]] == ["n000", "n001"]
    assert len(mixed.train) == 8
    assert with_replay(given, kept(tiny_model), 3.0, 13).train == mixed.train
    assert len(mixed.development) == len(tiny_data.development)


def test_a_share_of_the_older_model_is_kept(
    tiny_model: Path, tiny_data: Data, tiny_config: TrainConfig, tmp_path: Path
) -> None:
    def weights(name: str, keep: float) -> dict[str, torch.Tensor]:
        config = tiny_config.override({"epochs": 1, "keep": keep})
        train(tiny_data, config, tmp_path / name, quiet=True, parent=tiny_model)
        return load_file(tmp_path / name / "model.safetensors")

    old = load_file(tiny_model / "model.safetensors")
    new, half, same = weights("new", 0.0), weights("half", 0.5), weights("same", 1.0)
    name = "classifier.weight"
    assert not torch.equal(new[name], old[name])
    torch.testing.assert_close(half[name], (new[name] + old[name]) / 2)
    torch.testing.assert_close(same[name], old[name])


def test_what_was_learnt_before_stays_known_in_its_newest_version() -> None:
    first, second, third = corpus(3)
    newer = replace(second, meta=second.meta | {"reviewed": "yes"})
    known = joined(Data([newer], [], []), Data([first, second], [third], []))
    assert known.train == [newer, first]
    assert known.development == [third]


def test_weights_are_readable_without_this_library(tiny_model: Path) -> None:
    assert load_file(tiny_model / "model.safetensors")["classifier.weight"].shape == (7, 32)
