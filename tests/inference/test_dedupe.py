"""Mentions of one project are found together, others kept apart, in near-linear time."""

import random
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference import dedupe
from inference.dedupe import Mention, cluster


def mention(name: str, report: str = "r1", place: str | None = "150500", *sums: int) -> Mention:
    return Mention(name, report, place, frozenset((Decimal(value), "CNY") for value in sums))


SAME = [
    (mention("云山储能项目"), mention("云山储能建设项目")),
    (mention("云山储能设备制造项目", "r1"), mention("云山储能设备制造", "r2", None)),
    (mention("云山储能项目", "r1"), mention("云山储能项目", "r1", None)),
    (mention("云山储能电池生产线", "r1", "150500"), mention("云山储能电池生产线", "r2", "150524")),
    (
        mention("海泰风机基地", "r1", "150500", 18),
        mention("海泰风机整机装备制造基地", "r2", "150500", 18),
    ),
    (mention("天恩储能电堆生产线"), mention("天恩国内首条液流储能电堆生产线")),
    (
        mention("云山储能电池生产线", "r1", "150500", 18),
        mention("云山储能电池生产线", "r2", "150500", 20),
    ),
    (
        mention("云山储能电池", "r1", "150500", 5),
        mention("云山储能电池及配套材料生产线", "r2", "150500", 5),
    ),
    (mention("云山储能电池生产", "r1"), mention("云山储能电池生产基地二区", "r2")),
    (mention("云山储能电池生产", "r1", "150500", 5), mention("云山储能电池生产基地二区", "r2")),
    (mention("光伏项目", "r1", "150500", 5), mention("光伏项目", "r2", "150500", 5)),
    (mention("云山锂电池电解液项目", "r1"), mention("电解液项目", "r1")),
    (mention("云山单桩导管架制造项目", "r1", None, 5), mention("单桩导管架项目", "r1", None)),
    (mention("云山植物蛋白饮料生产线", "r1"), mention("云山食品植物蛋白饮料项目", "r2")),
    (
        mention("植物蛋白饮料生产线", "r1", "150500", 5),
        mention("云山食品植物蛋白饮料项目", "r2", "150500", 5),
    ),
    (mention("霍林郭勒市高纯铝箔项目", "r1"), mention("高纯铝箔项目", "r2")),
    (mention("霍林郭勒市高纯铝箔项目", "r1"), mention("霍林郭勒高纯铝箔项目", "r2")),
    (
        mention("云山储能电池深加工基地", "r1", "150500", 200),
        mention("云山储能电池智能化产业园", "r2", "150500", 205),
    ),
]
APART = [
    (mention("云山储能电池", "r1"), mention("云山储能电池及配套材料生产线", "r2")),
    (mention("云山储能电池", "r1"), mention("云山储能电池及配套材料生产线", "r1")),
    (mention("山储电池生产线", "r1"), mention("云山储能电池生产线", "r1")),
    (mention("云山储能电池生产", "r1", None), mention("云山储能电池生产基地二区", "r2", None)),
    (
        mention("云山储能电池生产", "r1", "150500", 5),
        mention("云山储能电池生产基地二区", "r2", "150500", 9),
    ),
    (mention("云山储能一期"), mention("云山储能二期")),
    (mention("年产3万吨电池壳项目"), mention("年产5万吨电池壳项目")),
    (mention("云山储能电池生产线", "r1", "150500"), mention("云山储能电池生产线", "r2", "130300")),
    (mention("光伏项目", "r1"), mention("光伏项目", "r2")),
    (mention("光伏发电", "r1", None), mention("光伏发电", "r2", None)),
    (
        mention("海泰风机基地", "r1", "150500", 18),
        mention("海泰风机整机装备制造基地", "r1", "150500", 20),
    ),
    (mention("云山储能项目"), mention("海泰风机项目")),
    (mention("储能", "r1"), mention("云山储能电池生产线", "r1")),
    (mention("云山锂电池电解液项目", "r1"), mention("电解液项目", "r2")),
    (mention("植物蛋白饮料生产线", "r1"), mention("云山食品植物蛋白饮料项目", "r2")),
    (mention("云山锂电池电解液一期", "r1"), mention("电解液二期", "r1")),
    (mention("云山植物蛋白饮料生产线", "r1"), mention("云山植物蛋白饲料生产线", "r2")),
    (
        mention("云山储能电池深加工基地", "r1", "150500", 200),
        mention("云山储能电池智能化产业园", "r2", "150500", 220),
    ),
    (
        mention("云山锂电池电解液项目", "r1", "150500", 5),
        mention("电解液项目", "r1", "150500", 9),
    ),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_one_project(left: Mention, right: Mention) -> None:
    assert cluster([left, right]) == [[0, 1]]
    assert cluster([right, left]) == [[0, 1]]


@pytest.mark.parametrize(("left", "right"), APART)
def test_two_projects(left: Mention, right: Mention) -> None:
    assert cluster([left, right]) == [[0], [1]]


def test_a_mention_without_a_place_ties_no_two_cities() -> None:
    name = "云山储能电池生产线"
    groups = cluster(
        [mention(name, "r1", "150500"), mention(name, "r2", None), mention(name, "r3", "130300")]
    )
    assert len(groups) == 2
    assert [0, 2] not in groups


def test_a_short_name_that_two_projects_end_with_is_neither() -> None:
    names = ("云山锂电池电解液项目", "海泰锂电池电解液项目", "电解液项目")
    assert cluster([mention(name) for name in names]) == [[0], [1], [2]]


names = st.text(alphabet="云山海泰储能风机电池项目一二期35", min_size=1, max_size=10)
mentions = st.lists(
    st.builds(
        mention,
        names,
        st.sampled_from(["r1", "r2"]),
        st.sampled_from(["150500", "150524", "130300", None]),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(mentions)
def test_groups_are_a_partition_in_order(found: list[Mention]) -> None:
    groups = cluster(found)
    assert sorted(index for group in groups for index in group) == list(range(len(found)))
    assert groups == sorted(sorted(group) for group in groups)


@settings(deadline=None)
@given(mentions)
def test_no_group_joins_two_cities(found: list[Mention]) -> None:
    for group in cluster(found):
        assert len({found[index].place[:4] for index in group if found[index].place}) <= 1


def _corpus(size: int) -> list[Mention]:
    rng = random.Random(0)
    brands = [
        "".join(rng.choices("云山海泰北川天恩龙润方圆金华瑞祥", k=3)) for _ in range(size // 20)
    ]
    goods = ["储能电池", "风机装备", "光伏组件", "碳纤维", "食品加工", "冷链物流"]
    return [
        mention(
            rng.choice(brands)
            + rng.choice(goods)
            + rng.choice(["项目", "基地", "产业园", "生产线建设项目"]),
            f"r{index // 10}",
            rng.choice(["150500", "130300", "370500", None]),
            rng.randrange(50),
        )
        for index in range(size)
    ]


@pytest.mark.long
def test_comparisons_grow_with_the_number_of_mentions(
    full: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    size, compared = 100_000 if full else 4_000, 0
    same = dedupe._same

    def counting(left: object, right: object) -> bool:
        nonlocal compared
        compared += 1
        return same(left, right)

    monkeypatch.setattr(dedupe, "_same", counting)
    cluster(_corpus(size))
    assert size < compared < 25 * size
