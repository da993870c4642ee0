"""The reports of a training run: divided, kept clear of the frozen test, and kept with the model they made."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from annotations import splits, store
from annotations.document import Document
from annotations.errors import DataError
from annotations.leakage import MIN_SENTENCE, Leak, between, normalise
from annotations.scheme import Scheme
from inference.sentences import split

#: The project's own annotated reports.
CORPUS = Path(splits.__file__).with_name("data")
#: The shipped model's weights, to go on from (`training.ship`).
SHIPPED = Path(__file__).with_name("model")
#: Where a model folder keeps the reports it was made from.
FOLDER = "data"
#: Instead of it, where they are reports of the corpus: their ids and marks of their content.
LIST = "reports.json"
#: A training report is a test report when this share of its longer sentences is in the test.
COPIED = 0.5


@dataclass(frozen=True, slots=True)
class Data:
    """Reports by split; no report is in two."""

    train: list[Document]
    development: list[Document]
    test: list[Document]

    def parts(self) -> dict[str, list[Document]]:
        """The splits that have reports, by name."""
        named = {"train": self.train, "development": self.development, "test": self.test}
        return {name: documents for name, documents in named.items() if documents}


def load_data(
    paths: Sequence[Path], scheme: Scheme, seed: int = 13, own: Path | None = None
) -> Data:
    """Reports of all files and folders, divided by the repo's frozen splits; unlisted ones by `annotations.splits`.

    Args:
        paths: .jsonl files and folders.
        scheme: which the reports are checked against.
        seed: of the draw for unlisted reports.
        own: a file of the user's own lists, which go before the project's.

    Raises:
        DataError: as `annotations.store.load` and `annotations.splits.divide`; also when nothing is left to train on or
            to develop on.
    """
    documents = store.load(*paths, scheme=scheme)
    if len({splits.origin(d) for d in documents}) < 2:
        where = ", ".join(map(str, paths))
        raise DataError(
            "one report cannot be divided into training and development data, nor can sentences of one"
            " (meta.report); add more",
            where,
        )
    parts = splits.divide(documents, seed, own=own)
    if own is not None and (empty := [p for p in ("train", "development") if not parts[p]]):
        raise DataError(f"leaves no report for {empty[0]}; list some there", str(own))
    return Data(parts["train"], parts["development"], parts["test"])


def part_of(documents: Sequence[Document], part: str, own: Path | None = None) -> list[Document]:
    """The reports of one part, by the frozen splits or, before those, the user's ``own`` (as `load_data`).

    Raises:
        DataError: when there is no such part, or as `annotations.splits.divide`.
    """
    if part not in splits.PARTS:
        raise DataError(f"{part!r} is none of {', '.join(splits.PARTS)}", "--part")
    return splits.divide(documents, own=own)[part]


def frozen_test(scheme: Scheme | None = None) -> list[Document]:
    """The project's test reports, by the frozen splits; none where there are no splits."""
    names = {name for name, part in splits.load().items() if part == "test"}
    files = sorted(CORPUS.glob("*.jsonl")) if names else []
    return [d for file in files for d in store.iterate(file, scheme) if d.id in names]


def check_test(data: Data, frozen: Sequence[Document] = ()) -> list[Leak]:
    """What training or development reports share with the test reports of ``data`` or with ``frozen``.

    Raises:
        DataError: when a training report is a test report, under its own or another name.
    """
    own = {d.id for d in data.test}
    test = [*data.test, *(d for d in frozen if d.id not in own)]
    learnt = [*data.train, *data.development]
    names = {d.id for d in test}
    if doubled := [d.id for d in learnt if d.id in names]:
        raise DataError(
            f"report {doubled[0]!r} is one of the test reports; a model that has seen it cannot be judged by it."
            " Take it out",
            "training data",
        )
    found = between({"learnt": learnt, "test": test})
    shared: dict[str, dict[str, str]] = defaultdict(dict)
    for leak in found:
        if leak.kind == "sentence":
            shared[leak.first][normalise(leak.first_text)] = leak.second
    for document in learnt:
        sentences = {normalise(document.text[s:e]) for s, e in split(document.text)}
        longer = [sentence for sentence in sentences if len(sentence) >= MIN_SENTENCE]
        copied = shared[document.id]
        if copied and len(copied) >= COPIED * len(longer):
            original = Counter(copied.values()).most_common(1)[0][0]
            raise DataError(
                f"report {document.id!r} shares {len(copied)} of its {len(longer)} longer sentences with the test"
                f" report {original!r}; take it out",
                "training data",
            )
    return found


