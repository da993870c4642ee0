"""zhaoshang: Chinese investment-promotion reports in, a ledger of projects, amounts and measures out."""

from __future__ import annotations

__version__ = "0.1.0"
