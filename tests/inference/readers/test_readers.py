from __future__ import annotations

import json
import zlib
from pathlib import Path

import docx
import pytest

from annotations.errors import ZhaoshangError
from inference.readers import SUFFIXES, RawReport, ReadError, pdf, read_file
from inference.readers import docx as docx_reader

TEXT = "我县招商引资工作成效明显。\n总投资20.5亿元的储能电池项目落户开发区，年内开工建设。"


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def only(path: Path) -> RawReport | ReadError:
    (item,) = read_file(path)
    return item


def report(path: Path) -> RawReport:
    item = only(path)
    assert isinstance(item, RawReport), item
    return item


def error(path: Path) -> ReadError:
    item = only(path)
    assert isinstance(item, ReadError), item
    assert str(path) in item.message
    return item


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("gb18030", "gb18030"),
        ("big5", "big5hkscs"),
        ("utf-16", "utf-16"),
    ],
)
def test_text_files_in_the_encodings_of_chinese_pages(
    tmp_path: Path, encoding: str, found: str
) -> None:
    text = (
        TEXT
        if encoding != "big5"
        else "本縣招商引資工作成效明顯。總投資二十億元的電池項目落戶開發區。"
    )
    item = report(write(tmp_path / "a.txt", text.encode(encoding)))
    assert (item.id, item.text, item.meta) == ("a", text, {"encoding": found})


def test_bytes_that_are_no_text_are_an_error_not_a_guess(tmp_path: Path) -> None:
    item = error(write(tmp_path / "a.txt", TEXT.encode() + b"\xff\xfe\x00\xff"))
    assert item.type == "encoding"
    assert "convert it to UTF-8" in item.message


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl"])
def test_empty_files_say_so(tmp_path: Path, name: str) -> None:
    assert error(write(tmp_path / name, b" \n")).type == "empty"


def test_json_lines_go_on_behind_a_bad_one(tmp_path: Path) -> None:
    lines = [
        "\ufeff"
        + json.dumps({"id": "x", "text": TEXT, "meta": {"place": "某县"}}, ensure_ascii=False),
        "{not json",
        "",
        '{"id": "y"}',
        '["text"]',
        '{"id": 3, "text": "a"}',
        '{"id": "z", "text": " "}',
        '{"text": "\\ud800"}',
        '{"text": "无号"}',
    ]
    path = write(tmp_path / "r.jsonl", "\n".join(lines).encode() + b'\n{"text": "\xff"}')
    items = list(read_file(path))
    assert [item.type if isinstance(item, ReadError) else item.id for item in items] == [
        "x", "json", "record", "record", "record", "empty", "encoding", "r:9", "encoding",
    ]  # fmt: skip
    assert items[0].meta == {"place": "某县"}
    assert f"{path}:2" in items[1].message


PAGE = """<html><head><title>我县招商引资成效明显</title><meta charset="gbk"></head><body>
<div class="nav"><a href="/">首页</a> <a href="/x">政务公开</a></div>
<article><h1>我县招商引资成效明显</h1>
<p>今年以来，我县把招商引资作为头等大事，先后赴多地开展推介活动，一批项目签约落地，发展后劲不断增强。</p>
<p>总投资20.5亿元的储能电池项目落户经济开发区，项目建成后预计年产值达到30亿元，带动就业一千余人。</p>
</article><div class="footer">主办单位：某县人民政府</div></body></html>"""


@pytest.mark.parametrize(("name", "encoding"), [("a.html", "utf-8"), ("a.HTM", "gb18030")])
def test_html_gives_title_and_main_text_with_its_paragraphs(
    tmp_path: Path, name: str, encoding: str
) -> None:
    item = report(write(tmp_path / name, PAGE.encode(encoding)))
    paragraphs = [item.text[start:end] for start, end in item.meta["paragraphs"]]
    assert paragraphs[0] == "我县招商引资成效明显"
    assert paragraphs[-1].startswith("总投资20.5亿元的储能电池项目")
    assert "首页" not in item.text
    assert item.text == "\n".join(paragraphs)
    assert item.meta["title"] == "我县招商引资成效明显"


def test_a_page_without_text_is_an_error(tmp_path: Path) -> None:
    assert error(write(tmp_path / "a.html", b"<html><body></body></html>")).type == "markup"


