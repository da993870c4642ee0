"""Small annotated reports after a few patterns, which a tiny model learns in seconds."""

from __future__ import annotations

import random

from annotations.document import Document, Relation, Sentence, Span

PLACES = ("东山县", "西河市", "南岭区", "北塘镇", "中洲新区")
MAKERS = ("宏图", "远大", "金穗", "长青", "天工", "海纳", "百川", "启明")
#: Makers of test reports, so that these share no project with the others.
TEST_MAKERS = ("华泰", "东升", "嘉禾", "信达")
GOODS = ("电池", "风机", "茶叶", "玻璃", "轴承", "芯片", "饲料", "服装")
HEADS = ("项目", "基地", "产业园")
EVENTS = ("招商推介会", "项目签约会", "银企对接会", "产业恳谈会")

Part = str | tuple[str, str, dict[str, object]]


def make(id: str, *sentences: tuple[str, list[Part]], **meta: str) -> Document:
    """A report from sentences of plain and marked parts; each AMOUNT links to the PROJECT of its sentence."""
    document = Document(id, "", dict(meta))
    for kind, parts in sentences:
        start, first = len(document.text), len(document.spans)
        for part in parts:
            text, label, attributes = (part, "", {}) if isinstance(part, str) else part
            if label:
                place = len(document.text)
                document.spans.append(Span(place, place + len(text), label, dict(attributes)))
            document.text += text
        document.sentences.append(Sentence(start, len(document.text), kind))
        labels = [span.label for span in document.spans[first:]]
        if "AMOUNT" in labels and "PROJECT" in labels:
            ends = first + labels.index("AMOUNT"), first + labels.index("PROJECT")
            document.relations.append(Relation("investment_of", *ends))
    return document


def project(rng: random.Random, makers: tuple[str, ...] = MAKERS) -> tuple[str, list[Part]]:
    amount = f"{rng.randint(1, 99)}亿元", "AMOUNT", {"role": "investment"}
    name = (
        rng.choice(makers) + rng.choice(GOODS) + rng.choice(HEADS),
        "PROJECT",
        {"stage": "landed"},
    )
    return "project", ["总投资", amount, "的", name, f"落户{rng.choice(PLACES)}。"]


def event(rng: random.Random) -> tuple[str, list[Part]]:
    act = f"举办{rng.choice(GOODS)}{rng.choice(EVENTS)}", "MEASURE", {"category": "promotion"}
    return "measure", [f"{rng.choice(PLACES)}在{rng.choice(PLACES)}", act, "。"]


def received(rng: random.Random) -> tuple[str, list[Part]]:
    amount = f"{rng.randint(1, 99)}.{rng.randint(1, 9)}亿元", "AMOUNT", {"role": "received"}
    return "result", [f"{rng.choice(PLACES)}到位资金", amount, "。"]


def praise(rng: random.Random) -> tuple[str, list[Part]]:
    return "context", [f"{rng.choice(PLACES)}山清水秀，{rng.choice(GOODS)}驰名。"]


def corpus(
    count: int, seed: int = 0, prefix: str = "r", makers: tuple[str, ...] = MAKERS
) -> list[Document]:
    """``count`` reports of four sentences, one of each pattern, in two genres."""
    rng = random.Random(seed)
    reports = []
    for number in range(count):
        sentences = [project(rng, makers), event(rng), received(rng), praise(rng)]
        rng.shuffle(sentences)
        genre = ("results", "signing")[number % 2]
        reports.append(make(f"{prefix}{number:03}", *sentences, genre=genre))
    return reports
