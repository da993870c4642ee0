"""Regular expressions and word lists: what the three labels and their attributes come to without any learning."""

from __future__ import annotations

from collections.abc import Sequence

from annotations.document import Document, Span
from inference.figures import find_amounts
from inference.prepare import Prepared
from training.baselines import attributes, measures, projects
from training.baselines.reading import on_source, prepared


def read(documents: Sequence[Document]) -> list[Document]:
    """The rules as a `training.baselines.reading.Reader`: spans of all three labels with their attributes."""
    return [_read(document, prepared(document)) for document in documents]


def _read(document: Document, made: Prepared) -> Document:
    text = made.clean.text
    money = list(find_amounts(text))
    plan = attributes.is_plan(text)
    spans = []
    for sentence in made.sentences:
        here = [(s, e) for s, e in money if sentence[0] <= s < sentence[1]]
        spans += [
            Span(s, e, "AMOUNT", found)
            for (s, e), found in zip(here, attributes.amounts(text, sentence, here), strict=True)
        ]
        if made.is_boilerplate(*sentence):
            continue
        names = projects.find(text, sentence, here)
        stages = attributes.stages(text, sentence, names)
        spans += [
            Span(s, e, "PROJECT", {"stage": stage})
            for (s, e), stage in zip(names, stages, strict=True)
        ]
        spans += [
            Span(s, e, "MEASURE", attributes.measure(text, s, e, plan))
            for s, e in measures.find(text, sentence, [*here, *names])
        ]
    return on_source(document, made, spans)
