"""The errors of a model by label and cause, for a person to read.

``python -m training.errors --model FOLDER --data annotations/data --part development --out errors.html``
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from annotations import store
from annotations.errors import DataError, ZhaoshangError
from annotations.splits import PARTS, divide
from inference.extractor import Extractor
from training.cli import write
from training.compare import exported
from training.error_pages import html, markdown
from training.evaluate import predict
from training.misreadings import by_label


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m training.errors", description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="a model folder")
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--part", choices=PARTS, help="only this part of the frozen splits")
    parser.add_argument("--limit", type=int, default=50, help="errors shown per label; 0 shows all")
    parser.add_argument("--seed", type=int, default=0, help="of the draw of those shown")
    parser.add_argument("--out", type=Path, required=True, help="an .html or .md file")
    options = parser.parse_args(arguments)
    try:
        pages = {".html": html, ".md": markdown}
        if options.out.suffix not in pages:
            raise DataError("must end in .html or .md", "--out")
        if options.limit < 0:
            raise DataError("must not be negative; 0 shows all", "--limit")
        with exported(options.model) as folder:
            extractor = Extractor.load(folder)
        scheme = extractor.settings.label_scheme
        documents = store.load(*options.data, scheme=scheme)
        if options.part:
            documents = divide(documents)[options.part]
        if not documents:
            raise DataError("there is no report to read", options.part or "--data")
        found = predict(extractor, documents)
        groups = by_label(
            documents, found, list(scheme.labels), options.limit or None, options.seed
        )
        write(options.out, pages[options.out.suffix](extractor.model, documents, groups, scheme))
    except ZhaoshangError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    for group in groups:
        causes = ", ".join(f"{cause} {count}" for cause, count in group.causes.items())
        print(f"{group.label}: {causes or 'no errors'} ({group.spans} spans)")


if __name__ == "__main__":
    main()
