"""A label that is only added to the scheme file and the annotations is learnt, exported and extracted."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
import torch

from annotations import scheme as schemes
from annotations.document import Document, Span
from annotations.scheme import Scheme
from inference.extractor import Extractor
from tests.training.tiny_corpus import MAKERS, PLACES, corpus, event, make, project, received
from training.config import TrainConfig
from training.data import Data
from training.export import export
from training.inherit import inherit, load_parent, shared
from training.model import ReportTagger
from training.train import train

COMPANY = """
[labels.COMPANY]
name = "企业"
description = "A company by its full name."

[labels.COMPANY.attributes.form]
name = "形式"
values = { limited = "有限公司", group = "集团" }
"""


@pytest.fixture(scope="module")
def wider(tmp_path_factory: pytest.TempPathFactory) -> Scheme:
    path = tmp_path_factory.mktemp("scheme") / "scheme.toml"
    text = schemes.DEFAULT_PATH.read_text(encoding="utf-8")
    path.write_text(text.replace("[relations.", f"{COMPANY}\n[relations.", 1), encoding="utf-8")
    return schemes.load(path)


def reports(count: int, prefix: str) -> list[Document]:
    rng = random.Random(prefix)
    made = []
    for number in range(count):
        form, ending = rng.choice((("limited", "有限公司"), ("group", "集团")))
        name = rng.choice(MAKERS) + ending, "COMPANY", {"form": form}
        company = "context", [rng.choice(PLACES), "有", name, "。"]
        made.append(make(f"{prefix}{number}", company, project(rng), event(rng), received(rng)))
    return made


def test_a_fourth_label_needs_no_code(
    wider: Scheme, tiny_config: TrainConfig, tmp_path: Path
) -> None:
    texts = reports(30, "c")
    data = Data(texts[:24], texts[24:], [])
    weights = tiny_config.loss_weights | {"attributes": 2.0}
    config = tiny_config.override({"epochs": 12, "loss_weights": weights})
    figures = train(data, config, tmp_path / "m", scheme=wider, quiet=True)
    assert figures["development"]["spans"]["COMPANY"]["f1"] > 0.9
    extractor = Extractor.load(export(tmp_path / "m", tmp_path / "out", int8=False))
    unseen = reports(8, "u")
    right = [companies(report) == companies(extractor(report.text)) for report in unseen]
    assert right.count(True) >= 7


def companies(report: Document) -> list[tuple[str, object]]:
    """The new label's spans with its attribute."""
    return [
        (report.text[s.start : s.end], s.attributes["form"])
        for s in report.spans
        if s.label == "COMPANY"
    ]


def test_a_model_goes_on_with_a_label_its_parent_lacked(
    wider: Scheme, tiny_model: Path, tiny_config: TrainConfig, tmp_path: Path
) -> None:
    texts = reports(18, "d")
    config = tiny_config.override({"epochs": 6, "frozen_epochs": 0})
    figures = train(
        Data(texts[:14], texts[14:], []),
        config,
        tmp_path / "m",
        scheme=wider,
        quiet=True,
        parent=tiny_model,
    )
    assert figures["development"]["spans"]["COMPANY"]["f1"] > 0.8
    assert figures["development"]["micro"]["f1"] > 0.8


def test_what_both_schemes_know_is_inherited(wider: Scheme, tiny_model: Path) -> None:
    parent = load_parent(tiny_model)
    config = parent.config.to_dict() | {"scheme": json.dumps(wider.to_dict())}
    torch.manual_seed(1)
    child = ReportTagger(type(parent.config).from_dict(config))
    inherit(child, parent)
    ids, mask = torch.randint(7, 40, (2, 12)), torch.ones(2, 12, dtype=torch.long)
    with torch.no_grad():
        ours, theirs = child.eval()(ids, mask), parent.eval()(ids, mask)
    to, source = shared(child.layout.tags, parent.layout.tags)
    assert parent.layout.tags[1::2] == ["B-AMOUNT", "B-PROJECT", "B-MEASURE"]
    assert (to.tolist(), source.tolist()) == ([*range(7)], [*range(7)])
    assert torch.allclose(ours["tags"][..., to], theirs["tags"][..., source], atol=1e-5)
    size = theirs["attributes"].shape[-1]
    assert torch.allclose(ours["attributes"][..., :size], theirs["attributes"], atol=1e-5)
    for name in ("kinds", "heads", "tails"):
        assert torch.allclose(ours[name], theirs[name], atol=1e-5)
    assert torch.equal(child.moves[to[:, None], to], parent.moves[source[:, None], source])


def test_shared_names_by_place() -> None:
    to, source = shared(["O", "B-X", "B-Z"], ["O", "B-Y", "B-Z"])
    assert (to.tolist(), source.tolist()) == ([0, 2], [0, 2])
    assert shared(["a"], ["b"])[0].tolist() == []


def test_a_scheme_of_labels_alone_is_learnt_and_exported(
    tiny_config: TrainConfig, tmp_path: Path
) -> None:
    labels = schemes.parse(
        {"version": 1, "labels": {k: {"name": k} for k in ("AMOUNT", "PROJECT", "MEASURE")}}
    )
    texts = [
        Document(d.id, d.text, spans=[Span(s.start, s.end, s.label) for s in d.spans])
        for d in corpus(30)
    ]
    config = tiny_config.override({"epochs": 2})
    train(Data(texts[:24], texts[24:], []), config, tmp_path / "m", scheme=labels, quiet=True)
    for int8 in (False, True):
        extractor = Extractor.load(export(tmp_path / "m", tmp_path / f"{int8}", int8=int8))
        found = extractor(texts[0].text)
        assert "error" not in found.extra
        assert not any(span.attributes for span in found.spans)
