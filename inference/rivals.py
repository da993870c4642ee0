"""Other taggers, to be timed on the same sentences as this library's."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from annotations.errors import DataError

MONPA = "monpa"
#: monpa truncates what is longer, in characters.
_MONPA_LENGTH = 190
#: Tags sentences in batches of so many.
Tagging = Callable[[list[str], int], Any]


def check(name: str) -> None:
    """Refuse a rival that cannot be had, without loading it; see `rival`.

    Raises:
        DataError: a package is not installed.
    """
    for package in (MONPA,) if name == MONPA else ("transformers", "torch"):
        if find_spec(package) is None:
            raise DataError(f"--against {name} needs {package}; pip install it")


def rival(name: str, threads: int | None = None) -> tuple[str, Tagging]:
    """What a rival is called, and how it tags, on the CPU.

    Args:
        name: ``monpa`` for the package of that name (Hsieh et al. 2017; an ALBERT for names, words and parts of
            speech), else a folder that a transformers pipeline loads for token classification.
        threads: that torch, on which both run, may use; None leaves that to torch.

    Raises:
        DataError: a package is not installed.
    """
    check(name)
    if threads is not None and find_spec("torch"):
        import torch

        torch.set_num_threads(threads)
    try:
        return ("monpa", _monpa()) if name == MONPA else ("transformers", _pipeline(name))
    except ImportError as error:
        raise DataError(f"--against {name} needs {error.name}; pip install it") from error


def _pipeline(model: str) -> Tagging:
    from transformers import pipeline

    tagger = pipeline("token-classification", model=model, device="cpu")
    return lambda texts, size: tagger(texts, batch_size=size)


def _monpa() -> Tagging:
    import monpa

    monpa.pseg("项目")  # loads the model

    def tag(texts: list[str], size: int) -> None:
        step = _MONPA_LENGTH
        pieces = [text[i : i + step] for text in texts for i in range(0, len(text), step)]
        for at in range(0, len(pieces), size):
            monpa.pseg_batch(pieces[at : at + size])

    return tag
