"""Write the readings of traditional characters: `python -m inference.text.build_readings`.

The damage generator needs them to set glosses. They come from pypinyin (MIT licence; needed only
here) for the traditional forms of the characters in `statistics.npz`, most frequent first.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from inference.text import statistics
from inference.text.variants import simplified_forms

KEPT = 2_000
"""Characters in the shipped table."""


def main() -> None:
    import pypinyin

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("readings.tsv"))
    arguments = parser.parse_args()
    frequency = {character: -rank for rank, character in enumerate(statistics.load().vocabulary)}
    forms = [
        (frequency[plain], old)
        for old, plain in simplified_forms().items()
        if plain in frequency and len(old.encode("gbk", "ignore")) == 2
    ]
    lines = []
    for _, character in sorted(forms, reverse=True)[:KEPT]:
        reading = pypinyin.pinyin(character, style=pypinyin.Style.TONE)[0][0]
        if reading != character:
            lines.append(f"{character}\t{reading}\n")
    arguments.out.write_text("".join(lines), encoding="utf-8")
    print(f"{arguments.out}: {len(lines)} readings")


if __name__ == "__main__":
    main()
