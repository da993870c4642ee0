"""The network as an ONNX graph, written out operator by operator for speed on a CPU.

onnxruntime's own operators (domain ``com.microsoft``) do in one pass over memory what an exported trace does in many:
a dynamically quantised product with its bias, attention over all heads, residual plus layer normalisation. Weights
become int8 by column; activations are quantised as they come, over the whole batch.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from annotations.errors import DataError
from training.model import ReportTagger

OPSET, IR_VERSION = 17, 9
_CONTRIB = "com.microsoft"
Array = NDArray[np.float32]


class _Graph:
    """Nodes and constants under names of their own; methods take and give names of values."""

    def __init__(self, int8: bool) -> None:
        self.int8 = int8
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, value: NDArray) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(
        self, kind: str, inputs: Sequence[str], outputs: int = 1, *, own: bool = False, **attributes
    ) -> list[str]:
        """Add an operator, ``own`` if it is onnxruntime's; the names of its outputs."""
        names = [f"n{len(self.nodes)}.{i}" for i in range(outputs)]
        domain = _CONTRIB if own else ""
        self.nodes.append(helper.make_node(kind, inputs, names, domain=domain, **attributes))
        return names

    def dense(self, x: str, weight: Array, bias: Array, *, exact: bool = False) -> str:
        """``x @ weight.T + bias`` for weight ``[out, in]``, in int8 unless ``exact``."""
        if exact or not self.int8:
            (product,) = self.node("MatMul", [x, self.constant(weight.T)])
            return self.node("Add", [product, self.constant(bias)])[0]
        codes, scales = quantized(weight)
        zeros = np.zeros(len(weight), np.int8)
        parts = [codes.T, scales, zeros, bias]
        names = [self.constant(part) for part in parts]
        return self.node("DynamicQuantizeMatMul", [x, *names], own=True)[0]

    def rows(self, table: Array, index: str) -> str:
        """Rows of ``table``, kept as int8 with a scale for each."""
        if not self.int8:
            return self.node("Gather", [self.constant(table), index])[0]
        codes, scales = quantized(table)
        (code,) = self.node("Gather", [self.constant(codes), index])
        (number,) = self.node("Cast", [code], to=TensorProto.FLOAT)
        (scale,) = self.node("Gather", [self.constant(scales[:, None]), index])
        return self.node("Mul", [number, scale])[0]

    def norm(self, x: str, residual: str, weight: Array, bias: Array, epsilon: float) -> str:
        """Layer normalisation of ``x + residual``."""
        names = [self.constant(weight), self.constant(bias)]
        return self.node(
            "SkipLayerNormalization", [x, residual, *names], own=True, epsilon=epsilon
        )[0]

    def gelu(self, x: str) -> str:
        return self.node("Gelu", [x], own=True)[0]


def quantized(weight: Array) -> tuple[NDArray[np.int8], Array]:
    """int8 codes in [-127, 127] of each row of ``weight``, and each row's scale: about ``codes * scale``."""
    scales = np.maximum(np.abs(weight).max(1) / 127, np.float32(1e-12)).astype(np.float32)
    return np.round(weight / scales[:, None]).astype(np.int8), scales


