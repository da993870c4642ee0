"""Documents (.html, .docx, .pdf) parsed in a process of their own: one that crashes it costs a record, not the job."""

from __future__ import annotations

from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from annotations.errors import ZhaoshangError
from inference.engines.child import CONTEXT, follow_parent, interrupts_blocked
from inference.limits import Limits
from inference.readers import Columns, RawReport, ReadError
from inference.reading import Parse, parse
from inference.sources import Source

_TRIES = 2
#: Seconds given beyond the limit before the process is ended from outside: signals do not end code in C.
_GRACE = 10.0
#: What to do when the system gives no process.
_AGAIN = "likely memory is short: make room, and run again with --resume"
_Items = list[RawReport | ReadError]


class Reader:
    """Reads files as `inference.reading.parse` does, in a process that is begun when it is first needed.

    Args:
        parse: what the process calls; has to be importable there.
    """

    def __init__(self, parse: Parse = parse) -> None:
        self._parse = parse
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __call__(
        self, source: Source, path: Path, columns: Columns | None, limits: Limits
    ) -> _Items:
        """All items of one file; one of type ``crash`` when the process died of it twice.

        Raises:
            ZhaoshangError: the packages for its format are not installed, or no process can be started.
        """
        for _ in range(_TRIES):
            try:
                return self._ask(source, path, columns, limits)
            except (EOFError, OSError):  # the process is gone: of this file, or killed from outside
                self.close()
            except BaseException:  # no answer must be left for the next question
                self.close()
                raise
        message = f"{source.name}: ended the process that read it; open the file, save it anew"
        return [ReadError(source.name, "crash", message)]

    def _ask(self, source: Source, path: Path, columns: Columns | None, limits: Limits) -> _Items:
        pipe = self._pipe or self._start()
        pipe.send((source, path, columns, limits))
        if limits.seconds is not None and not pipe.poll(2 * limits.seconds + _GRACE):
            self.close()
            message = f"took longer than {limits.seconds:g} s; raise --report-timeout"
            return [ReadError(source.name, "timeout", f"{source.name}: reading {message}")]
        answer = pipe.recv()
        if isinstance(answer, ZhaoshangError):
            raise answer
        return answer

    def _start(self) -> Connection:
        self._pipe, theirs = CONTEXT.Pipe()
        with theirs:
            self._process = CONTEXT.Process(target=_serve, args=(theirs, self._parse), daemon=True)
            try:
                with interrupts_blocked():
                    self._process.start()
            except OSError as error:
                self._process = None
                raise ZhaoshangError(
                    f"no process to read documents can be started: {error.strerror}; {_AGAIN}"
                ) from error
        try:
            self._pipe.recv()
        except EOFError:
            raise ZhaoshangError(
                f"the process that reads documents dies before it reads one; {_AGAIN}"
            ) from None
        return self._pipe

    def close(self) -> None:
        """End the process; the next file gets a new one."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = None


def _serve(pipe: Connection, parse: Parse) -> None:
    """What the process does: a list of items, or an error of this library, for each question."""
    follow_parent()
    # When memory runs out, Linux is to end this process, not the job's.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")
    pipe.send("ready")
    while True:
        try:
            question = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(list(parse(*question)))
        except ZhaoshangError as error:
            pipe.send(error)
