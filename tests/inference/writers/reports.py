"""Reports for the writers: plain ones, hostile ones, and one that could not be read."""

from __future__ import annotations

from annotations.document import Document, Span
from annotations.formats.inline import loads

PLAIN = """
=== first
meta: place=通辽市; date=2023-06-30; title=上半年招商; url=https://example.org/first
[project] 总投资⟦18亿元|A investment >1⟧的⟦海泰风机整机装备制造产业基地|P landed #1⟧落户库伦旗。
[project] 云山新材料有限公司投资约⟦5亿元|A investment >2⟧的⟦年产3万吨电池壳项目|P signed #2⟧签约。
[result] 截至目前，共签约项目21个，总签约额⟦30.5亿元|A contract⟧；
+[result] 到位资金⟦6.1亿元|A received⟧，同比增长12%。
[plan] 力争全年到位资金⟦50亿元|A received target⟧。
[measure] 近日，⟦赴江苏省开展招商推介3场|M promotion⟧。
=== second
meta: place=通辽市; date=2024-03-01
[project] 库伦旗⟦海泰风机整机装备制造产业基地|P construction #1⟧开工，总投资⟦20亿元|A investment >1⟧。
[project] 奈曼旗⟦温泉小镇|P negotiation #2⟧正在洽谈，总投资⟦3000万美元|A investment >2⟧。
[measure] 今年将⟦设立招商专班5个|M team planned⟧。
"""

#: What must come out of every writer as the text it is.
HOSTILE = (
    "<script>window.hacked = 1</script>",
    '"><img src=x onerror="window.hacked = 1">',
    "</script><script>window.hacked = 1</script>",
    "<!--<script>",
    "{{ 7 * 7 }}{% raw %}",
    "=cmd|'/C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "＝1＋1",
    "https://evil.example/x",
    "\u202eOCILAM\u202c基地",
    "铃\x07响\x1b[31m红",
    "𠮷野家\U0001f600产业园",
    "_x0041_中心",
)


def plain() -> list[Document]:
    return loads(PLAIN)


def hostile() -> Document:
    """One report whose projects, sums, measure, id and metadata are all `HOSTILE`."""
    text, spans = "", []
    for number, name in enumerate(HOSTILE):
        label = ("PROJECT", "MEASURE")[number % 7 == 6]
        start = len(text)
        text += f"{name}。\n"
        spans.append(Span(start, start + len(name), label))
    start = len(text)
    text += "=9亿元。"
    spans.append(Span(start, start + 4, "AMOUNT", {"role": "investment"}))
    meta = {"title": HOSTILE[1], "url": "javascript:window.hacked = 1", "place": HOSTILE[0]}
    return Document(f"id-{HOSTILE[2]}", text, meta, spans=spans)


def unreadable() -> Document:
    return Document("broken", "", extra={"error": {"type": "encoding", "message": "=不是 UTF-8"}})
