"""From a trained model folder to the folder that inference loads: ONNX, int8 weights, settings, vocabulary."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from annotations.errors import DataError
from inference.encoding import CharVocab
from inference.extractor import Extractor
from inference.settings import FILE_NAME, ModelSettings
from inference.tagger import HALF_FILE, MODEL_FILE, OnnxTagger
from inference.writers.failures import writing
from training.calibrate import calibrate
from training.data import keeps, kept
from training.fuse import fuse_attention
from training.model import ReportTagger
from training.smooth import read_windows, smooth
from training.torch_tagger import TorchTagger

OUTPUTS = ("tags", "attributes", "kinds", "heads", "tails")
#: PyTorch and ONNX scores may differ by this much at most (fp32).
TOLERANCE = 1e-3
#: Scores of a network in half precision (11 bits a number) may differ by more.
HALF_TOLERANCE = 0.05
CARD = "README.md"
#: What inference does not need and its reader may: where the model comes from, and how it scored.
COPIED = (CARD, "lineage.json", "figures.json")


class _Exported(nn.Module):
    """The network with plain tensors in and out."""

    def __init__(self, model: ReportTagger) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, ...]:
        scores = self.model(input_ids, attention_mask)
        return tuple(scores[name] for name in OUTPUTS)


def to_onnx(model: ReportTagger, path: Path) -> None:
    """Write ``model`` as an fp32 ONNX file with free batch and length."""
    model.eval()
    model.set_attn_implementation("eager")
    ids = torch.randint(5, 100, (2, 16))
    sizes = {
        0: torch.export.Dim("batch", min=1, max=4096),
        1: torch.export.Dim("length", min=3, max=512),
    }
    program = torch.onnx.export(
        _Exported(model).eval(),
        (ids, torch.ones_like(ids)),
        input_names=["input_ids", "attention_mask"],
        output_names=list(OUTPUTS),
        dynamic_shapes={"input_ids": sizes, "attention_mask": sizes},
        dynamo=True,
        verbose=False,
    )
    program.save(str(path), external_data=False)


def quantize(source: Path, target: Path) -> None:
    """Write an int8 copy: weights per channel, activations quantised as they come (dynamic quantisation).

    Args:
        source: the fp32 network, best after `training.smooth.smooth`.
        target: the file to write.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    # A scheme without attributes, relations or kinds leaves heads of no width, which the quantiser cannot take.
    graph = onnx.load(str(source)).graph
    empty = {tensor.name for tensor in graph.initializer if 0 in tensor.dims}
    quantize_dynamic(
        source,
        target,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=False,
        # The type of what follows an operator of onnxruntime's own is not inferred.
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        nodes_to_exclude=[node.name for node in graph.node if empty.intersection(node.input)],
    )


def halve(source: Path, target: Path) -> None:
    """Write a copy in half precision, for CUDA; ids and scores keep their types."""
    import onnx
    from onnxruntime.transformers.float16 import convert_float_to_float16

    onnx.save(convert_float_to_float16(onnx.load(str(source)), keep_io_types=True), str(target))


def difference(model: ReportTagger, tagger: OnnxTagger, seed: int = 0) -> float:
    """The greatest absolute difference of any score between torch and ONNX, on random ids."""
    rng = np.random.default_rng(seed)
    worst = 0.0
    for batch, length in ((1, 8), (3, 40), (2, 190)):
        ids = rng.integers(5, model.config.vocab_size, (batch, length)).astype(np.int64)
        mask = np.ones_like(ids)
        mask[-1, length // 2 :] = 0
        ours, theirs = TorchTagger(model, exact=True)(ids, mask), tagger(ids, mask)
        for name in OUTPUTS:
            gap = np.abs(ours[name] - theirs[name])[mask.astype(bool)]
            # A scheme may lack attributes; what overflowed to NaN is the greatest difference.
            worst = float(np.maximum(worst, gap.max(initial=0.0)))
    return worst


def export(folder: Path, out: Path, *, int8: bool = True, half: bool = False) -> Path:
    """Export the model folder ``folder`` to ``out`` (which appears whole or not at all).

    An int8 network is smoothed, and its confidences are calibrated anew, on the development reports that the folder
    keeps.

    Args:
        folder: as `training.train.train` writes it.
        out: the folder to write.
        int8: quantise the weights of ``model.onnx``.
        half: also write ``model.fp16.onnx``, which inference takes on CUDA.

    Raises:
        DataError: when ``folder`` is no model folder, an ONNX model does not agree with the torch model, or ``out``
            cannot be written.
    """
    settings = ModelSettings.load(folder)
    model = ReportTagger.from_pretrained(folder)
    with writing(out), tempfile.TemporaryDirectory(dir=_parent(out)) as name:
        work = Path(name) / "model"
        work.mkdir()
        to_onnx(model, work / MODEL_FILE)
        fuse_attention(work / MODEL_FILE, model.config.num_attention_heads)
        _agrees(model, work, TOLERANCE, folder)
        if half:
            apart = Path(name) / "half"
            apart.mkdir()
            halve(work / MODEL_FILE, apart / MODEL_FILE)
            _agrees(model, apart, HALF_TOLERANCE, folder)
            os.replace(apart / MODEL_FILE, work / HALF_FILE)
        vocab = CharVocab.load(folder / "vocab.txt")
        development = kept(folder).development if int8 and keeps(folder) else []
        if int8:
            if development:
                smooth(work / MODEL_FILE, read_windows(development, settings, vocab))
                _agrees(model, work, TOLERANCE, folder)
            quantize(work / MODEL_FILE, work / "int8.onnx")
            os.replace(work / "int8.onnx", work / MODEL_FILE)
        if development:
            # Other weights have other confidences.
            extractor = Extractor(OnnxTagger(work, device="cpu"), vocab, settings, ledger=False)
            settings = calibrate(extractor, development)
        settings.save(work)
        vocab.save(work / "vocab.txt")
        for name in COPIED:
            if (folder / name).exists():
                shutil.copy(folder / name, work / name)
        if out.exists():
            if not (out / FILE_NAME).exists() and any(out.iterdir()):
                raise DataError("is not empty and no model folder; choose another place", str(out))
            shutil.rmtree(out)
        os.replace(work, out)
    return out


def _agrees(model: ReportTagger, exported: Path, tolerance: float, source: Path) -> None:
    gap = difference(model, OnnxTagger(exported, device="cpu"))
    if not gap <= tolerance:
        raise DataError(
            f"the ONNX model's scores differ by {gap:.2g} from the torch model's", str(source)
        )


def _parent(out: Path) -> Path:
    out.parent.mkdir(parents=True, exist_ok=True)
    return out.parent
