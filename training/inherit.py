"""Weights for a new model from an older one, matched by what each output means, so that the scheme may have grown."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from pathlib import Path

import torch

from annotations.errors import DataError
from inference.layout import LINK_SIZE, Layout
from inference.settings import ModelSettings
from training.model import ReportTagger


def load_parent(folder: Path) -> ReportTagger:
    """The torch model of a folder written by ``zhaoshang train``.

    Raises:
        DataError: when the folder has no torch weights, or damaged ones.
    """
    if not (folder / "model.safetensors").is_file():
        raise DataError(
            "no model.safetensors here; continue from a folder written by `zhaoshang train`"
            " (an exported model has only the weights for inference)",
            str(folder),
        )
    settings = ModelSettings.load(folder)
    try:
        parent = ReportTagger.from_pretrained(folder, dtype=torch.float32)
    except Exception as error:
        # What transformers and safetensors raise for damaged files has no common type.
        raise DataError(f"cannot be read ({error}); train or copy it again", str(folder)) from error
    # config.json has the scheme with its keys sorted; the order of the outputs is that of the settings.
    parent.layout = Layout(settings.label_scheme)
    return parent


def inherit(model: ReportTagger, parent: ReportTagger) -> None:
    """Copy into ``model`` (of the same encoder shape) every weight of ``parent`` whose meaning it shares.

    Rows of the output layers are matched by tag, by attribute value, by kind and by relation; what the parent's scheme
    lacks keeps its fresh initialisation.
    """
    for name in ("bert", "span_layer", "sentence_layer"):
        getattr(model, name).load_state_dict(getattr(parent, name).state_dict())
    ours, theirs = model.layout, parent.layout
    for name, columns in (
        ("classifier", lambda layout: layout.tags),
        ("attributes", _attribute_columns),
        ("kinds", lambda layout: layout.kinds),
        ("heads", lambda layout: _relation_columns(layout, LINK_SIZE + 1)),
        ("tails", lambda layout: _relation_columns(layout, LINK_SIZE)),
    ):
        to, source = shared(columns(ours), columns(theirs))
        layer, old = getattr(model, name), getattr(parent, name)
        with torch.no_grad():
            layer.weight[to] = old.weight[source]
            layer.bias[to] = old.bias[source]
    to, source = shared(ours.tags, theirs.tags)
    relations_to, relations_from = shared(
        [r.key for r in ours.relations], [r.key for r in theirs.relations]
    )
    with torch.no_grad():
        model.first[to] = parent.first[source]
        model.moves[to[:, None], to] = parent.moves[source[:, None], source]
        model.link_bias[relations_to] = parent.link_bias[relations_from]


def shared(
    ours: Sequence[Hashable], theirs: Sequence[Hashable]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Indices ``[N]`` into each of two lists of names, of the names both have."""
    places = {name: i for i, name in enumerate(theirs)}
    pairs = [(i, places[name]) for i, name in enumerate(ours) if name in places]
    indices = torch.tensor(pairs, dtype=torch.long).reshape(-1, 2)
    return indices[:, 0], indices[:, 1]


def _attribute_columns(layout: Layout) -> list[tuple[str, str, str]]:
    return [
        (columns.label, columns.attribute.key, value)
        for columns in layout.attributes
        for value in columns.values or ("",)
    ]


def _relation_columns(layout: Layout, width: int) -> list[tuple[str, int]]:
    return [(relation.key, i) for relation in layout.relations for i in range(width)]
