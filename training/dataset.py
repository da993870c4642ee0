"""Annotated reports as the tensors that training reads, by the same preparation that inference uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from datasets import Dataset
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from annotations.document import Document, Span
from inference.encoding import CharVocab
from inference.layout import Layout, link_buckets
from inference.prepare import Prepared, prepare
from inference.windows import Window, WindowSizes

IGNORED = -100


@dataclass(slots=True)
class LossReport:
    """Gold spans that training or evaluation cannot see, by reason; nothing is dropped silently."""

    spans: int = 0
    repair: list[str] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    windows: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lost = {
            "to text repair": self.repair,
            "to sentence splits": self.sentences,
            "to windows": self.windows,
        }
        parts = [f"{len(v)} {k} ({', '.join(v[:3])})" for k, v in lost.items() if v]
        return f"{self.spans} spans; lost: {'; '.join(parts) or 'none'}"


def clean_spans(document: Document, prepared: Prepared, report: LossReport) -> list[Span | None]:
    """Gold spans moved to the cleaned text; None where repair, or a sentence's end, leaves no such span."""
    moved: list[Span | None] = []
    for span in document.spans:
        report.spans += 1
        start, end = prepared.clean.offsets.to_target(span.start, span.end)
        name = f"{document.id} {document.text[span.start : span.end][:12]!r}"
        if start >= end or prepared.clean.offsets.to_source(start, end) != (span.start, span.end):
            report.repair.append(name)
            moved.append(None)
        elif not any(s <= start and end <= e for s, e in prepared.sentences):
            report.sentences.append(name)
            moved.append(None)
        else:
            moved.append(Span(start, end, span.label, span.attributes))
    return moved


def _kinds(document: Document, prepared: Prepared, layout: Layout) -> list[int]:
    """Gold kind (index) of each of our sentences: of the annotated sentence it overlaps most, or `IGNORED`."""
    kinds = []
    for start, end in prepared.sentences:
        raw_start, raw_end = prepared.clean.offsets.to_source(start, end)
        best = max(
            document.sentences,
            key=lambda s: min(raw_end, s.end) - max(raw_start, s.start),
            default=None,
        )
        overlaps = best is not None and min(raw_end, best.end) > max(raw_start, best.start)
        known = overlaps and best.kind in layout.kinds
        kinds.append(layout.kinds.index(best.kind) if known else IGNORED)
    return kinds


def _wanted(span: Span, layout: Layout) -> list[int]:
    """Per attribute of the scheme: the index of its value (flags 0 or 1), or -1 where it does not apply."""
    wanted = []
    for columns in layout.attributes:
        value = span.attributes.get(columns.attribute.key)
        if columns.label != span.label:
            wanted.append(-1)
        elif columns.attribute.flag:
            wanted.append(int(bool(value)))
        else:
            wanted.append(columns.values.index(value) if value in columns.values else -1)
    return wanted


