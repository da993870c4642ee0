"""zhaoshang: Chinese investment-promotion reports in, a ledger of projects, amounts and measures out.

    >>> import zhaoshang
    >>> extractor = zhaoshang.load()
    >>> report = extractor("总投资185亿元的龙马风机整机装备制造产业基地落户经济技术开发区。")
    >>> [(report.text[s.start : s.end], s.label) for s in report.spans]
    [('185亿元', 'AMOUNT'), ('龙马风机整机装备制造产业基地', 'PROJECT')]

The ``zhaoshang`` command has the same; a room's code is only imported when one of its commands runs.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from annotations.document import Document
    from inference.extractor import Extractor

__version__ = "0.1.0"
__all__ = ["__version__", "extract", "load"]

#: Command → (module of its room's commands, one line of help).
COMMANDS = {
    "extract": (
        "inference.cli",
        "Read reports and write what they say: spans, links, sentence kinds.",
    ),
    "clean": ("inference.cli", "Repair damaged text."),
    "amount": ("inference.cli", "Read amounts of money as figures."),
    "ledger": ("inference.cli", "Build the ledger from extracted reports."),
    "show": ("inference.cli", "Print an extracted report with its spans in colour."),
    "bench": ("inference.cli", "Measure how fast a model reads on this machine."),
    "annotate": ("annotations.cli", "Check, count, compare and convert annotations."),
    "train": ("training.cli", "Fine-tune a model on annotated reports."),
    "evaluate": ("training.cli", "Score a model on annotated reports."),
    "export": ("training.cli", "Export a trained model to ONNX for inference."),
    "compare": ("training.cli", "Compare two models on the same reports."),
    "promote": ("training.cli", "Make a model the default, unless it is a step back."),
    "rollback": ("training.cli", "Make the previous model the default again."),
    "models": ("training.cli", "List the promoted models."),
}

#: Command group → its subcommands that another room has, which the group's own room must not import.
GUESTS = {"annotate": {"suggest": "inference.suggest_cli"}}


def load(path: str | Path | None = None, **options: Any) -> Extractor:
    """An extractor from a model folder, by default the shipped model.

    Args:
        path: a folder written by ``zhaoshang export``.
        options: as `inference.extractor.Extractor.load` (threads, batch_tokens, repair).

    Raises:
        annotations.errors.DataError: when ``path`` is no model folder.
    """
    from inference.extractor import Extractor

    return Extractor.load(None if path is None else Path(path), **options)


def extract(text: str) -> Document:
    """What one report says, by the shipped model. To read many, `load` once and use the extractor's ``stream``."""
    return load()(text)


def _command(name: str) -> Any:
    """The command ``name`` of its room, as a typer command object."""
    import typer

    app = import_module(COMMANDS[name][0]).app
    command = typer.main.get_group(app).commands[name]
    for guest, module in GUESTS.get(name, {}).items():
        command.add_command(typer.main.get_command(import_module(module).app), guest)
    return command


def _usage() -> str:
    width = max(map(len, COMMANDS))
    lines = ["Usage: zhaoshang COMMAND [ARGUMENTS]; zhaoshang COMMAND --help says more", ""]
    return "\n".join(lines + [f"  {name:{width}}  {line}" for name, (_, line) in COMMANDS.items()])


def main(arguments: list[str] | None = None) -> int:
    """The ``zhaoshang`` command.

    Returns:
        Its exit code: 0 done; 1 done, but some reports failed; 2 could not be done; 3 ended after too many failed
        reports; 130 interrupted.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(_usage())
        return 0
    if arguments[0] in ("-V", "--version"):
        print(f"zhaoshang {__version__}")
        return 0
    name, *rest = arguments
    if name not in COMMANDS:
        print(f"zhaoshang: there is no command {name!r}\n\n{_usage()}", file=sys.stderr)
        return 2
    from annotations.errors import ZhaoshangError

    try:
        result = _command(name).main(rest, prog_name=f"zhaoshang {name}", standalone_mode=False)
    except ZhaoshangError as error:
        print(f"zhaoshang {name}: {error}", file=sys.stderr)
        return 2
    except ImportError as error:
        extra = "train" if COMMANDS[name][0].startswith("training") else "tables"
        print(
            f"zhaoshang {name}: {error}; install the extra that has it, e.g. pip install 'zhaoshang[{extra}]'",
            file=sys.stderr,
        )
        return 2
    except OSError as error:
        # Known failures are errors of this library; this is a disk or a file that failed elsewhere.
        again = "; an unfinished job goes on with --resume" if name == "extract" else ""
        print(f"zhaoshang {name}: {error}; make room or mend the disk{again}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"zhaoshang {name}: interrupted", file=sys.stderr)
        return 130
    except Exception as error:
        # Errors of the command line itself (unknown option, missing argument) know how to show themselves.
        if hasattr(error, "show") and hasattr(error, "exit_code"):
            error.show()
            return int(error.exit_code)
        raise
    return result if isinstance(result, int) else 0


if __name__ == "__main__":
    sys.exit(main())
