"""What a report states stands beside what its projects add up to."""

from decimal import Decimal

import pytest

from annotations.formats.inline import loads
from inference.stated_totals import compare, verdicts

REPORT = """
=== one
[result] 全市签约项目2个，总投资⟦{total}亿元|A investment⟧，到位资金⟦1亿元|A received⟧。
[project] ⟦云山储能电池项目|P signed #1⟧总投资⟦3亿元|A investment >1⟧，一期投资⟦1亿元|A investment >1⟧。
[project] ⟦海泰风机装备项目|P signed #1⟧总投资⟦5亿元|A contract >1⟧，引资⟦2亿美元|A contract >1⟧。
"""


@pytest.mark.parametrize(("total", "verdict"), [(8, "equal"), (20, "below"), (5, "above")])
def test_pledged_sums_are_added_without_parts_and_foreign_money(total: int, verdict: str) -> None:
    first, second = compare(loads(REPORT.format(total=total)))
    assert (first.stated, first.added) == (Decimal(total * 10**8), Decimal(8 * 10**8))
    assert (first.counted, first.named, first.verdict) == (Decimal(2), 2, verdict)
    assert (second.metric, second.named, second.verdict) == ("到位资金", 0, "unnamed")
    assert verdicts([first, second])[verdict] == 1


def test_the_share_is_in_per_cent() -> None:
    first, _ = compare(loads(REPORT.format(total=16)))
    assert first.to_dict()["share"] == "50.0"
    assert first.to_dict()["stated"] == "1600000000"
