"""The HTML file as text; `test_report_page` looks at it in a browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jinja2", reason="needs the extra `tables`")

from annotations.document import Document
from inference.ledger import Ledger
from inference.writers import html
from tests.inference.writers.reports import HOSTILE


class Page(HTMLParser):
    """Scripts, data blocks by id, elements by name."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.data: dict[str, Any] = {}
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._block: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        self.tags.append((tag, found))
        if tag == "script":
            self._block = found.get("id") or ""

    def handle_data(self, data: str) -> None:
        if self._block:
            self.data[self._block] = json.loads(data)
        elif self._block == "":
            self.scripts.append(data)
        self._block = None


@pytest.fixture
def text(records: Ledger, documents: list[Document], tmp_path: Path) -> str:
    html.write(tmp_path / "a.html", records, documents)
    return (tmp_path / "a.html").read_text(encoding="utf-8")


@pytest.fixture
def page(text: str) -> Page:
    return Page(text)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)


def test_the_only_script_is_the_one_the_policy_names(page: Page) -> None:
    [script] = page.scripts
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = next(
        found["content"]
        for tag, found in page.tags
        if tag == "meta" and found.get("http-equiv") == "Content-Security-Policy"
    )
    assert f"script-src 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none';")


def test_nothing_is_fetched(page: Page) -> None:
    assert {tag for tag, _ in page.tags} & {"link", "img", "iframe", "base", "object"} == set()
    for _, attributes in page.tags:
        assert "src" not in attributes
        assert (attributes.get("href") or "#").startswith("#")
        assert not [name for name in attributes if name.startswith("on")]


def test_hostile_text_is_data_and_nothing_else(page: Page, text: str) -> None:
    assert "window.hacked" not in "".join(page.scripts)
    assert len(re.findall("<script", text)) == len(page.scripts) + len(page.data)
    kept = set(strings(page.data))
    assert len(kept & set(HOSTILE)) >= 13
    assert "id-" + HOSTILE[2] in kept


def test_reports_are_whole_and_spans_keep_their_offsets(
    page: Page, documents: list[Document]
) -> None:
    for index, document in enumerate(documents):
        found = page.data[f"report-{index}"]
        assert found["text"] == document.text
        assert [span["at"] for span in found["spans"]] == [
            [span.start, span.end] for span in document.spans
        ]
    assert page.data["report-3"]["error"] == "=不是 UTF-8"
    assert page.data["report-0"]["spans"][0]["amount"] == "18亿元"
    assert page.data["report-0"]["links"] == [[0, 1], [2, 3]]


def test_tables_have_all_rows_with_their_places(page: Page, records: Ledger) -> None:
    counts = [len(page.data[f"table-{index}"]["rows"]) for index in range(5)]
    assert counts == [
        len(records.projects),
        len(records.amounts),
        len(records.measures),
        len(records.indicators),
        len(records.sources),
    ]
    cells, facets, places = page.data["table-0"]["rows"][0]
    assert cells[0] == "海泰风机整机装备制造产业基地"
    assert cells[2] == ["18亿元", 1.8e9]
    assert facets[:3] == ["在建", "内蒙古自治区", "通辽市"]
    assert places == [[0, 8, 22], [1, 3, 17]]


def test_an_empty_ledger_has_a_page(tmp_path: Path) -> None:
    html.write(tmp_path / "a.html", Ledger(), [])
    page = Page((tmp_path / "a.html").read_text(encoding="utf-8"))
    assert page.data["table-0"]["rows"] == []
