"""What a job did, in figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from annotations.document import Document

_SHOWN = 5


@dataclass(slots=True)
class Summary:
    """Figures of a job or of a part of it.

    Attributes:
        reports: written records, errors included; characters: of their texts.
        spans: by label; errors: by type.
        examples: the first few error messages.
        seconds: time spent, over all runs of a resumed job.
    """

    reports: int = 0
    characters: int = 0
    spans: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def count(self, document: Document) -> None:
        """Add one report."""
        self.reports += 1
        self.characters += len(document.text)
        self.spans.update(span.label for span in document.spans)
        if error := document.extra.get("error"):
            self.errors[error["type"]] += 1
            self.examples = [*self.examples, error["message"]][:_SHOWN]

    def add(self, other: Summary) -> None:
        """Add a later part."""
        self.reports += other.reports
        self.characters += other.characters
        self.spans.update(other.spans)
        self.errors.update(other.errors)
        self.examples = [*self.examples, *other.examples][:_SHOWN]
        self.seconds += other.seconds

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "reports": self.reports,
            "characters": self.characters,
            "spans": dict(self.spans),
            "errors": dict(self.errors),
            "examples": self.examples,
            "seconds": self.seconds,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Summary:
        """The inverse of `to_dict`."""
        counters = {key: Counter(data[key]) for key in ("spans", "errors")}
        return cls(**{**data, **counters})

    def __str__(self) -> str:
        spans = (
            ", ".join(f"{count} {label}" for label, count in sorted(self.spans.items()))
            or "no spans"
        )
        speed = self.characters / self.seconds if self.seconds else 0
        lines = [
            f"{self.reports} reports, {self.characters} characters, {spans};"
            f" {self.seconds:.1f} s, {speed:.0f} characters/s"
        ]
        if self.errors:
            kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.errors.items()))
            lines.append(
                f"{self.errors.total()} reports failed ({kinds}); see their error records:"
            )
            lines += [f"  {message}" for message in self.examples]
            if self.errors.total() > len(self.examples):
                lines.append("  …")
        return "\n".join(lines)