def build(model: ReportTagger, outputs: Sequence[str], *, int8: bool) -> onnx.ModelProto:
    """The graph of ``model``: ids and mask ``[batch, length]`` in, the scores named in ``outputs`` out.

    Raises:
        DataError: the encoder is no plain BERT.
    """
    config = model.config
    kind = getattr(config, "position_embedding_type", "absolute") or "absolute"
    if kind != "absolute" or config.hidden_act != "gelu":
        raise DataError(
            f"only BERT with absolute positions and gelu can be exported, this has {kind} positions"
            f" and {config.hidden_act}; choose another base",
            str(config.name_or_path),
        )
    weights = {name: value.float().numpy() for name, value in model.state_dict().items()}
    graph = _Graph(int8)
    states = _embeddings(graph, weights, config.layer_norm_eps)
    (mask,) = graph.node("Cast", ["attention_mask"], to=TensorProto.INT32)
    for number in range(config.num_hidden_layers):
        part = f"bert.encoder.layer.{number}."
        layer = {k.removeprefix(part): v for k, v in weights.items() if k.startswith(part)}
        states = _layer(graph, layer, states, mask, config.num_attention_heads, config.layer_norm_eps)
    named = _scores(graph, weights, states)
    for name in outputs:
        graph.nodes.append(helper.make_node("Identity", [named[name]], [name]))
    shape = ["batch", "length"]
    body = helper.make_graph(
        graph.nodes,
        "tagger",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, shape)
            for name in ("input_ids", "attention_mask")
        ],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [*shape, None]) for name in outputs],
        graph.constants,
    )
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(_CONTRIB, 1)]
    return helper.make_model(body, opset_imports=opsets, ir_version=IR_VERSION)


def _embeddings(graph: _Graph, weights: dict[str, Array], epsilon: float) -> str:
    """Word plus position plus the first token type, normalised."""
    part = "bert.embeddings."
    words = graph.rows(weights[f"{part}word_embeddings.weight"], "input_ids")
    (shape,) = graph.node("Shape", ["input_ids"])
    (length,) = graph.node("Slice", [shape, *(graph.constant(np.array([i])) for i in (1, 2))])
    places = (
        weights[f"{part}position_embeddings.weight"]
        + weights[f"{part}token_type_embeddings.weight"][0]
    )
    zero = graph.constant(np.array([0]))
    (near,) = graph.node("Slice", [graph.constant(places), zero, length])
    (total,) = graph.node("Add", [words, near])
    names = [graph.constant(weights[f"{part}LayerNorm.{name}"]) for name in ("weight", "bias")]
    return graph.node("LayerNormalization", [total, *names], epsilon=epsilon)[0]


def _layer(
    graph: _Graph, layer: dict[str, Array], states: str, mask: str, heads: int, epsilon: float
) -> str:
    """One encoder layer; keys of ``layer`` as in `BertLayer`."""
    own = "attention.self."
    sides = ("query", "key", "value")
    joined = graph.dense(
        states,
        np.concatenate([layer[f"{own}{side}.weight"] for side in sides]),
        np.concatenate([layer[f"{own}{side}.bias"] for side in sides]),
    )
    queries = graph.node("Split", [joined], 3, axis=-1)
    (mixed,) = graph.node(
        "MultiHeadAttention", [*queries, "", mask], own=True, num_heads=heads
    )
    part = "attention.output."
    mixed = graph.dense(mixed, layer[f"{part}dense.weight"], layer[f"{part}dense.bias"])
    states = graph.norm(
        mixed, states, layer[f"{part}LayerNorm.weight"], layer[f"{part}LayerNorm.bias"], epsilon
    )
    inner = graph.gelu(
        graph.dense(states, layer["intermediate.dense.weight"], layer["intermediate.dense.bias"])
    )
    outer = graph.dense(inner, layer["output.dense.weight"], layer["output.dense.bias"])
    return graph.norm(
        outer, states, layer["output.LayerNorm.weight"], layer["output.LayerNorm.bias"], epsilon
    )


def _scores(graph: _Graph, weights: dict[str, Array], states: str) -> dict[str, str]:
    """The heads of `ReportTagger.scores`; their last, narrow products stay exact."""

    def head(name: str, x: str, *, exact: bool) -> str:
        return graph.dense(x, weights[f"{name}.weight"], weights[f"{name}.bias"], exact=exact)

    spans = graph.gelu(head("span_layer", states, exact=False))
    sentences = graph.gelu(head("sentence_layer", states, exact=False))
    scores = {"tags": head("classifier", states, exact=True)}
    scores["kinds"] = head("kinds", sentences, exact=True)
    for name in ("attributes", "heads", "tails"):
        scores[name] = head(name, spans, exact=True)
    return scores