def sentence_count(documents: Iterable[Document]) -> int:
    """Sentences of reports: those annotated, or where a report has none, those it is split into."""
    return sum(len(d.sentences) or sum(1 for _ in split(d.text)) for d in documents)


def check_parent(data: Data, old: Data) -> None:
    """See that a model to go on from has not learnt from the test reports of ``data``.

    Args:
        data: the reports given now.
        old: what the model learnt from.

    Raises:
        DataError: when it has.
    """
    test = {splits.origin(d) for d in data.test}
    if doubled := [d.id for d in (*old.train, *old.development) if splits.origin(d) in test]:
        raise DataError(
            f"this model has learnt from report {doubled[0]!r}, which is one of the test reports now; start without"
            " --from, or take the report out of the test part",
            "--from",
        )


def keep(data: Data, folder: Path) -> None:
    """Write the reports a model learnt from into its folder, for lineage, replay and leak checks."""
    for part in ("train", "development"):
        if documents := data.parts().get(part):
            store.save(folder / FOLDER / f"{part}.jsonl", documents)


def note(data: Data, folder: Path) -> None:
    """Write which reports of the corpus a model learnt from into its folder, in place of the reports (`keep`)."""
    listed = {part: {d.id: _mark(d) for d in reports} for part, reports in data.parts().items()}
    text = json.dumps(listed, ensure_ascii=False, indent=0) + "\n"
    (folder / LIST).write_text(text, encoding="utf-8", newline="\n")


def _mark(document: Document) -> str:
    return hashlib.sha256(store.dump_line(document).encode()).hexdigest()[:8]


def keeps(folder: Path) -> bool:
    """Whether the model in ``folder`` knows the reports that it learnt from."""
    return any((folder / name).is_file() for name in (f"{FOLDER}/train.jsonl", LIST))


def kept(folder: Path) -> Data:
    """The reports that the model in ``folder`` learnt from; those noted only, as far as the corpus has them unchanged.

    Raises:
        DataError: when the folder does not say.
    """
    if not keeps(folder):
        raise DataError(
            f"has no {FOLDER}/train.jsonl, the reports it learnt from; name a folder written by `zhaoshang train`",
            str(folder),
        )
    parts: dict[str, list[Document]] = {"train": [], "development": []}
    if (folder / LIST).is_file():
        listed = json.loads((folder / LIST).read_text(encoding="utf-8"))
        corpus = store.load(CORPUS)
        for part, marks in listed.items():
            parts[part] = [d for d in corpus if d.id in marks and marks[d.id] == _mark(d)]
        return Data(parts["train"], parts["development"], [])
    for part in parts:
        path = folder / FOLDER / f"{part}.jsonl"
        parts[part] = store.load(path) if path.is_file() else []
    return Data(parts["train"], parts["development"], [])


def learnt(folder: Path, documents: Sequence[Document]) -> list[str]:
    """Ids of those reports that the model in ``folder`` was trained on, in whole or in part, by id or by text.

    Empty where the folder does not know its training reports.
    """
    if not keeps(folder):
        return []
    train = kept(folder).train
    names = {name for d in train for name in (d.id, splits.origin(d))}
    texts = {d.text for d in train}
    return [d.id for d in documents if {d.id, splits.origin(d)} & names or d.text in texts]


def joined(data: Data, old: Data) -> Data:
    """What a model that went on from another has learnt, now and before; of a report in both, the version given now."""
    given = {d.id for part in data.parts().values() for d in part}
    parts = {
        part: [*new, *(d for d in before if d.id not in given)]
        for part, new, before in (
            ("train", data.train, old.train),
            ("development", data.development, old.development),
        )
    }
    return replace(data, **parts)


def with_replay(data: Data, old: Data, ratio: float, seed: int) -> Data:
    """New reports together with reports that a model has learnt before, so that it forgets nothing.

    Args:
        data: the reports given now; those the model knows unchanged count as old.
        old: what the model learnt from. Its development reports all stay in development.
        ratio: old training reports per new one; they are drawn by ``seed``.
    """
    known = {store.dump_line(d) for d in old.train}
    given = {d.id for part in (data.train, data.development, data.test) for d in part}
    new = [d for d in data.train if store.dump_line(d) not in known]
    pool = [d for d in data.train if store.dump_line(d) in known]
    pool += [d for d in old.train if d.id not in given]
    pool.sort(key=lambda d: d.id)
    number = min(len(pool), round(ratio * len(new))) if new else len(pool)
    development = [*data.development, *(d for d in old.development if d.id not in given)]
    return replace(data, train=[*new, *Random(seed).sample(pool, number)], development=development)
