import tomllib
from pathlib import Path

import pytest

from annotations import scheme as schemes
from annotations.errors import DataError
from annotations.scheme import Scheme


def test_project_scheme_has_the_contracts_labels_and_values(scheme: Scheme) -> None:
    assert list(scheme.labels) == ["AMOUNT", "PROJECT", "MEASURE"]
    assert {
        f"{label.key}.{a.key}": list(a.values) or "flag" for label, a in scheme.attributes()
    } == {
        "AMOUNT.role": ["investment", "contract", "received", "threshold", "output", "other"],
        "AMOUNT.target": "flag",
        "PROJECT.stage": [
            "unspecified",
            "negotiation",
            "signed",
            "landed",
            "construction",
            "production",
        ],
        "MEASURE.category": [
            "promotion",
            "mechanism",
            "team",
            "service",
            "policy",
            "platform",
            "assessment",
        ],
        "MEASURE.planned": "flag",
    }
    assert list(scheme.kinds) == ["boilerplate", "plan", "project", "measure", "result", "context"]
    assert scheme.tags()[:3] == ["O", "B-AMOUNT", "I-AMOUNT"]
    assert len(scheme.tags()) == 7


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({}, True),
        ({"role": "contract"}, True),
        ({"role": "output"}, False),
        ({"target": True}, True),
    ],
)
def test_relation_admits_heads_by_their_attributes(
    scheme: Scheme, attributes: dict, expected: bool
) -> None:
    assert scheme.relations["investment_of"].admits(attributes) is expected


def test_attribute_problems_name_the_allowed_values(scheme: Scheme) -> None:
    role, target = scheme.labels["AMOUNT"].attributes.values()
    assert role.problem("investment") is None
    assert target.problem(False) is None
    assert "investment, contract" in role.problem("money")
    assert "true or false" in target.problem("yes")


def test_dict_and_toml_round_trip(scheme: Scheme) -> None:
    assert schemes.parse(scheme.to_dict()) == scheme
    assert schemes.parse(tomllib.loads(schemes.dumps(scheme))) == scheme


def test_toml_keeps_quotes_and_keys_that_are_not_bare() -> None:
    data = {
        "labels": {
            "甲": {
                "name": 'a "b"\\',
                "attributes": {"用 途": {"values": {"一.二": "1", "x y": "2"}}},
            }
        },
        "kinds": {"其他": "rest"},
    }
    scheme = schemes.parse(data)
    assert schemes.parse(tomllib.loads(schemes.dumps(scheme))) == scheme


LABELS = {"A": {}, "B": {"attributes": {"x": {"values": {"y": "Y"}}}}}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({}, "at least one label"),
        ({"labels": []}, "labels must be a table"),
        ({"labels": {"A": 1}}, "labels.A must be a table"),
        ({"labels": {"A-B": {}}}, "letters, digits and _"),
        ({"labels": {"A": {"attributes": {"x": {}}}}}, "either values"),
        (
            {"labels": {"A": {"attributes": {"x": {"flag": True, "values": {"y": ""}}}}}},
            "either values",
        ),
        ({"labels": {"A": {"attributes": {"x": {"values": ["y"]}}}}}, "must be a table"),
        ({"labels": LABELS, "relations": {"r": {"head": "A"}}}, "relations.r.tail"),
        (
            {
                "labels": LABELS,
                "relations": {"r": {"head": "B", "tail": "A", "head_attributes": {"x": ["z"]}}},
            },
            "are no values of B",
        ),
        ({"labels": LABELS, "version": "one"}, "version"),
        ({"labels": LABELS, "kinds": 3}, "kinds must be a table"),
    ],
)
def test_bad_schemes_are_refused_with_the_entry(data: dict, reason: str) -> None:
    with pytest.raises(DataError, match=f"here.toml: .*{reason}"):
        schemes.parse(data, "here.toml")


def test_load_names_a_missing_or_broken_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such scheme file"):
        schemes.load(tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("[labels", encoding="utf-8")
    with pytest.raises(DataError, match="not valid TOML"):
        schemes.load(broken)
