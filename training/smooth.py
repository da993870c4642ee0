"""Outlying channels made smaller before quantisation (SmoothQuant, Xiao et al. 2023).

int8 gives all channels of a state one range of 256 steps. In some states one channel of hundreds reaches ten times as
far as the rest, which are left a tenth of the steps. Such a channel is divided by how far it stands out, and the rows
of the weights that it meets are multiplied by as much: the products stay what they were.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from annotations.document import Document
from inference.encoding import CharVocab
from inference.prepare import prepare
from inference.settings import ModelSettings
from inference.tagger import batch_ids

Floats = NDArray[np.float32]
#: Windows that states are looked at in.
WINDOWS = 128
#: A channel may reach this many times as far as the median one.
REACH = 3.0
#: States none of whose channels would be divided by this much are left alone: a product more costs time.
LEAST = 1.5


def read_windows(
    reports: Sequence[Document], settings: ModelSettings, vocab: CharVocab
) -> Iterator[NDArray[np.int64]]:
    """Ids ``[1, T]`` of the first `WINDOWS` windows of reports, as inference reads them."""
    left = WINDOWS
    for report in reports:
        prepared = prepare(report.text, settings.window_sizes)
        ids = vocab.encode(prepared.clean.text)
        for window in prepared.windows[:left]:
            rows, _ = batch_ids(vocab, [ids[window.start : window.end]])
            yield rows
        left -= len(prepared.windows)
        if left <= 0:
            return


def smooth(path: Path, windows: Iterator[NDArray[np.int64]]) -> list[str]:
    """Rewrite a network's fp32 ONNX file so that no channel stands out; its scores stay the same but for rounding.

    Args:
        path: the file, as `training.fuse.fuse_attention` leaves it.
        windows: ids ``[1, T]`` of text as the network will read it.

    Returns:
        The names of the states that were changed.
    """
    model = onnx.load(str(path))
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    products: dict[str, list[NodeProto]] = defaultdict(list)
    for node in model.graph.node:
        if node.op_type == "MatMul" and len(getattr(weights.get(node.input[1]), "dims", ())) == 2:
            products[node.input[0]].append(node)
    reaches = _reaches(model, list(products), windows)
    divided: dict[str, NodeProto] = {}
    for state, reach in reaches.items():
        factors = np.maximum(1, reach / (REACH * max(float(np.median(reach)), 1e-6)))
        if factors.max() < LEAST:
            continue
        names = dict.fromkeys(node.input[1] for node in products[state])
        for name in names:
            rows = numpy_helper.to_array(weights[name]) * factors[:, None]
            weights[name].CopyFrom(numpy_helper.from_array(rows.astype(np.float32), name))
        shares = numpy_helper.from_array((1 / factors).astype(np.float32), f"{state}.shares")
        model.graph.initializer.append(shares)
        for node in products[state]:
            node.input[0] = f"{state}.smooth"
        divided[state] = helper.make_node(
            "Mul", [state, shares.name], [f"{state}.smooth"], name=f"{state}.smooth"
        )
    nodes = []
    for node in model.graph.node:
        nodes += [node, *(divided[name] for name in node.output if name in divided)]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.save(model, str(path))
    return list(divided)


def _reaches(
    model: onnx.ModelProto, states: Sequence[str], windows: Iterator[NDArray[np.int64]]
) -> dict[str, Floats]:
    """The greatest magnitude of each channel of each state over all windows."""
    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    for state in states:
        watched.graph.output.append(
            helper.make_tensor_value_info(state, TensorProto.FLOAT, None)  # type: ignore[arg-type]
        )
    session = onnxruntime.InferenceSession(
        watched.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    masked = len(session.get_inputs()) > 1
    found: dict[str, Floats] = {}
    for ids in windows:
        feeds = {"input_ids": ids} | ({"attention_mask": np.ones_like(ids)} if masked else {})
        for state, values in zip(states, session.run(list(states), feeds), strict=True):
            reach = np.abs(values.reshape(-1, values.shape[-1])).max(0)
            found[state] = np.maximum(found.get(state, 0), reach)
    return found
