"""The exported network: batches of character ids in, scores out, on onnxruntime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from annotations.errors import DataError
from inference.devices import CUDA, INSTALL, providers, resolve
from inference.encoding import CharVocab

Floats = NDArray[np.float32]
MODEL_FILE = "model.onnx"
#: The same network with weights and states in half precision, scores in single: written by ``zhaoshang export --half``.
HALF_FILE = "model.fp16.onnx"


class Tagger(Protocol):
    """Anything that scores batches of windows: the ONNX model here, the torch model in training."""

    def __call__(
        self, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]
    ) -> Mapping[str, Floats]:
        """Scores ``[B, T, columns]`` by output name for ids and mask ``[B, T]``; see `inference.layout.Layout`."""
        ...


# On a CPU onnxruntime's fusion of residual and layer normalisation is far slower than the two operators by themselves.
_SLOW = ["SkipLayerNormFusion"]


def network(folder: Path, device: str) -> Path:
    """The network's file for a device (``cpu`` or ``cuda``): on CUDA that in half precision, where there is one."""
    half = folder / HALF_FILE
    return half if device == "cuda" and half.exists() else folder / MODEL_FILE


class OnnxTagger:
    """A `Tagger` on onnxruntime; safe to use from several threads.

    Args:
        folder: a model folder; see `network` for which of its files is taken.
        threads: threads for one batch; None lets onnxruntime take all cores.
        device: ``auto``, ``cpu`` or ``cuda``; see `inference.devices.resolve`.
        profile: where onnxruntime writes how long each operator takes, a path without suffix; see `end_profile`.

    Raises:
        DataError: the folder has no network or one that cannot be loaded, or the device is not to be had.
    """

    def __init__(
        self,
        folder: Path,
        threads: int | None = None,
        device: str = "auto",
        *,
        profile: Path | None = None,
    ) -> None:
        import onnxruntime

        device = resolve(device)
        chosen = providers(device, onnxruntime.get_available_providers())
        path = network(folder, device)
        if not path.exists():
            raise DataError(
                f"no {MODEL_FILE} here; run `zhaoshang export` on the model", str(folder)
            )
        options = onnxruntime.SessionOptions()
        if threads is not None:
            options.intra_op_num_threads = threads
        options.log_severity_level = 3
        if profile is not None:
            options.enable_profiling, options.profile_file_prefix = True, str(profile)
        cuda = device == "cuda"
        if cuda and hasattr(onnxruntime, "preload_dlls"):
            onnxruntime.preload_dlls()  # CUDA's libraries where pip put them
        try:
            self._session = onnxruntime.InferenceSession(
                str(path),
                options,
                providers=chosen,
                disabled_optimizers=None if cuda else _SLOW,
            )
        except Exception as error:
            raise DataError(
                f"cannot be loaded by onnxruntime {onnxruntime.__version__}: {error};"
                " export the model again",
                str(path),
            ) from error
        # onnxruntime goes on without a provider that fails to start.
        if cuda and self._session.get_providers()[0] != CUDA:
            raise DataError(
                f"onnxruntime {onnxruntime.__version__} has CUDA but could not start it: the driver, CUDA or cuDNN is"
                f" missing or of another version; {INSTALL}, or use --device cpu",
                "--device cuda",
            )
        self._names = [output.name for output in self._session.get_outputs()]
        # A network with fused attention (`training.fuse`) takes no mask.
        self._masked = len(self._session.get_inputs()) > 1

    def __call__(
        self, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]
    ) -> dict[str, Floats]:
        if self._masked:
            return self._run({"input_ids": input_ids, "attention_mask": attention_mask})
        lengths = attention_mask.sum(1)
        scores: dict[str, Floats] = {}
        for length in np.unique(lengths):
            rows = np.flatnonzero(lengths == length)
            for name, part in self._run({"input_ids": input_ids[rows, :length]}).items():
                shape = (*input_ids.shape, part.shape[2])
                scores.setdefault(name, np.zeros(shape, np.float32))[rows, :length] = part
        return scores

    def _run(self, feeds: dict[str, NDArray[np.int64]]) -> dict[str, Floats]:
        return dict(zip(self._names, self._session.run(None, feeds), strict=True))

    def end_profile(self) -> Path:
        """The file of the operators' times, in the format of Chrome's tracing; nothing is added to it any more."""
        return Path(self._session.end_profiling())


def batch_ids(
    vocab: CharVocab, parts: Sequence[NDArray[np.int32]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Windows' character ids as one padded batch with BEGIN and END around each: ids and mask ``[B, T]``."""
    width = max(len(part) for part in parts) + 2
    ids = np.full((len(parts), width), vocab.pad, np.int64)
    mask = np.zeros((len(parts), width), np.int64)
    for row, part in enumerate(parts):
        size = len(part)
        ids[row, 0], ids[row, 1 : size + 1], ids[row, size + 1] = vocab.begin, part, vocab.end
        mask[row, : size + 2] = 1
    return ids, mask
