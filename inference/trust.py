"""When a rule is trusted beside the model: where annotated reports bear it out."""

from __future__ import annotations

#: Fewer cases than this say too little.
LEAST_MET = 30
#: A smaller share of right cases tells that the reports follow another contract.
LEAST_RIGHT = 0.9


def trusted(right: int, met: int) -> float:
    """The share ``right / met`` of cases that a rule decides as annotated; 0 where that is too few or too little."""
    return right / met if met >= LEAST_MET and right >= LEAST_RIGHT * met else 0.0
