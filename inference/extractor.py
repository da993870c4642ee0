"""From raw report to annotated `Document`: the pipeline, step by step, for one report or a stream of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotations.document import Document, Relation, Sentence, Span
from annotations.scheme import Attribute
from inference import ledger as ledgers
from inference.chunks import CHARACTERS, gather
from inference.decoding import SpanProbability, best_tags, spans_of, tidy
from inference.encoding import CharVocab
from inference.layout import LINK_SIZE, Layout, link_buckets
from inference.limits import ReportTimeout, deadline
from inference.owners import RELATION, owner, parts
from inference.prepare import Prepared, prepare
from inference.settings import ModelSettings
from inference.sums import settle
from inference.tagger import OnnxTagger, Tagger, batch_ids

VOCAB_FILE = "vocab.txt"
DEFAULT_MODEL = Path(__file__).with_name("model")
#: Larger batches are no faster on a CPU: what they pass between operators no longer fits its caches.
BATCH_TOKENS = 1024
Floats = NDArray[np.float32]
# Spans (start, end, label, probability) on the clean text, by sentence.
_Found = list[list[tuple[int, int, str, float]]]


@dataclass(slots=True)
class _Work:
    """A report on its way through the pipeline: scores are filled in window by window."""

    prepared: Prepared
    id: str
    meta: dict[str, Any]
    scores: dict[str, Floats] = field(default_factory=dict)


class Extractor:
    """Finds spans, attributes, links and sentence kinds in raw reports.

    Args:
        tagger: scores windows.
        vocab: the tagger's characters.
        settings: the model's settings.
        batch_tokens: how many characters a batch of windows has at most (padding included).
        buffer_tokens: how many characters of reports `stream` gathers before they are batched by length.
        repair: whether damaged text is repaired first (`inference.text`).
        min_confidence: leave out spans and relations that are less sure.
        ledger: whether amounts are read as figures and each report gets a ledger of its own.
        seconds: time for repairing and for decoding one report, each; it holds in the main thread only, see
            `inference.limits.deadline`.

    Nothing of a report is kept between calls: one extractor may be used from several threads.
    """

    def __init__(
        self,
        tagger: Tagger,
        vocab: CharVocab,
        settings: ModelSettings,
        *,
        batch_tokens: int = BATCH_TOKENS,
        buffer_tokens: int = CHARACTERS,
        repair: bool = True,
        min_confidence: float = 0.0,
        seconds: float | None = None,
        ledger: bool = True,
    ) -> None:
        self.settings = settings
        self._tagger, self._vocab = tagger, vocab
        self._layout = Layout(settings.label_scheme)
        self._sizes = settings.window_sizes
        self._first, self._moves = settings.transitions()
        self._batch_tokens, self._buffer_tokens = batch_tokens, buffer_tokens
        self._repair, self._min_confidence = repair, min_confidence
        self._seconds, self._ledger = seconds, ledger

    @classmethod
    def load(
        cls,
        folder: Path | None = None,
        *,
        threads: int | None = None,
        device: str = "auto",
        **options: Any,
    ) -> Extractor:
        """An extractor from a model folder; the shipped model by default.

        Args:
            folder: the model folder.
            threads, device: as `OnnxTagger`.
            options: as the constructor's.

        Raises:
            DataError: when ``folder`` is no model folder, or the device is not to be had.
        """
        folder = folder or DEFAULT_MODEL
        settings = ModelSettings.load(folder)
        tagger = OnnxTagger(folder, threads, device)
        return cls(tagger, CharVocab.load(folder / VOCAB_FILE), settings, **options)

    @property
    def model(self) -> str:
        """``name@version``."""
        return f"{self.settings.name}@{self.settings.version}"

    def __call__(self, text: str, id: str = "", meta: dict[str, Any] | None = None) -> Document:
        """The report ``text`` as an annotated `Document`, spans on the raw text."""
        return next(self.stream([Document(id, text, dict(meta or {}))]))

    def stream(
        self, reports: Iterable[str | Document], *, batch_tokens: int | None = None
    ) -> Iterator[Document]:
        """Annotated reports in input order, lazily; windows of several reports share batches.

        Args:
            reports: raw texts, or documents of which only ``id``, ``text`` and ``meta`` are read. One that has an
                ``error`` in ``extra`` passes through; one that this library fails on gets such an error.
            batch_tokens: as the extractor's, for this stream.
        """
        documents = (
            Document("", report) if isinstance(report, str) else report for report in reports
        )
        for chunk in gather(documents, self._buffer_tokens):
            yield from self.extract(chunk, batch_tokens=batch_tokens)

    def extract(
        self, reports: Iterable[Document], *, batch_tokens: int | None = None
    ) -> list[Document]:
        """Reports that are worked on together, as `stream` does: its result depends on just these."""
        size = batch_tokens or self._batch_tokens
        items = [self._prepare(report) for report in reports]
        works = [item for item in items if isinstance(item, _Work)]
        self._score(works, size)
        found = self._decode(works, size)
        return [
            self._finish(item, found[id(item)]) if isinstance(item, _Work) else item
            for item in items
        ]

    def _prepare(self, document: Document) -> _Work | Document:
        if "error" in document.extra:
            return document
        try:
            with deadline(self._seconds):
                prepared = prepare(document.text, self._sizes, repair=self._repair)
        except Exception as error:  # one report's trouble must not end a batch
            return _failed(document.id, document.text, document.meta, "prepared", error)
        return _Work(prepared, document.id, document.meta)

    def _finish(self, work: _Work, found: _Found) -> Document:
        try:
            with deadline(self._seconds):
                document = self._document(work, found)
                if self._ledger:
                    ledgers.annotate(document, work.prepared.clean)
                return document
        except Exception as error:
            return _failed(work.id, work.prepared.clean.source, work.meta, "decoded", error)

    def _score(self, buffer: list[_Work], batch_tokens: int) -> None:
        """Run the network over all windows of ``buffer``, the longest first, and scatter the scores."""
        windows = []
        for work in buffer:
            count = len(work.prepared.clean.text)
            for name, columns in self._layout.sizes().items():
                work.scores[name] = np.zeros((count, columns), np.float32)
            ids = self._vocab.encode(work.prepared.clean.text)
            windows += [(work, window, ids) for window in work.prepared.windows]
        windows.sort(key=lambda item: -len(item[1]))
        at = 0
        while at < len(windows):
            rows = max(1, batch_tokens // (len(windows[at][1]) + 2))
            batch = windows[at : at + rows]
            at += rows
            parts = [ids[window.start : window.end] for _, window, ids in batch]
            outputs = self._tagger(*batch_ids(self._vocab, parts))
            for name, values in outputs.items():
                for row, (work, window, _) in enumerate(batch):
                    skip = window.core_start - window.start + 1
                    core = values[row, skip : skip + window.core_end - window.core_start]
                    work.scores[name][window.core_start : window.core_end] = core

    def _decode(self, buffer: list[_Work], batch_tokens: int) -> dict[int, _Found]:
        """Spans of the sentences of each work, by its `id`, found in batches of sentences of like length."""
        places = [
            (work, number, end - start)
            for work in buffer
            for number, (start, end) in enumerate(work.prepared.sentences)
        ]
        found: dict[int, _Found] = {
            id(work): [[] for _ in work.prepared.sentences] for work in buffer
        }
        places.sort(key=lambda item: -item[2])
        at = 0
        while at < len(places):
            batch = places[at : at + max(1, 4 * batch_tokens // places[at][2])]
            at += len(batch)
            emissions = np.zeros((len(batch), batch[0][2], len(self._layout.tags)), np.float32)
            for row, (work, number, size) in enumerate(batch):
                start = work.prepared.sentences[number][0]
                emissions[row, :size] = work.scores["tags"][start : start + size]
            lengths = np.array([size for _, _, size in batch])
            tags = best_tags(emissions, lengths, self._first, self._moves)
            busy = np.flatnonzero(tags.any(1))
            if not len(busy):
                continue
            probability = SpanProbability(
                emissions[busy], lengths[busy], self._first, self._moves, self._layout.tags
            )
            for row, place in enumerate(busy):
                work, number, size = batch[place]
                names = [self._layout.tags[i] for i in tags[place, :size]]
                start = work.prepared.sentences[number][0]
                found[id(work)][number] = [
                    (start + s, start + e, label, probability(row, s, e, label))
                    for s, e, label in spans_of(names)
                ]
        if self.settings.sums:
            for work in buffer:
                prepared = work.prepared
                found[id(work)] = settle(
                    prepared.clean.text, prepared.sentences, found[id(work)], self.settings.sums
                )
        return found

    def _document(self, work: _Work, found: _Found) -> Document:
        prepared, settings = work.prepared, self.settings
        document = Document(work.id, prepared.clean.source, work.meta, extra={"model": self.model})
        for (start, end), clean_spans in zip(prepared.sentences, found, strict=True):
            kind, confidence = self._kind(work, start, end)
            raw = prepared.clean.offsets.to_source(start, end)
            document.sentences.append(Sentence(*raw, kind, _rounded(confidence)))
            indices: list[int | None] = []
            for s, e, label, probability in clean_spans:
                raw = prepared.clean.offsets.to_source(*tidy(prepared.clean.text, s, e))
                if raw[0] >= raw[1] or (document.spans and raw[0] < document.spans[-1].end):
                    indices.append(None)
                    continue
                confidence = settings.calibrated(f"span.{label}", probability)
                if confidence < max(self._min_confidence, settings.floors.get(label, 0.0)):
                    indices.append(None)
                    continue
                attributes = self._attributes(work.scores["attributes"][s:e].mean(0), label)
                indices.append(len(document.spans))
                document.spans.append(Span(*raw, label, attributes, _rounded(confidence)))
            document.relations += self._links(
                work, (start, end), clean_spans, indices, document.spans
            )
        return document

    def _kind(self, work: _Work, start: int, end: int) -> tuple[str | None, float]:
        if not self._layout.kinds:
            return None, 0.0
        if work.prepared.is_boilerplate(start, end):
            return "boilerplate", 1.0
        chances = _softmax(work.scores["kinds"][start:end].mean(0))
        best = int(chances.argmax())
        return self._layout.kinds[best], self.settings.calibrated("kind", float(chances[best]))

    def _attributes(self, scores: Floats, label: str) -> dict[str, Any]:
        """Attribute values of a span from its mean scores; flags only where true."""
        values: dict[str, Any] = {}
        for columns in self._layout.attributes:
            if columns.label != label:
                continue
            attribute: Attribute = columns.attribute
            part = scores[columns.start : columns.stop]
            if not attribute.flag:
                values[attribute.key] = columns.values[int(part.argmax())]
            elif part[0] > 0:
                values[attribute.key] = True
        return values

    def _links(
        self,
        work: _Work,
        sentence: tuple[int, int],
        clean_spans: Sequence[tuple[int, int, str, float]],
        indices: Sequence[int | None],
        spans: Sequence[Span],
    ) -> list[Relation]:
        """Links inside one sentence: each possible head takes its best tail or none."""
        relations = []
        settings, first = self.settings, sentence[0]
        text = work.prepared.clean.text[slice(*sentence)]
        places = [(s - first, e - first, label) for s, e, label, _ in clean_spans]
        part = np.array(parts(text, places))
        for number, relation in enumerate(self._layout.relations):
            heads = [i for i, s in enumerate(clean_spans) if s[2] == relation.head]
            tails = [i for i, s in enumerate(clean_spans) if s[2] == relation.tail]
            if not heads or not tails:
                continue
            buckets = link_buckets(
                [clean_spans[i][:2] for i in heads], [clean_spans[i][:2] for i in tails]
            )
            bias = np.array(settings.link_bias[relation.key], np.float32)
            column = slice(number * LINK_SIZE, (number + 1) * LINK_SIZE)
            vectors = np.stack(
                [
                    work.scores["tails"][s:e, column].mean(0)
                    for s, e, *_ in (clean_spans[i] for i in tails)
                ]
            )
            for row, i in enumerate(heads):
                index = indices[i]
                if index is None or not relation.admits(spans[index].attributes):
                    continue
                s, e, *_ = clean_spans[i]
                at = number * (LINK_SIZE + 1)
                head = work.scores["heads"][s:e, at : at + LINK_SIZE + 1].mean(0)
                scores = vectors @ head[:LINK_SIZE] / np.sqrt(LINK_SIZE) + bias[buckets[row]]
                given = None
                if settings.owners and relation.key == RELATION:
                    given = owner(text, places, i)
                    far = part[tails] != part[i]
                    if not far.all():
                        scores[far] = -np.inf
                chances = _softmax(np.concatenate([head[LINK_SIZE:], scores]))
                best = int(chances.argmax()) if given is None else 1 + tails.index(given)
                certain = max(float(chances[best]), settings.owners * (given is not None))
                tail = indices[tails[best - 1]] if best else None
                if tail is None:
                    continue
                # A link is right where both its ends are.
                ends = clean_spans[i][3] * clean_spans[tails[best - 1]][3]
                chance = settings.calibrated(f"relation.{relation.key}", certain * ends)
                if chance >= self._min_confidence:
                    relations.append(Relation(relation.key, index, tail, _rounded(chance)))
        return relations


def _failed(id: str, text: str, meta: dict[str, Any], step: str, error: Exception) -> Document:
    if isinstance(error, ReportTimeout):
        record = {"type": "timeout", "message": f"{id}: being {step} {error}"}
    else:
        message = f"{id}: this report could not be {step}: {error}"
        record = {"type": type(error).__name__, "message": message}
    return Document(id, text, meta, extra={"error": record})


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


def _rounded(value: float) -> float:
    return round(value, 4)
