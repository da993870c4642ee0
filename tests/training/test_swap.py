from annotations.scheme import Scheme
from tests.training.tiny_corpus import corpus
from training.swap import LABELS, swapped_copies


def pieces(document) -> list[str]:
    """The text outside of spans that may be swapped."""
    cuts = [(s.start, s.end) for s in document.spans if s.label in LABELS]
    starts, ends = [0, *(end for _, end in cuts)], [*(s for s, _ in cuts), len(document.text)]
    return [document.text[a:b] for a, b in zip(starts, ends, strict=True)]


def test_a_copy_differs_in_its_names_and_amounts_alone(scheme: Scheme) -> None:
    documents = corpus(30)
    copies = list(swapped_copies(documents, 1, seed=3, scheme=scheme))
    known = {d.text[s.start : s.end] for d in documents for s in d.spans}
    changed = kept = 0
    for document, copy in zip(documents, copies, strict=True):
        assert copy.id == f"{document.id}#swapped1"
        assert pieces(copy) == pieces(document)
        assert copy.relations == document.relations
        assert [s.kind for s in copy.sentences] == [s.kind for s in document.sentences]
        assert "".join(copy.text[s.start : s.end] for s in copy.sentences) == copy.text
        for old, new in zip(document.spans, copy.spans, strict=True):
            before, after = document.text[old.start : old.end], copy.text[new.start : new.end]
            assert (old.label, old.attributes) == (new.label, new.attributes)
            assert after in known
            assert after[-1] == before[-1]
            changed += before != after
            kept += before == after
    assert changed > kept / 4
    assert kept


def test_copies_come_at_their_rate_and_again_the_same(scheme: Scheme) -> None:
    documents = corpus(40)
    copies = list(swapped_copies(documents, 1.5, seed=3, scheme=scheme))
    assert 45 < len(copies) < 75
    assert copies == list(swapped_copies(documents, 1.5, seed=3, scheme=scheme))
    assert copies != list(swapped_copies(documents, 1.5, seed=4, scheme=scheme))
    assert list(swapped_copies(documents, 0, seed=3, scheme=scheme)) == []
