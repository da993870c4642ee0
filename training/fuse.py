"""Attention as one operator in an exported network.

An export writes attention as products, mask, softmax and transpositions, all T × T scores of a layer in memory at once.
onnxruntime's MultiHeadAttention keeps them in the cache, block by block (FlashAttention, Dao et al. 2022), but only
without a mask: such a network takes no ``attention_mask`` and reads windows of one length at a time, without padding.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import onnx
from onnx import GraphProto, NodeProto, helper, numpy_helper

DOMAIN = "com.microsoft"
IDS, MASK = "input_ids", "attention_mask"


@dataclass(frozen=True, slots=True)
class _Attention:
    """One layer's attention: its inputs ``[B, T, H]``, the last of its nodes, and what scores are multiplied by."""

    query: str
    key: str
    value: str
    last: NodeProto
    scale: float


class _Graph:
    """Who makes a tensor, and who takes it."""

    def __init__(self, graph: GraphProto) -> None:
        self.made = {name: node for node in graph.node for name in node.output}
        self.taken: dict[str, list[NodeProto]] = defaultdict(list)
        for node in graph.node:
            for name in node.input:
                self.taken[name].append(node)
        self.constants = {tensor.name: tensor for tensor in graph.initializer}

    def back(self, node: NodeProto, position: int, *kinds: str) -> NodeProto:
        """Follow an input, then first inputs, through operators of these kinds; the last of them."""
        for kind in kinds:
            node = self.made[node.input[position]]
            if node.op_type != kind:
                raise LookupError(f"{node.op_type} where {kind} was looked for")
            position = 0
        return node

    def onward(self, node: NodeProto, *kinds: str) -> NodeProto:
        """Follow the one that takes a node's output, through operators of these kinds; the last of them."""
        for kind in kinds:
            (node,) = self.taken[node.output[0]]
            if node.op_type != kind:
                raise LookupError(f"{node.op_type} where {kind} was looked for")
        return node


def _attention(graph: _Graph, softmax: NodeProto) -> _Attention:
    scaled = graph.back(softmax, 0, "Add", "Mul")
    scores = graph.back(scaled, 0, "MatMul")
    query, key = (graph.back(scores, i, "Transpose", "Reshape") for i in (0, 1))
    states = graph.onward(softmax, "MatMul")
    value = graph.back(states, 1, "Transpose", "Reshape")
    last = graph.onward(states, "Transpose", "Reshape")
    scale = float(numpy_helper.to_array(graph.constants[scaled.input[1]]))
    return _Attention(query.input[0], key.input[0], value.input[0], last, scale)


def fuse_attention(path: Path, heads: int) -> bool:
    """Rewrite a network's ONNX file with fused attention and without a mask.

    Args:
        path: the file, fp32, as `training.export.to_onnx` writes it.
        heads: attention heads of each layer.

    Returns:
        Whether it was done; a file whose attention is written in another way stays as it is.
    """
    model = onnx.load(str(path))
    graph = _Graph(model.graph)
    softmaxes = [node for node in model.graph.node if node.op_type == "Softmax"]
    try:
        found = [_attention(graph, node) for node in softmaxes]
    except (LookupError, ValueError):
        return False
    if not found:
        return False
    fused = {
        each.last.output[0]: helper.make_node(
            "MultiHeadAttention",
            [each.query, each.key, each.value],
            [each.last.output[0]],
            domain=DOMAIN,
            num_heads=heads,
            scale=each.scale,
        )
        for each in found
    }
    nodes = [fused.get(node.output[0], node) for node in model.graph.node]
    for node in nodes:
        if node.op_type == "Shape" and node.input[0] == MASK:
            node.input[0] = IDS  # of the same shape
    nodes = _needed(nodes, {output.name for output in model.graph.output})
    names = {name for node in nodes for name in node.input}
    if MASK in names:  # something beside attention reads it
        return False
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    for values in (model.graph.initializer, model.graph.input):
        kept = [value for value in values if value.name in names]
        del values[:]
        values.extend(kept)
    del model.graph.value_info[:]
    model.opset_import.append(helper.make_opsetid(DOMAIN, 1))
    onnx.save(model, str(path))
    return True


def _needed(nodes: list[NodeProto], outputs: set[str]) -> list[NodeProto]:
    """The nodes that the outputs depend on, in their order."""
    wanted, needed = set(outputs), []
    for node in reversed(nodes):
        if wanted.intersection(node.output):
            needed.append(node)
            wanted.update(node.input)
    return needed[::-1]
