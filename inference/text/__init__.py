"""Repair of damaged text that never loses an offset."""

from inference.text.offsets import OffsetMap
from inference.text.pipeline import STEPS, Change, Clean, clean

__all__ = ["STEPS", "Change", "Clean", "OffsetMap", "clean"]
