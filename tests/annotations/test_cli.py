import json
from collections.abc import Callable
from pathlib import Path

import pytest

import zhaoshang
from annotations import formats, splits, store
from annotations import scheme as schemes
from annotations.document import Document
from annotations.scheme import Scheme
from tests.annotations.reports import signing

DATA = Path(__file__).parents[1] / "data" / "formats"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """``zhaoshang annotate …``: exit code, what it prints, what it complains of."""

    def command(*arguments: str | Path) -> tuple[int, str, str]:
        code = zhaoshang.main(["annotate", *map(str, arguments)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    path = tmp_path / "reports.jsonl"
    store.save(path, [signing()])
    return path


@pytest.mark.parametrize("name", ["label-studio", "doccano", "brat", "hf", "jsonl"])
def test_export_and_import(run: Run, tmp_path: Path, reports: Path, name: str) -> None:
    there, back = tmp_path / f"there-{name}.jsonl", tmp_path / "back.jsonl"
    if name == "hf":
        pytest.importorskip("datasets", reason="the train extra brings datasets")
    assert run("export", reports, "--format", name, "--out", there)[0] == 0
    code, out, _ = run("import", there, "--format", name, "--out", back)
    assert code == 0
    assert "1 reports, 2 sentences, 2 AMOUNT" in out
    assert store.load(back) == [signing()]


def test_a_configuration_needs_no_reports(run: Run, tmp_path: Path) -> None:
    code, printed, _ = run("export", "--format", "label-studio-config")
    assert code == 0
    assert printed.startswith("<View>")
    out = tmp_path / "config.xml"
    assert run("export", "--format", "label-studio-config", "--out", out)[0] == 0
    assert out.read_text(encoding="utf-8") == printed
    code, _, err = run("export", "--format", "brat")
    assert (code, "needs a PATH with reports and --out" in err) == (2, True)


def test_public_data_brings_its_scheme(run: Run, tmp_path: Path) -> None:
    out, scheme = tmp_path / "train.jsonl", tmp_path / "scheme.toml"
    source = DATA / "resumes.bmes"
    code, _, err = run("import", source, "--format", "conll", "--out", out)
    assert (code, out.exists()) == (2, False)
    assert "no label CONT, EDU, NAME, ORG, TITLE; --scheme-out FILE makes a scheme" in err
    assert run("import", source, "--format", "conll", "--out", out, "--scheme-out", scheme)[0] == 0
    found = schemes.load(scheme)
    assert list(found.labels) == ["NAME", "CONT", "ORG", "EDU", "TITLE"]
    assert found.kinds == {}
    assert len(store.load(out, scheme=found)) == 2
    assert run("check", out, "--scheme", scheme)[0] == 0
    assert "| NAME | 1 |" in run("stats", out, "--scheme", scheme)[1]


def test_broken_imports_are_refused_with_file_and_report(
    run: Run, tmp_path: Path, scheme: Scheme
) -> None:
    document = signing()
    document.spans[2].start = document.spans[2].end - 1
    document.spans[3].start = document.spans[2].start  # now they overlap
    formats.write(tmp_path / "tasks.json", [document], "label-studio")
    code, _, err = run(
        "import", tmp_path / "tasks.json", "--format", "label-studio", "--out", tmp_path / "x.jsonl"
    )
    assert code == 2
    assert "tasks.json: report 'xiangtan-2019': spans[3]" in err
    assert "overlap" in err
    assert not (tmp_path / "x.jsonl").exists()


def test_what_nobody_has_annotated_is_not_imported(run: Run, tmp_path: Path) -> None:
    corrected, suggested = signing(), signing()
    suggested.id, suggested.extra["model"] = "suggested", "m@1"
    tasks, out = tmp_path / "tasks.json", tmp_path / "new.jsonl"
    words = ("import", tasks, "--format", "label-studio", "--out", out)
    formats.write(tasks, [corrected, suggested, suggested], "label-studio")
    code, printed, err = run(*words)
    assert code == 0
    assert [d.id for d in store.load(out)] == [corrected.id]
    assert "1 reports" in printed
    assert f"left out 2 tasks that nobody has annotated, the first {tasks}: task 1" in err
    out.unlink()

    formats.write(tasks, [suggested], "label-studio")
    code, _, err = run(*words)
    assert (code, out.exists()) == (2, False)
    assert "tasks.json: nobody has annotated any of the 1 tasks; --predictions reads" in err
    code, _, err = run(*words, "--predictions")
    assert (code, err) == (0, "")
    assert store.load(out) == [suggested]

    code, _, err = run("import", out, "--format", "jsonl", "--out", out, "--predictions")
    assert code == 2
    assert "--predictions: jsonl does not tell" in err


def test_check_is_quiet_about_good_reports(run: Run, reports: Path) -> None:
    code, out, _ = run("check", reports)
    assert code == 0
    assert out.splitlines()[-1].endswith("1 relations: 0 errors, 0 warnings")


def test_check_prints_errors_and_the_worst_places_first(run: Run, tmp_path: Path) -> None:
    bad = signing()
    bad.spans[2].end += 1
    bad.spans[0].attributes["role"] = "money"
    money = Document("plain", "投资8亿元，约9亿元。")
    path = tmp_path / "bad.jsonl"
    store.save(path, [bad, money])
    code, out, _ = run("check", path, "--limit", "2")
    lines = out.splitlines()
    assert code == 1
    assert lines[0].startswith(f"error: {path}:1: xiangtan-2019: spans[0]")
    assert lines[1].startswith(f"error: {path}:1: xiangtan-2019: relations[0]")
    assert [line[:15] for line in lines[2:4]] == ["warning (0.90):"] * 2
    assert lines[4] == "… and 1 less suspicious places; --limit 0 prints all"
    assert lines[5].endswith("2 errors, 3 warnings")
    assert (
        "MEASURE edge '出台招商新政，'" in run("check", tmp_path / "bad.jsonl", "--limit", "0")[1]
    )


def test_check_finds_what_two_parts_share(run: Run, tmp_path: Path) -> None:
    twin = signing()
    twin.id = "twin"
    store.save(tmp_path / "both.jsonl", [signing(), twin])
    lists = tmp_path / "splits.toml"
    splits.save({"train": ["xiangtan-2019"], "test": ["twin"]}, lists)
    code, out, _ = run("check", tmp_path / "both.jsonl", "--splits", lists)
    assert code == 1
    assert "error: xiangtan-2019 and twin share project '远程塔机𬭚钢基地'" in out
    splits.save({"train": ["xiangtan-2019", "twin"]}, lists)
    assert run("check", tmp_path / "both.jsonl", "--splits", lists)[0] == 0
    code, _, err = run("check", tmp_path / "both.jsonl", "--splits", tmp_path / "none.toml")
    assert code == 2
    assert "no such file" in err


def test_check_compares_with_a_model(run: Run, tmp_path: Path) -> None:
    pytest.importorskip(
        "cleanlab", reason="pip install cleanlab to compare annotations with a model"
    )
    gold, predicted = [signing() for _ in range(8)], [signing() for _ in range(8)]
    for i, (mine, theirs) in enumerate(zip(gold, predicted, strict=True)):
        mine.id = theirs.id = str(i)
        for span in theirs.spans:
            span.confidence = 0.95
    del gold[5].spans[2]  # the measure
    store.save(tmp_path / "gold.jsonl", gold)
    store.save(tmp_path / "predicted.jsonl", predicted)
    _, out, _ = run("check", tmp_path / "gold.jsonl", "--with-model", tmp_path / "predicted.jsonl")
    expected = "warning (0.95): 5 [21, 27) '出台招商新政': unmarked here, MEASURE to the model"
    assert expected in out.splitlines()


def test_stats(run: Run, reports: Path) -> None:
    assert "| AMOUNT.role | investment | 1 |" in run("stats", reports)[1]
    out = run("stats", reports, "--by", "genre", "--by", "place")[1]
    assert "| results | 1 | 2 | 2 | 1 | 1 |" in out
    assert "| 湘潭县 | 1 | 2 | 2 | 1 | 1 |" in out


def test_agreement(run: Run, tmp_path: Path, reports: Path) -> None:
    assert "| all labels, exact | 100.0 | 4 | 4 | 4 |" in run("agreement", reports, reports)[1]
    figures = json.loads(run("agreement", reports, reports, "--json")[1])
    assert figures["micro"]["f1"] == 1
    store.save(tmp_path / "other.jsonl", [Document("b", "文")])
    code, _, err = run("agreement", reports, tmp_path / "other.jsonl")
    assert code == 2
    assert "missing from the second annotation" in err


@pytest.mark.parametrize(
    "arguments",
    [("check", "none.jsonl"), ("export", "none", "--format", "brat", "--out", "x"), ("check",)],
)
def test_wrong_arguments_exit_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    code, _, err = run(*arguments)
    assert code == 2
    assert err


def test_an_import_is_moved_onto_the_raw_texts(run: Run, tmp_path: Path, reports: Path) -> None:
    there, back, raw = tmp_path / "there.json", tmp_path / "back.jsonl", tmp_path / "raw"
    run("export", reports, "--format", "label-studio", "--out", there)
    raw.mkdir()
    text = f"\u3000\r\n{signing().text}\r\n"
    (raw / "xiangtan-2019.txt").write_bytes(text.encode())
    arguments = ("import", there, "--format", "label-studio", "--out", back, "--texts", raw)
    code, _, err = run(*arguments)
    assert (code, "there.json: report 'xiangtan-2019': moved onto" in err) == (0, True)
    (document,) = store.load(back)
    assert document.text == text
    assert [document.text[s.start : s.end] for s in document.spans][:2] == [
        "15亿元",
        "远程塔机𬭚钢基地",
    ]
    back.unlink()
    (raw / "xiangtan-2019.txt").write_text("别的报告", encoding="utf-8")
    code, _, err = run(*arguments)
    assert (code, back.exists()) == (2, False)
    assert "there.json: report 'xiangtan-2019': the exported text differs from the raw text" in err


def test_the_help_of_check_tells_where_predictions_come_from(run: Run) -> None:
    assert "training.cross_predict" in "".join(run("check", "--help")[1].split())
