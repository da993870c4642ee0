from __future__ import annotations

import json
from itertools import pairwise, product
from typing import Any

import pytest
import torch
from torch.overrides import TorchFunctionMode
from transformers import BertForTokenClassification

from annotations.scheme import Scheme
from inference.decoding import legal_transitions
from inference.encoding import CharVocab
from inference.windows import WindowSizes
from tests.training.tiny_base import SPECIALS, encoder_config
from tests.training.tiny_corpus import corpus
from training.dataset import Encoder, LossReport, collate
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


class NoDefaultDevice(TorchFunctionMode):
    """Refuses tensors made on the default device, which on a GPU machine is the CPU."""

    factories = (torch.arange, torch.empty, torch.full, torch.ones, torch.tensor, torch.zeros)

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func in self.factories and kwargs.get("device") is None:
            raise AssertionError(f"{func.__name__} makes a tensor on no device in particular")
        return func(*args, **kwargs)


def test_every_tensor_of_a_training_step_is_made_where_the_model_is(scheme: Scheme) -> None:
    reports = corpus(4)
    vocab = CharVocab(SPECIALS + sorted({c for d in reports for c in d.text}))
    model = ReportTagger(
        encoder_config(
            vocab_size=len(vocab),
            scheme=json.dumps(scheme.to_dict()),
            num_labels=len(scheme.tags()),
            head_dropout=0.1,
            loss_weights={"tags": 1.0, "attributes": 1.0, "links": 1.0, "kinds": 1.0},
        )
    )
    encoder = Encoder(vocab, model.layout, WindowSizes(160, 32))
    batch = collate([r for d in reports for r in encoder.encode(d, LossReport())], vocab.pad)
    assert batch["targets"]["links"], "every loss takes part"
    with NoDefaultDevice():
        model.train()(**batch)["loss"].backward()
    assert all(p.grad is not None for p in model.parameters())
    with pytest.raises(AssertionError, match="arange makes"), NoDefaultDevice():
        torch.arange(3)
