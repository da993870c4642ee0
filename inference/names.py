"""Names of projects, reduced to what tells one project from another."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_PHASE = re.compile(r"第?([一二三四五六七八九十]|\d)期(?:工程|项目)?")
_NOISE = re.compile(r"[\W_]+")
_ENDING = re.compile(r"(?:(?:的|等)?(?:建设|工程|开发)?(?:项目|工程|建设))+$")
# What kind of works it is; reports drop or vary it: 风机叶片制造基地, 风机叶片项目.
_WORKS = re.compile(
    r"(?:产业园区?|工业园区?|园区|基地|生产线|生产|制造|精?深加工|加工|研发|智能化?|一体化|产业"
    r"|工厂|车间|装置|材料|项目|工程|建设)+$"
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_PHASES = {digit: str(value) for value, digit in enumerate("一二三四五六七八九十", 1)}
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class ProjectName:
    """A project's name, normalised.

    Attributes:
        core: without width, case, marks, the phase and endings such as 建设项目.
        phase: `1` for 一期 and so on; None when the name has none.
        numbers: the figures in it (capacities); projects with different ones are different.
    """

    core: str
    phase: str | None
    numbers: frozenset[str]


@lru_cache(maxsize=1 << 16)
def normalise(name: str) -> ProjectName:
    """The normalised form of a name in simplified characters."""
    plain = unicodedata.normalize("NFKC", name).lower()
    phase = None
    if found := _PHASE.search(plain):
        phase = _PHASES.get(found[1], found[1])
        plain = plain[: found.start()] + plain[found.end() :]
    # Decimal points are marks too, so figures are taken first.
    numbers = frozenset(_NUMBER.findall(plain))
    core = _NOISE.sub("", plain)
    shorter = _ENDING.sub("", core)
    return ProjectName(shorter if len(shorter) >= _SHORTEST else core, phase, numbers)


@lru_cache(maxsize=1 << 16)
def kernel(core: str) -> str:
    """A name's core without the words for its works (基地, 生产线): mostly owner and product."""
    shorter = _WORKS.sub("", core)
    return shorter if len(shorter) >= _SHORTEST else core


def abbreviates(short: str, long: str) -> bool:
    """Whether `short` leaves out characters of `long` but keeps their order (地铁, 地下铁道)."""
    characters = iter(long)
    return all(character in characters for character in short)
