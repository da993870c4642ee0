from __future__ import annotations

import json
from itertools import pairwise, product

import pytest
import torch
from transformers import BertForTokenClassification

from annotations.scheme import Scheme
from inference.decoding import legal_transitions
from tests.training.tiny_base import encoder_config
from training.model import ReportTagger, crf_nll, pool


@pytest.fixture(scope="module")
def tiny(scheme: Scheme) -> ReportTagger:
    torch.manual_seed(0)
    config = encoder_config(
        num_hidden_layers=1,
        scheme=json.dumps(scheme.to_dict()),
        num_labels=len(scheme.tags()),
        head_dropout=0.0,
        loss_weights={"tags": 1.0, "attributes": 1.0, "links": 1.0, "kinds": 1.0},
    )
    return ReportTagger(config)


def test_crf_against_brute_force() -> None:
    torch.manual_seed(1)
    tags = ["O", "B-X", "I-X"]
    first, moves = map(torch.from_numpy, legal_transitions(tags))
    first, moves = first + torch.randn(3), moves + torch.randn(3, 3)
    emissions = torch.randn(2, 4, 3)
    gold = torch.tensor([[0, 1, 2, 0], [1, 2, 0, 0]])
    lengths = torch.tensor([4, 2])
    nll = crf_nll(emissions, gold, lengths, first, moves)
    for row, length in enumerate(lengths.tolist()):
        scores = []
        for path in product(range(3), repeat=length):
            score = first[path[0]] + sum(emissions[row, t, tag] for t, tag in enumerate(path))
            scores.append(score + sum(moves[a, b] for a, b in pairwise(path)))
            if path == tuple(gold[row, :length].tolist()):
                wanted = scores[-1]
        assert nll[row].item() == pytest.approx(
            (torch.logsumexp(torch.stack(scores), 0) - wanted).item(), abs=1e-4
        )


def test_pool_means_over_spans() -> None:
    scores = torch.arange(12.0).reshape(1, 6, 2)
    pooled = pool(scores, torch.tensor([[0, 1, 3], [0, 5, 6]]))
    assert pooled.tolist() == [[3.0, 4.0], [10.0, 11.0]]


def test_saved_model_loads_as_plain_token_classification(tiny: ReportTagger, tmp_path) -> None:
    tiny.save_pretrained(tmp_path)
    plain = BertForTokenClassification.from_pretrained(tmp_path)
    ids = torch.randint(0, 50, (2, 9))
    mask = torch.ones_like(ids)
    tiny.eval()
    with torch.no_grad():
        ours, theirs = tiny(ids, mask)["tags"], plain.eval()(ids, mask).logits
    assert torch.allclose(ours, theirs, atol=1e-5)


def test_exported_scores_agree(tiny: ReportTagger, tmp_path) -> None:
    from inference.tagger import MODEL_FILE, OnnxTagger
    from training.export import TOLERANCE, difference, to_onnx

    to_onnx(tiny, tmp_path / MODEL_FILE)
    assert difference(tiny, OnnxTagger(tmp_path)) < TOLERANCE


def test_transitions_survive_saving(tiny: ReportTagger, tmp_path) -> None:
    tiny.save_pretrained(tmp_path)
    loaded = ReportTagger.from_pretrained(tmp_path)
    assert loaded.layout.tags == tiny.layout.tags
    for ours, theirs in zip(tiny.transitions(), loaded.transitions(), strict=True):
        assert torch.equal(ours, theirs)
