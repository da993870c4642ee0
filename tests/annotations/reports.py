"""Small reports for the tests of this room: one by hand, and a hypothesis strategy for arbitrary ones."""

from __future__ import annotations

from hypothesis import strategies as st

from annotations import scheme as schemes
from annotations.document import Document, Relation, Sentence, Span

#: Characters that tools disagree about: outside the basic plane, combining, blank, marks of formats.
CHARACTERS = "总投资亿元项目基地。，；A1 \u3000\t\r\n𬭚😀é\u0301|\\#\"'<&>"


def signing() -> Document:
    """Two sentences, all three labels, flags, links, a character outside the basic plane."""
    text = "总投资15亿元的远程塔机𬭚钢基地开工。\n将出台招商新政，力争引资60亿元。"
    amount, project, measure, goal = (
        text.index(part) for part in ("15亿元", "远程", "出台", "60亿元")
    )
    return Document(
        "xiangtan-2019",
        text,
        {"genre": "results", "place": "湘潭县"},
        [Sentence(0, 19, "project"), Sentence(20, len(text), "plan")],
        [
            Span(amount, amount + 4, "AMOUNT", {"role": "investment"}),
            Span(project, project + 8, "PROJECT", {"stage": "construction"}),
            Span(measure, measure + 6, "MEASURE", {"category": "policy", "planned": True}),
            Span(goal, goal + 4, "AMOUNT", {"role": "received", "target": True}),
        ],
        [Relation("investment_of", 0, 1)],
    )


@st.composite
def documents(draw: st.DrawFn, blank_edges: bool = True) -> Document:
    """Valid reports under the project's scheme: sorted spans, links that the scheme allows.

    Args:
        blank_edges: whether sentences and spans may begin or end with a blank.
    """
    scheme = schemes.load()
    text = draw(st.text(st.sampled_from(CHARACTERS), min_size=1, max_size=60))

    def places(limit: int) -> list[tuple[int, int]]:
        cuts = draw(st.lists(st.integers(0, len(text)), max_size=2 * limit, unique=True))
        cuts = sorted(cuts)[: len(cuts) // 2 * 2]
        pairs = zip(cuts[::2], cuts[1::2], strict=True)
        return [(a, b) for a, b in pairs if blank_edges or text[a:b] == text[a:b].strip()]

    spans = []
    for start, end in places(5):
        label = scheme.labels[draw(st.sampled_from(list(scheme.labels)))]
        attributes: dict[str, str | bool] = {}
        for attribute in label.attributes.values():
            if not attribute.flag:
                attributes[attribute.key] = draw(st.sampled_from(list(attribute.values)))
            elif draw(st.booleans()):
                attributes[attribute.key] = True
        spans.append(Span(start, end, label.key, attributes))
    kinds = st.sampled_from(list(scheme.kinds))
    sentences = [Sentence(start, end, draw(kinds)) for start, end in places(4)]
    relations = []
    kind = scheme.relations["investment_of"]
    for head, span in enumerate(spans):
        tails = [i for i, s in enumerate(spans) if s.label == kind.tail]
        if span.label == kind.head and tails and kind.admits(span.attributes):
            relations.append(Relation(kind.key, head, draw(st.sampled_from(tails))))
    meta = draw(
        st.dictionaries(st.sampled_from(["genre", "place"]), st.text("湘潭县ab", max_size=4))
    )
    return Document(
        draw(st.text("abc-2019县", min_size=1, max_size=8)), text, meta, sentences, spans, relations
    )
