"""Where the network runs: on the CPU, or on a graphics card by onnxruntime's CUDA provider."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence

from annotations.errors import DataError

DEVICES = ("auto", "cpu", "cuda")
CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
#: One replaces the other: installed side by side, the one without CUDA may win.
INSTALL = "pip uninstall -y onnxruntime && pip install 'onnxruntime-gpu[cuda,cudnn]'"
_DRIVER = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"


def resolve(device: str) -> str:
    """``cpu`` or ``cuda`` for a device: ``auto`` is CUDA where onnxruntime has it and the driver finds a card.

    Raises:
        DataError: the device is unknown.
    """
    if device not in DEVICES:
        raise DataError(f"no device {device!r}; choose one of {', '.join(DEVICES)}", "--device")
    if device != "auto":
        return device
    if not cards():
        return "cpu"
    import onnxruntime

    return "cuda" if CUDA in onnxruntime.get_available_providers() else "cpu"


def providers(device: str, available: Sequence[str]) -> list[str]:
    """The onnxruntime providers for a device, the preferred first.

    Args:
        device: ``cpu`` or ``cuda``; see `resolve`.
        available: the names of `onnxruntime.get_available_providers`.

    Raises:
        DataError: it is ``cuda`` and this onnxruntime has none.
    """
    if device == "cpu":
        return [CPU]
    if CUDA not in available:
        raise DataError(
            f"this onnxruntime has no CUDA{_torch_has_it()}; {INSTALL}, or use --device cpu",
            "--device cuda",
        )
    return [CUDA, CPU]


def cards() -> int:
    """How many graphics cards the CUDA driver finds; 0 where there is no driver."""
    try:
        driver = ctypes.CDLL(_DRIVER)
        count = ctypes.c_int()
        if driver.cuInit(0) or driver.cuDeviceGetCount(ctypes.byref(count)):
            return 0
    except (OSError, AttributeError):
        return 0
    return count.value


def _torch_has_it() -> str:
    """That torch can use the card, in words; empty where it cannot."""
    try:
        import torch

        if torch.cuda.is_available():
            return f", though torch {torch.__version__} finds the card"
    except (ImportError, AttributeError):
        pass
    return ""
