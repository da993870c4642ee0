from __future__ import annotations

import ctypes
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from annotations.errors import DataError
from inference import devices
from inference.devices import CPU, CUDA, providers, resolve
from inference.engines import local
from inference.engines.work import Setup
from inference.parts import Chunk, Position
from inference.tagger import HALF_FILE, MODEL_FILE, OnnxTagger


class Session:
    """A session that loads nothing; ``started`` are the providers that come up."""

    started: tuple[str, ...] = ()
    made: list[Session]

    def __init__(self, path: str, options: object, *, providers: list, disabled_optimizers) -> None:
        self.path, self.providers = Path(path), providers
        self.disabled_optimizers = disabled_optimizers
        self.made.append(self)

    def get_providers(self) -> list[str]:
        return [name for name in self.providers if name in self.started]

    def get_outputs(self) -> list[SimpleNamespace]:
        return [SimpleNamespace(name="tags")]

    def get_inputs(self) -> list[SimpleNamespace]:
        return [SimpleNamespace(name="input_ids")]


@pytest.fixture
def onnxruntime(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Session]]:
    """Puts an onnxruntime with these providers, of which some start, on a machine with so many cards."""

    def put(available: list[str], started: list[str], cards: int) -> list[Session]:
        made: list[Session] = []
        fake = SimpleNamespace(
            __version__="9.9",
            SessionOptions=SimpleNamespace,
            InferenceSession=type("Fake", (Session,), {"started": tuple(started), "made": made}),
            get_available_providers=lambda: available,
        )
        monkeypatch.setitem(sys.modules, "onnxruntime", fake)
        monkeypatch.setattr(devices, "cards", lambda: cards)
        return made

    return put


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (MODEL_FILE, HALF_FILE):
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


def test_the_device_chooses_the_providers() -> None:
    assert providers("cpu", [CUDA, CPU]) == [CPU]
    assert providers("cuda", ["AzureExecutionProvider", CUDA, CPU]) == [CUDA, CPU]
    with pytest.raises(DataError, match=r"has no CUDA.*onnxruntime-gpu"):
        providers("cuda", [CPU])


def test_torch_that_finds_the_card_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = SimpleNamespace(__version__="2.99", cuda=SimpleNamespace(is_available=lambda: True))
    monkeypatch.setitem(sys.modules, "torch", torch)
    with pytest.raises(DataError, match=r"though torch 2\.99 finds the card; .*onnxruntime-gpu"):
        providers("cuda", [CPU])
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(DataError, match=r"has no CUDA; .*onnxruntime-gpu"):
        providers("cuda", [CPU])


@pytest.mark.parametrize(
    ("device", "available", "cards", "expected"),
    [
        ("auto", [CPU], 1, "cpu"),
        ("auto", [CUDA, CPU], 0, "cpu"),
        ("auto", [CUDA, CPU], 1, "cuda"),
        ("cpu", [CUDA, CPU], 1, "cpu"),
        ("cuda", [CPU], 0, "cuda"),
    ],
)
def test_auto_is_cuda_where_onnxruntime_and_a_card_have_it(
    onnxruntime, device: str, available: list[str], cards: int, expected: str
) -> None:
    onnxruntime(available, available, cards)
    assert resolve(device) == expected


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(DataError, match="auto, cpu, cuda"):
        resolve("tpu")


def test_cards_are_counted_by_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    def count(place) -> int:
        place._obj.value = 3
        return 0

    driver = SimpleNamespace(cuInit=lambda flags: 0, cuDeviceGetCount=count)
    monkeypatch.setattr(ctypes, "CDLL", lambda name: driver)
    assert devices.cards() == 3
    driver.cuInit = lambda flags: 100  # CUDA_ERROR_NO_DEVICE
    assert devices.cards() == 0

    def absent(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr(ctypes, "CDLL", absent)
    assert devices.cards() == 0


def test_cuda_takes_the_network_in_half_precision(onnxruntime, folder: Path) -> None:
    made = onnxruntime([CUDA, CPU], [CUDA, CPU], 1)
    OnnxTagger(folder, device="auto")
    OnnxTagger(folder, device="cpu")
    (folder / HALF_FILE).unlink()
    OnnxTagger(folder, device="cuda")
    assert [session.path.name for session in made] == [HALF_FILE, MODEL_FILE, MODEL_FILE]
    assert [session.providers[0] for session in made] == [CUDA, CPU, CUDA]
    assert [session.disabled_optimizers for session in made] == [
        None,
        ["SkipLayerNormFusion"],
        None,
    ]


@pytest.mark.parametrize("device", ["cuda", "auto"])
def test_cuda_that_does_not_start_is_no_silent_cpu(onnxruntime, folder: Path, device: str) -> None:
    onnxruntime([CUDA, CPU], [CPU], 1)
    with pytest.raises(DataError, match=r"could not start it.*--device cpu"):
        OnnxTagger(folder, device=device)


def test_cuda_has_one_worker(onnxruntime) -> None:
    onnxruntime([CUDA, CPU], [CUDA, CPU], 1)
    assert Setup(device="auto").processes(8) == Setup(device="cuda").processes(8) == 1
    assert Setup(device="cpu").processes(8) == 8


class Begun(Exception):
    """Worker processes are begun."""


def test_on_cuda_a_job_stays_in_one_process(onnxruntime, monkeypatch: pytest.MonkeyPatch) -> None:
    def pool(setup: Setup, workers: int) -> None:
        raise Begun(workers)

    onnxruntime([CUDA, CPU], [CUDA, CPU], 1)
    monkeypatch.setattr(local, "cores", lambda: 4)
    monkeypatch.setattr(local, "_here", lambda *arguments: iter(["here"]))
    monkeypatch.setattr(local, "_Pool", pool)
    chunks = [Chunk([], Position())] * 3
    assert list(local.results(chunks, Setup(device="cuda"))) == ["here"]
    with pytest.raises(Begun, match="4"):
        list(local.results(chunks, Setup(device="cpu")))


def test_the_device_that_auto_means_is_part_of_a_job(
    onnxruntime, tiny: Path, tmp_path: Path
) -> None:
    model = tmp_path / "model"
    shutil.copytree(tiny, model)
    onnxruntime([CUDA, CPU], [CUDA, CPU], 1)
    on_card, on_cpu = Setup(model).identity(), Setup(model, "cpu").identity()
    assert (on_card["device"], on_cpu["device"]) == ("cuda", "cpu")
    assert on_card == Setup(model, "cuda").identity()
    (model / HALF_FILE).write_bytes(b"another network")
    assert Setup(model).identity()["model"] != on_card["model"]
    assert Setup(model, "cpu").identity() == on_cpu
    onnxruntime([CPU], [CPU], 0)
    assert Setup(model).identity() == on_cpu


def test_the_cpu_never_reads_the_half_file(tiny: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(tiny, model)
    (model / HALF_FILE).write_bytes(b"no network")
    ids = np.full((1, 5), 4)
    assert OnnxTagger(model, 1, "cpu")(ids, np.ones_like(ids))["tags"].shape[:2] == (1, 5)