def test_word_documents_keep_paragraphs_and_table_rows_in_order(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("招商引资情况")
    document.add_paragraph("")
    table = document.add_table(rows=2, cols=3)
    for cell, text in zip(table.rows[0].cells, ("项目", "投资额", "进度"), strict=True):
        cell.text = text
    table.rows[1].cells[0].merge(table.rows[1].cells[1]).text = "合计20.5亿元"
    document.add_paragraph("以上项目均已开工。")
    path = tmp_path / "a.docx"
    document.save(str(path))
    item = report(path)
    assert item.text == "招商引资情况\n项目\t投资额\t进度\n合计20.5亿元\t\n以上项目均已开工。"
    assert [item.text[a:b] for a, b in item.meta["paragraphs"]] == item.text.split("\n")


def test_word_documents_that_are_none_or_empty(tmp_path: Path) -> None:
    assert error(write(tmp_path / "a.docx", b"PK\x03\x04 no")).type == "damaged"
    docx.Document().save(str(tmp_path / "b.docx"))
    assert error(tmp_path / "b.docx").type == "empty"


def make_pdf(pages: list[str]) -> bytes:
    """A minimal PDF: one page a text, in a built-in Latin font; empty text makes a bare page."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
    ]
    kids = []
    for text in pages:
        shown = "".join(f"({line}) Tj 0 -14 Td " for line in text.split("\n") if line)
        stream = f"BT /F 12 Tf 40 700 Td {shown}ET" if text else ""
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] "
            f"/Resources << /Font << /F 3 0 R >> >> /Contents {len(objects) + 2} 0 R >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    body, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    trailer = f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF"
    return f"{body}xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode("latin-1")


def test_pdf_pages_have_their_spans(tmp_path: Path) -> None:
    item = report(
        write(tmp_path / "a.pdf", make_pdf(["Project A.\nSigned in May.", "", "Total 20.5"]))
    )
    assert [item.text[a:b] for a, b in item.meta["pages"]] == [
        "Project A.\nSigned in May.",
        "",
        "Total 20.5",
    ]
    assert item.meta["pages_without_text"] == [2]


def test_a_scanned_pdf_says_so(tmp_path: Path) -> None:
    item = error(write(tmp_path / "a.pdf", make_pdf(["", ""])))
    assert item.type == "scanned"
    assert "OCR" in item.message


def test_a_broken_pdf_is_an_error(tmp_path: Path) -> None:
    data = zlib.compress(b"nothing")
    assert error(write(tmp_path / "a.pdf", data)).type == "damaged"


def test_lines_of_one_paragraph_are_joined() -> None:
    page = "总投资20.5亿元的储能电池项\n目落户经济开发区，年内开工\n建设。\n另有项目签约。"
    assert pdf._unwrapped(page).split("\n") == [
        "总投资20.5亿元的储能电池项目落户经济开发区，年内开工建设。",
        "另有项目签约。",
    ]


def test_missing_files_and_unknown_formats_are_the_users_to_mend(tmp_path: Path) -> None:
    with pytest.raises(ZhaoshangError, match="no such file"):
        list(read_file(tmp_path / "a.txt"))
    with pytest.raises(ZhaoshangError, match=r"no reader for \.doc; known: "):
        list(read_file(write(tmp_path / "a.doc", b"x")))


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "trafilatura", None)
    with pytest.raises(ZhaoshangError, match=r"zhaoshang\[documents\]"):
        list(read_file(write(tmp_path / "a.html", PAGE.encode())))


def test_every_suffix_is_lower_case() -> None:
    plain = {".txt", ".jsonl", ".jsonl.gz", ".jsonl.zst", ".html", ".htm", ".docx", ".pdf"}
    assert plain | {".csv", ".parquet"} == SUFFIXES


def test_a_word_document_that_unpacks_to_too_much_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docx_reader, "MOST", 1 << 20)
    document = docx.Document()
    document.add_paragraph("项" * 500_000)
    document.save(tmp_path / "a.docx")
    assert (tmp_path / "a.docx").stat().st_size < 1 << 18
    assert error(tmp_path / "a.docx").type == "length"
