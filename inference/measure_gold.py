"""All figures of the ledger on the gold data: `python -m inference.measure_gold [--json FILE]`.

- amounts: gold AMOUNT spans of the test part whose value, currency and range are read right;
- duplicates: pairs of mentions put together, over the reports of the corpus that were gone through
  for them (`annotations/gold/reports.txt`) and the reports written for this
  (`annotations/gold/duplicate-reports.jsonl`); `apart` says how many of the pairs that are hard to
  tell apart were; `corpus` and `written` are the two sources by themselves;
- conflicts: entries of the corpus that are flagged, by what is flagged;
- totals: what the seeds state beside what their projects add up to, and the verdicts over the corpus.

Gold spans and links are given: these are figures of the reading, the merging and the flags alone.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from annotations import splits, store
from annotations.document import Document
from annotations.errors import ZhaoshangError
from inference.ledger import Ledger, build
from inference.ledger_gold import GOLD, Key, attach_amounts, attach_projects
from inference.measure_ledger import measure_amounts, measure_duplicates
from inference.stated_totals import compare, verdicts

DATA = GOLD.parent / "data"
_SEEDS = "seeds.jsonl"
_REPORTS = "duplicate-reports.jsonl"
_READ = "reports.txt"


def measure_test_amounts(data: Path = DATA, gold: Path = GOLD) -> dict[str, Any]:
    """Gold spans of the test part against their readings; see `measure_amounts`.

    Raises:
        ZhaoshangError: a file cannot be read or does not fit the others.
    """
    test = splits.listed(store.load(data))["test"]
    attach_amounts(test, gold / "amounts.jsonl")
    return measure_amounts(test)


def measure_all_duplicates(data: Path = DATA, gold: Path = GOLD) -> dict[str, Any]:
    """Pairwise scores over all mentions, and over each source by itself.

    Raises:
        ZhaoshangError: a file cannot be read or does not fit the others.
    """
    read = set((gold / _READ).read_text(encoding="utf-8").split())
    corpus = [document for document in store.load(data) if document.id in read]
    written = store.load(gold / _REPORTS)
    pairs = attach_projects([*corpus, *written], gold / "duplicates.jsonl")
    return {
        **measure_duplicates([*corpus, *written]),
        "apart": {"right": _kept_apart(build([*corpus, *written]), pairs), "gold": len(pairs)},
        "corpus": measure_duplicates(corpus),
        "written": measure_duplicates(written),
    }


def measure_totals(data: Path = DATA) -> dict[str, Any]:
    """Stated totals beside the ledger's sums: each of the seeds' and the verdicts on the corpus.

    Raises:
        ZhaoshangError: a file cannot be read.
    """
    seeds = [found.to_dict() for found in compare(store.load(data / _SEEDS))]
    return {"seeds": seeds, "corpus": verdicts(compare(store.load(data)))}


def measure_conflicts(documents: Iterable[Document]) -> dict[str, int]:
    """How many entries there are, have several mentions, and are flagged, by what is flagged."""
    projects = build(documents).projects
    flags = Counter(what for project in projects for what in project.conflicts)
    several = sum(len(project.evidence) > 1 for project in projects)
    return {
        "entries": len(projects),
        "several_mentions": several,
        **{what: flags[what] for what in ("amount", "stage", "place")},
    }


def measure(data: Path = DATA, gold: Path = GOLD) -> dict[str, Any]:
    """All figures.

    Raises:
        ZhaoshangError: a file cannot be read or does not fit the others.
    """
    return {
        "amounts": measure_test_amounts(data, gold),
        "duplicates": measure_all_duplicates(data, gold),
        "conflicts": measure_conflicts(store.load(data)),
        "totals": measure_totals(data),
    }


def _kept_apart(ledger: Ledger, pairs: list[tuple[Key, Key]]) -> int:
    owners = {
        (found.report, found.start): project.id
        for project in ledger.projects
        for found in project.evidence
    }
    return sum(owners[first] != owners[second] for first, second in pairs)


def main(arguments: list[str]) -> int:
    """Print the figures as JSON and write them to a file; 2 when something cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m inference.measure_gold", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of annotated reports")
    parser.add_argument("--gold", type=Path, default=GOLD, help="folder of gold readings")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    options = parser.parse_args(arguments)
    try:
        text = json.dumps(measure(options.data, options.gold), ensure_ascii=False, indent=1)
        print(text)
        if options.json:
            options.json.write_text(text + "\n", encoding="utf-8")
    except (ZhaoshangError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
