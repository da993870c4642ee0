"""What int8 costs and brings: the network in fp32, and with dynamic (smoothed or not) and static quantisation.

Dynamic quantisation finds the range of activations batch by batch; static quantisation fixes it beforehand, from the
windows of calibration reports, and saves the search.

``python -m training.quantisation MODEL --data annotations/data --json training/figures/quantisation.json``
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from annotations import scheme as schemes
from annotations.document import Document
from annotations.errors import DataError
from inference.encoding import CharVocab
from inference.extractor import Extractor
from inference.settings import ModelSettings
from inference.tagger import MODEL_FILE, OnnxTagger
from training.calibrate import calibrate
from training.cli import write
from training.data import load_data
from training.evaluate import evaluate
from training.export import export, quantize
from training.smooth import read_windows, smooth


class Windows(CalibrationDataReader):
    """Windows of reports, one a batch, as onnxruntime's calibration reads them."""

    def __init__(self, reports: Sequence[Document], settings: ModelSettings, vocab: CharVocab):
        self._rows = read_windows(reports, settings, vocab)

    def get_next(self) -> dict[str, NDArray[np.int64]] | None:  # type: ignore[override]
        rows = next(self._rows, None)
        return None if rows is None else {"input_ids": rows}


def fix_ranges(source: Path, target: Path, windows: CalibrationDataReader) -> None:
    """Write a statically quantised copy of an fp32 ONNX file: products of matrices alone, weights per channel."""
    with tempfile.TemporaryDirectory() as name:
        ready = Path(name) / "ready.onnx"
        quant_pre_process(str(source), str(ready), skip_symbolic_shape=True)
        quantize_static(
            str(ready),
            str(target),
            windows,
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["MatMul", "Gemm"],
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            extra_options={"DefaultTensorType": TensorProto.FLOAT},  # as `training.export.quantize`
        )


def measure(
    folder: Path, calibration: Sequence[Document], test: Sequence[Document]
) -> dict[str, dict[str, Any]]:
    """Figures on ``test``, micro F1 against fp32's own spans there, bytes, and characters a second on one thread."""
    scheme = schemes.load()
    found: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as name:
        plain = export(folder, Path(name) / "fp32", int8=False)
        settings, vocab = ModelSettings.load(plain), CharVocab.load(plain / "vocab.txt")
        folders = {"fp32": plain}
        for kind in ("dynamic, not smoothed", "dynamic", "static"):
            folders[kind] = Path(name) / kind
            shutil.copytree(plain, folders[kind])
        source, smoothed = plain / MODEL_FILE, Path(name) / "smoothed.onnx"
        quantize(source, folders["dynamic, not smoothed"] / MODEL_FILE)
        shutil.copy(source, smoothed)
        smooth(smoothed, read_windows(calibration, settings, vocab))
        quantize(smoothed, folders["dynamic"] / MODEL_FILE)
        fix_ranges(source, folders["static"] / MODEL_FILE, Windows(calibration, settings, vocab))
        exact = list(Extractor.load(plain, ledger=False).stream(test))
        for kind, place in folders.items():
            # With fp32's settings: only the network differs.
            agreement = evaluate(Extractor.load(place, ledger=False), exact, scheme)
            if kind != "fp32":
                # As `training.export.export`: other weights have other confidences.
                extractor = Extractor(OnnxTagger(place), vocab, settings, ledger=False)
                calibrate(extractor, calibration).save(place)
            extractor = Extractor.load(place, threads=1)
            began = time.perf_counter()
            figures = evaluate(extractor, test, scheme)
            seconds = time.perf_counter() - began
            found[kind] = {
                "micro": figures["micro"]["f1"],
                **{label: row["f1"] for label, row in figures["spans"].items()},
                "agreement": agreement["micro"]["f1"],
                "bytes": (place / MODEL_FILE).stat().st_size,
                "characters_per_second": round(figures["characters"] / seconds),
            }
    return found


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m training.quantisation", description=__doc__)
    parser.add_argument("model", type=Path, help="a folder written by `zhaoshang train`")
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args(arguments)
    try:
        data = load_data(options.data, schemes.load())
        found = measure(options.model, data.development, data.test)
        text = json.dumps(found, indent=1) + "\n"
        if options.json:
            write(options.json, text)
    except DataError as error:
        parser.exit(2, f"{error}\n")
    print(text, end="")


if __name__ == "__main__":
    main()
