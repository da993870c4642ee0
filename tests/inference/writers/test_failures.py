from __future__ import annotations

import errno
import shutil
from pathlib import Path

import pytest

from annotations.errors import DataError
from inference.writers.failures import whole_file, writing
from tests.training.disk import full_disk

FULL = "the disk is full; make room"
FORBIDDEN = "it may not be written there; change the permissions"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), FULL),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), FULL),
        (shutil.Error([("a", "b", "[Errno 28] No space left on device")]), FULL),
        (RuntimeError("unexpected pos 64 vs 0"), FULL),
        (PermissionError(errno.EACCES, "Permission denied"), FORBIDDEN),
    ],
)
def test_the_message_names_file_reason_and_remedy(error: Exception, reason: str) -> None:
    with pytest.raises(DataError) as found, writing(Path("a/b.json"), "go on with --resume"):
        raise error
    assert str(found.value) == (
        f"a/b.json: {reason} and go on with --resume; nothing incomplete stands under this name"
    )


def test_other_errors_pass_as_they_are() -> None:
    for error in (ValueError("x"), OSError(errno.EIO, "x"), DataError("No space left")):
        with pytest.raises(type(error)) as found, writing(Path("a")):
            raise error
        assert found.value is error


def test_a_file_is_whole_or_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.txt"
    with whole_file(path) as partial:
        partial.write_text("one", encoding="utf-8")
        assert not path.exists()
    fails = full_disk(Path.write_text)
    with pytest.raises(DataError, match=r"a\.txt: the disk is full"), whole_file(path) as partial:
        fails(partial, "two", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == "one"
    assert list(path.parent.iterdir()) == [path]


def test_what_is_no_file_of_its_own_is_not_replaced(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("target")
    for text in ("one", "two"):
        with whole_file(link) as partial:
            partial.write_text(text, encoding="utf-8")
    assert link.is_symlink()
    assert (tmp_path / "target").read_text(encoding="utf-8") == "two"
    with whole_file(Path("/dev/null")) as partial:
        partial.write_text("x", encoding="utf-8")
    assert Path("/dev/null").is_char_device()
    with pytest.raises(DataError, match="cannot be written"), whole_file(tmp_path) as partial:
        partial.write_text("x", encoding="utf-8")
