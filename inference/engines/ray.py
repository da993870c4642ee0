"""Parts of a job on a Ray cluster: actors that hold the model read the parts' files themselves and extract them.

Ray Data moves the parts (names of files) to the actors and the lines of output back, in order, begins the work of a
lost actor or node anew, a few times, and keeps no more in flight than its memory allows. The driver journals what
comes, so that a job can be resumed here as on the local engine. Every node must see the inputs and the model under the
same names.
"""

from __future__ import annotations

import inspect
import pickle
from collections.abc import Callable, Generator, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from annotations.errors import DataError, ZhaoshangError
from inference import parts
from inference.engines.work import Result, work
from inference.parts import Position

if TYPE_CHECKING:
    from inference.batch import Job

#: Parts given to Ray at a time: its plan holds all names of files it is given.
_WAVE = 1024
#: Ray itself would begin the work of a dead worker anew without end, also when one report ends each that reads it.
_RESTARTS, _RETRIES = 20, 3


class Worker:
    """An actor: the model, loaded once, and what every part is read with."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._extractor = job.setup.load(threads=1)

    def __call__(self, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """One row a chunk of the part in ``row``; an error of this library is the last."""
        number, sources, done = pickle.loads(row["part"])
        job = self._job
        try:
            for chunk in parts.of_part(number, sources, job.columns, job.limits, done):
                result = work(self._extractor, chunk.reports)
                yield {"result": pickle.dumps((chunk.end, result))}
        except ZhaoshangError as error:  # Ray would bury its message in tracebacks
            yield {"result": pickle.dumps(error)}


def results(
    job: Job, position: Position, stopping: Callable[[], bool]
) -> Generator[tuple[Position, Result]]:
    """The position behind each chunk and its result, in order, whatever the number of workers.

    Connects to the cluster that Ray finds (``RAY_ADDRESS``), or starts one on this machine.

    Raises:
        DataError: Ray is not installed, does not answer, or gave up: work failed, or ended its worker each
            time it was begun.
    """
    try:
        import ray
    except ImportError as error:
        raise DataError("the Ray engine needs ray; pip install 'zhaoshang[ray]'") from error
    from ray.exceptions import RayError

    if not ray.is_initialized():
        try:
            ray.init(log_to_driver=False)
        except ConnectionError as error:
            raise DataError(f"no Ray cluster answers: {error}; check RAY_ADDRESS") from error
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
            Worker,
            fn_constructor_args=(job,),
            concurrency=(1, workers),
            num_cpus=1,
            **_bounds(data.flat_map),
        )
        try:
            for row in extracted.iter_rows():
                found = pickle.loads(row["result"])
                if isinstance(found, ZhaoshangError):
                    raise found
                yield found
                if stopping():
                    return
        except RayError as error:
            raise DataError(_told(error)) from error


def _bounds(method: Callable[..., Any]) -> dict[str, int]:
    """How often workers are begun anew, where Ray lets itself be told: it means to stop so in 2.64."""
    kinds = {parameter.kind for parameter in inspect.signature(method).parameters.values()}
    if inspect.Parameter.VAR_KEYWORD not in kinds:
        return {}
    return {"max_restarts": _RESTARTS, "max_task_retries": _RETRIES}


def _told(error: Exception) -> str:
    """What ended the work on Ray, in a line, and what to do."""
    lines = str(error).strip().splitlines() or [""]
    # The tail of a traceback says what happened, the head of Ray's own errors does.
    line = lines[-1] if any(line.startswith("Traceback") for line in lines) else lines[0]
    return (
        f"Ray gave up: {type(error).__name__}: {line.strip()}; what was done is kept: see to the cluster and"
        " run again with --resume, and with --engine local if one report ends every worker: there it"
        " becomes an error record"
    )
