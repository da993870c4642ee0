from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import zhaoshang
from annotations import formats
from annotations.document import Document
from annotations.errors import DataError
from annotations.scheme import Scheme
from inference.extractor import Extractor
from inference.layout import Layout
from inference.suggest import (
    DoubtingExtractor,
    choose,
    doubt,
    label_entropies,
    needs,
    suggest,
    task,
    vectors,
)
from inference.suggest_cli import parse_need
from tests.training.disk import full_disk


def test_entropy_is_of_the_label_that_is_doubtful(scheme: Scheme) -> None:
    layout = Layout(scheme)
    scores = np.full((3, len(layout.tags)), -50, np.float32)
    scores[:, 0] = 0
    scores[1, layout.tags.index("B-PROJECT")] = 0
    found = label_entropies(scores, layout)
    assert found["PROJECT"] == pytest.approx(np.log(2), abs=1e-3)
    assert found["AMOUNT"] < 1e-3
    # B and I of one label together are its chance: doubt between the two is none.
    scores[1, 0] = -50
    scores[1, layout.tags.index("I-PROJECT")] = 0
    assert label_entropies(scores, layout)["PROJECT"] < 1e-3


def test_need_weighs_labels() -> None:
    entropies = {"AMOUNT": 1.0, "MEASURE": 1.0}
    assert doubt(entropies, 25, {}) == pytest.approx(0.4)
    assert doubt(entropies, 25, {"MEASURE": 3.0}) == pytest.approx(0.8)


def test_of_like_sentences_one_is_chosen() -> None:
    texts = ["东山县举办茶叶招商推介会", "东山县举办茶叶招商推介会。", "总投资三亿元的电池基地落户"]
    assert choose([1.0, 0.99, 0.5], texts, 2) == [0, 2]
    assert choose([1.0, 0.99, 0.5], texts, 9) == [0, 2, 1]
    assert choose([], [], 3) == []


@given(st.lists(st.tuples(st.floats(0, 5), st.text(max_size=12)), max_size=12), st.integers(1, 15))
def test_choices_are_distinct_and_as_many_as_can_be(items: list[tuple[float, str]], n: int) -> None:
    chosen = choose([d for d, _ in items], [t for _, t in items], n)
    assert len(chosen) == len(set(chosen)) == min(n, len(items))
    norms = np.linalg.norm(vectors([t for _, t in items]), axis=1) if items else np.zeros(0)
    assert (norms < 1.001).all()


@pytest.fixture
def doubting(make_extractor: Callable[..., Extractor]) -> DoubtingExtractor:
    plain = make_extractor(repair=False)
    return DoubtingExtractor(plain._tagger, plain._vocab, plain.settings, repair=False)


def test_sentences_come_as_reports_with_the_models_annotation(doubting: DoubtingExtractor) -> None:
    text = "开头。总投资<185亿元>的{某某项目}落户。短。"
    found = suggest(doubting, [Document("r", text, {"genre": "x"})], 5)
    assert len(found) == 1
    document = found[0].document
    start = text.index("总")
    assert document.id == f"r:{start}-{text.index('短')}"
    assert document.text == text[start : text.index("短")]
    assert [document.text[s.start : s.end] for s in document.spans] == ["185亿元", "某某项目"]
    assert document.meta == {"genre": "x", "report": "r", "before": "开头。", "after": "短。"}
    assert document.extra["model"] == "pattern@1"
    assert [(s.start, s.end, s.extra) for s in document.sentences] == [(0, len(document.text), {})]


def test_known_and_repeated_sentences_are_left_out(doubting: DoubtingExtractor) -> None:
    lines = ["甲县举办第一次招商推介会。", "乙县举办第二次招商推介会。"]
    reports = [Document("a", "".join(lines)), Document("b", lines[1])]
    found = [s.document.text for s in suggest(doubting, reports, 9)]
    assert sorted(found) == sorted(lines)
    known = [Document("k", lines[0])]
    assert [s.document.text for s in suggest(doubting, reports, 9, known=known)] == [lines[1]]


def test_reports_are_read_as_a_stream(doubting: DoubtingExtractor, monkeypatch) -> None:
    monkeypatch.setattr("inference.suggest.POOL", 2)
    reports = (Document(f"r{i}", f"第{i}县举办招商推介活动。") for i in range(50))
    assert len(suggest(doubting, reports, 3)) == 3


def test_a_span_that_crosses_the_sentence_is_no_part_of_the_task(
    doubting: DoubtingExtractor,
) -> None:
    document = doubting("总投资<1亿元>的{某项目}。")
    for sentence in document.sentences:
        sentence.extra.clear()
    cut = task(document, 0, document.spans[0].end - 1)
    assert cut.spans == []
    assert cut.relations == []


def test_needs_are_what_the_figures_lack(tmp_path: Path) -> None:
    assert needs(tmp_path) == {}
    figures = {"development": {"spans": {"AMOUNT": {"f1": 0.99}, "MEASURE": {"f1": 0.87}}}}
    (tmp_path / "figures.json").write_text(json.dumps(figures), encoding="utf-8")
    found = needs(tmp_path)
    assert found["MEASURE"] == pytest.approx(5 * found["AMOUNT"])
    assert sum(found.values()) == pytest.approx(2)


@pytest.mark.parametrize("word", ["MEASURE", "MEASURE=", "MEASURE=x", "MEASURE=-1", "MEASURE=nan"])
def test_a_need_that_cannot_be_read(word: str) -> None:
    with pytest.raises(DataError, match="is not LABEL=weight"):
        parse_need([word])


def test_the_command_writes_label_studio_tasks(
    ready_model: Path,
    tmp_path: Path,
    scheme: Scheme,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    (archive / "a.txt").write_text(
        "总投资5亿元的宏图电池项目落户东山县。南岭区举办茶叶招商推介会。", encoding="utf-8"
    )
    out = tmp_path / "tasks.json"
    words = [
        "annotate",
        "suggest",
        str(archive),
        "--n",
        "2",
        "--out",
        str(out),
        "--model",
        str(ready_model),
    ]
    assert zhaoshang.main(words) == 0
    assert "2 sentences" in capsys.readouterr().err
    tasks = json.loads(out.read_text(encoding="utf-8"))
    assert all(t["predictions"][0]["model_version"].startswith("tiny@") for t in tasks)
    assert formats.read(out, "label-studio", scheme) == [], "a suggestion is no annotation"
    read = formats.read(out, "label-studio", scheme, predictions=True)
    assert {d.text for d in read} == {
        "总投资5亿元的宏图电池项目落户东山县。",
        "南岭区举办茶叶招商推介会。",
    }
    before = out.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full_disk(Path.write_text))
        assert zhaoshang.main(words) == 2
    said = f"{out}: the disk is full; make room and run it again; nothing incomplete"
    assert said in capsys.readouterr().err
    assert out.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive", "tasks.json"]
    assert zhaoshang.main([*words, "--need", "NOTHING=1"]) == 2
    assert "the model has no label NOTHING" in capsys.readouterr().err