class Encoder:
    """Encodes annotated reports into window features.

    Args:
        vocab: the base model's characters.
        layout: of the label scheme.
        sizes: window lengths.
    """

    def __init__(self, vocab: CharVocab, layout: Layout, sizes: WindowSizes) -> None:
        self.vocab, self.layout, self.sizes = vocab, layout, sizes
        self._tag_index = {tag: i for i, tag in enumerate(layout.tags)}

    def dataset(self, documents: Iterable[Document]) -> tuple[Dataset, LossReport]:
        """All windows of ``documents``, and what of their spans they lost."""
        report = LossReport()
        rows = [row for document in documents for row in self.encode(document, report)]
        return Dataset.from_list(rows), report

    def encode(self, document: Document, report: LossReport) -> list[dict[str, Any]]:
        """The windows of one report as plain features; positions count from the window's ``[CLS]``."""
        prepared = prepare(document.text, self.sizes)
        spans = clean_spans(document, prepared, report)
        kinds = _kinds(document, prepared, self.layout)
        tags = [0] * len(prepared.clean.text)
        for span in spans:
            if span is not None:
                tags[span.start] = self._tag_index[f"B-{span.label}"]
                inside = self._tag_index[f"I-{span.label}"]
                tags[span.start + 1 : span.end] = [inside] * (span.end - span.start - 1)
        ids = self.vocab.encode(prepared.clean.text).tolist()
        seen: set[int] = set()
        rows = []
        for window in prepared.windows:
            rows.append(self._row(document, prepared, window, ids, tags, spans, kinds, seen))
        for i, span in enumerate(spans):
            if span is not None and i not in seen:
                report.windows.append(
                    f"{document.id} {prepared.clean.text[span.start : span.end][:12]!r}"
                )
        return rows

    def _row(
        self,
        document: Document,
        prepared: Prepared,
        window: Window,
        ids: Sequence[int],
        tags: Sequence[int],
        spans: Sequence[Span | None],
        kinds: Sequence[int],
        seen: set[int],
    ) -> dict[str, Any]:
        shift = 1 - window.start
        first = window.core_start
        while first < window.core_end - 1 and self.layout.tags[tags[first]].startswith("I-"):
            first += 1  # a core that begins inside a span: the CRF reads on from its end
        kept = list(tags[first : window.core_end])
        name = self.layout.tags[kept[0]]
        if name.startswith("I-"):  # the whole core lies inside a span; no tags may begin so
            kept[0] = self._tag_index[f"B-{name[2:]}"]
        inside = [
            i
            for i, span in enumerate(spans)
            if span is not None and window.core_start <= span.start and span.end <= window.core_end
        ]
        seen.update(inside)
        parts = [
            (max(s, window.core_start), min(e, window.core_end), kind)
            for (s, e), kind in zip(prepared.sentences, kinds, strict=True)
            if s < window.core_end and window.core_start < e
        ]
        return {
            "input_ids": [
                self.vocab.begin,
                *ids[window.start : window.end],
                self.vocab.end,
            ],
            "length": window.end - window.start,
            "start": first + shift,
            "tags": kept,
            "spans": [[spans[i].start + shift, spans[i].end + shift] for i in inside],
            "attributes": [_wanted(spans[i], self.layout) for i in inside],
            "sentences": [[s + shift, e + shift] for s, e, _ in parts],
            "kinds": [kind for *_, kind in parts],
            "links": self._links(document, prepared, spans, inside),
        }

    def _links(
        self,
        document: Document,
        prepared: Prepared,
        spans: Sequence[Span | None],
        inside: Sequence[int],
    ) -> list[list[int]]:
        """Link questions, flat: relation, head, answer (0 for none), then a (tail, bucket) pair per candidate."""
        questions = []
        for number, relation in enumerate(self.layout.relations):
            answers = {r.head: r.tail for r in document.relations if r.type == relation.key}
            for start, end in prepared.sentences:
                here = [i for i in inside if start <= spans[i].start < end]
                heads = [i for i in here if spans[i].label == relation.head]
                tails = [i for i in here if spans[i].label == relation.tail]
                if not heads or not tails:
                    continue
                buckets = link_buckets(
                    [(spans[i].start, spans[i].end) for i in heads],
                    [(spans[i].start, spans[i].end) for i in tails],
                )
                for row, head in enumerate(heads):
                    if not relation.admits(spans[head].attributes):
                        continue
                    answer = answers.get(head)
                    question = [number, inside.index(head)]
                    question.append(tails.index(answer) + 1 if answer in tails else 0)
                    for column, tail in enumerate(tails):
                        question += [inside.index(tail), int(buckets[row, column])]
                    questions.append(question)
        return questions


def collate(rows: Sequence[Mapping[str, Any]], pad: int) -> dict[str, Any]:
    """A batch for `training.model.ReportTagger`.

    Returns:
        ``input_ids`` and ``attention_mask`` ``[B, T]`` and ``targets``: ``starts`` and ``lengths`` ``[B]`` and ``tags``
        ``[B, L]`` of the labelled stretches; ``spans`` and ``sentences`` ``[N, 3]`` (row, start, end); ``attributes``
        ``[N, …]``; ``kinds`` ``[S]``; ``links``: (relation, head, tails, buckets, answer), indices into ``spans``.
    """
    ids = [torch.tensor(row["input_ids"]) for row in rows]
    tags = [torch.tensor(row["tags"]) for row in rows]
    spans: list[list[int]] = []
    sentences: list[list[int]] = []
    attributes: list[list[int]] = []
    links: list[tuple[int, int, Tensor, Tensor, int]] = []
    for number, row in enumerate(rows):
        base = len(spans)
        spans += [[number, *span] for span in row["spans"]]
        attributes += row["attributes"]
        sentences += [[number, *part] for part in row["sentences"]]
        for relation, head, answer, *pairs in row["links"]:
            tails = torch.tensor(pairs[0::2]) + base
            links.append((relation, head + base, tails, torch.tensor(pairs[1::2]), answer))
    input_ids = pad_sequence(ids, batch_first=True, padding_value=pad)
    lengths = torch.tensor([len(row) for row in ids])
    return {
        "input_ids": input_ids,
        "attention_mask": (torch.arange(input_ids.shape[1]) < lengths[:, None]).long(),
        "targets": {
            "starts": torch.tensor([row["start"] for row in rows]),
            "lengths": torch.tensor([len(row) for row in tags]),
            "tags": pad_sequence(tags, batch_first=True),
            "spans": torch.tensor(spans).reshape(-1, 3),
            "attributes": torch.tensor(attributes),
            "sentences": torch.tensor(sentences).reshape(-1, 3),
            "kinds": torch.tensor([kind for row in rows for kind in row["kinds"]]),
            "links": links,
        },
    }


def label_counts(documents: Iterable[Document]) -> Counter[str]:
    """Spans by label."""
    return Counter(span.label for document in documents for span in document.spans)
