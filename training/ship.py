"""A trained model into this repository: int8 for inference, and bf16 to go on training from.

``python -m training.ship MODEL``, for maintainers. Users go on from the second by ``zhaoshang train --from shipped``.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from annotations.errors import DataError
from inference.extractor import DEFAULT_MODEL
from inference.settings import FILE_NAME
from training import lineage
from training.base import whole_folder
from training.data import SHIPPED, kept, note
from training.export import CARD, export

WEIGHTS = "model.safetensors"
#: What a folder to go on from holds beside the weights and their configuration, and a list of its reports.
FILES = ("vocab.txt", FILE_NAME, "training.json", lineage.FILE_NAME, "figures.json", CARD)


def pack(model: Path, out: Path) -> None:
    """Copy a trained model's folder with its weights in bf16 and, for its reports, a list of them (of the corpus).

    Raises:
        DataError: when ``model`` is no folder written by ``zhaoshang train``.
    """
    if not (model / WEIGHTS).is_file():
        raise DataError(
            f"no {WEIGHTS} here; name a folder written by `zhaoshang train`", str(model)
        )
    weights = load_file(model / WEIGHTS)
    halved = {k: v.bfloat16() if v.is_floating_point() else v for k, v in weights.items()}
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    config["dtype"] = "float32"  # what the weights become when they are loaded
    with whole_folder(out) as folder:
        save_file(halved, folder / WEIGHTS, {"format": "pt"})
        text = json.dumps(config, ensure_ascii=False, indent=1) + "\n"
        (folder / "config.json").write_text(text, encoding="utf-8")
        note(kept(model), folder)
        for name in FILES:
            if (model / name).exists():
                shutil.copy(model / name, folder / name)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m training.ship", description=__doc__)
    parser.add_argument("model", type=Path, help="a folder written by `zhaoshang train`")
    options = parser.parse_args(arguments)
    torch.manual_seed(0)
    try:
        pack(options.model, SHIPPED)
        export(options.model, DEFAULT_MODEL)
    except DataError as error:
        parser.exit(2, f"{error}\n")


if __name__ == "__main__":
    main()
