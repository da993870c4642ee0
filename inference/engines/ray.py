"""Parts of a job on a Ray cluster: actors that hold the model read the parts' files themselves and extract them.

Ray Data moves the parts (names of files) to the actors and the lines of output back, in order, begins the work of a
lost actor or node anew, and keeps no more in flight than its memory allows. The driver journals what comes, so that a
job can be resumed here as on the local engine. Every node must see the inputs and the model under the same names.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Generator, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from annotations.errors import DataError
from inference import parts
from inference.engines.work import Result, work
from inference.parts import Position

if TYPE_CHECKING:
    from inference.batch import Job

#: Parts given to Ray at a time: its plan holds all names of files it is given.
_WAVE = 1024


class Worker:
    """An actor: the model, loaded once, and what every part is read with."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._extractor = job.setup.load(threads=1)

    def __call__(self, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """One row a chunk of the part in ``row``."""
        number, sources, done = pickle.loads(row["part"])
        job = self._job
        for chunk in parts.of_part(number, sources, job.columns, job.limits, done):
            result = work(self._extractor, chunk.reports)
            yield {"result": pickle.dumps((chunk.end, result))}


def results(
    job: Job, position: Position, stopping: Callable[[], bool]
) -> Generator[tuple[Position, Result]]:
    """The position behind each chunk and its result, in order, whatever the number of workers.

    Connects to the cluster that Ray finds (``RAY_ADDRESS``), or starts one on this machine.

    Raises:
        DataError: Ray is not installed.
    """
    try:
        import ray
    except ImportError as error:
        raise DataError("the Ray engine needs ray; pip install 'zhaoshang[ray]'") from error
    if not ray.is_initialized():
        ray.init(log_to_driver=False)
    context = ray.data.DataContext.get_current()
    context.execution_options.preserve_order = True
    context.enable_progress_bars = False
    workers = job.workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
    left = islice(enumerate(parts.parts(job.sources())), position.part, None)
    while wave := list(islice(left, _WAVE)):
        rows = [
            pickle.dumps((number, part, position.reports if number == position.part else 0))
            for number, part in wave
        ]
        data = ray.data.from_items([{"part": row} for row in rows], override_num_blocks=len(rows))
        extracted = data.flat_map(
            Worker, fn_constructor_args=(job,), concurrency=(1, workers), num_cpus=1
        )
        for row in extracted.iter_rows():
            yield pickle.loads(row["result"])
            if stopping():
                return
