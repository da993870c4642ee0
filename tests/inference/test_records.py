"""Records become JSON-ready dictionaries without loss."""

import json
from datetime import date
from decimal import Decimal

from inference.amounts import read_amount
from inference.dates import Period
from inference.records import Evidence, IndicatorEntry, Ledger, to_plain

EVIDENCE = Evidence("r1", 3, 8, "185亿元", 0, 20, "总投资185亿元的项目。", 0.5)


def test_parts_become_plain_values() -> None:
    assert to_plain((Decimal("1E+3"), date(2024, 1, 2), None, "文", 3)) == [
        "1000",
        "2024-01-02",
        None,
        "文",
        3,
    ]
    assert to_plain(Period("去年", date(2023, 1, 1))) == {
        "text": "去年",
        "start": "2023-01-01",
        "end": None,
    }
    assert to_plain(read_amount("3亿元"))["value"] == "300000000"
    assert to_plain(EVIDENCE)["confidence"] == 0.5


def test_a_ledger_lists_its_records_by_kind() -> None:
    entry = IndicatorEntry(
        "签约项目", Decimal(21), "个", None, Decimal("12.5"), None, None, None, EVIDENCE
    )
    [record] = json.loads(json.dumps(Ledger(indicators=(entry,)).to_dicts()))
    assert (record["record"], record["count"], record["change"]) == ("indicator", "21", "12.5")
