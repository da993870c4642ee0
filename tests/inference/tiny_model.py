"""A model folder small enough to start in many processes: scores are looked up by character."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from annotations.scheme import Scheme
from inference.decoding import legal_transitions
from inference.encoding import CharVocab
from inference.extractor import VOCAB_FILE
from inference.layout import LINK_BUCKETS, Layout
from inference.settings import ModelSettings
from inference.tagger import MODEL_FILE

CHARACTERS = "总投资1234567890亿元的新能源项目基地落户开工，。；县市引进签约一二三四五"


def save(folder: Path, scheme: Scheme, seed: int = 0) -> Path:
    """Write a model whose scores are rounded to the range of their batch, as dynamic quantisation does."""
    folder.mkdir(parents=True, exist_ok=True)
    layout = Layout(scheme)
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    vocab = CharVocab([*specials, *dict.fromkeys(CHARACTERS)])
    vocab.save(folder / VOCAB_FILE)
    first, moves = legal_transitions(layout.tags)
    biases = {key: [0.0] * int(np.prod(LINK_BUCKETS)) for key in scheme.relations}
    windows = {"core": 40, "context": 8}
    ModelSettings(
        "tiny", "1", scheme.to_dict(), windows, first.tolist(), moves.tolist(), biases
    ).save(folder)
    rng = np.random.default_rng(seed)
    nodes, tables, outputs = [], [], []
    for name, columns in layout.sizes().items():
        table = rng.normal(size=(len(vocab), columns)).astype(np.float32)
        # What a character weighs differs much, so a batch's range depends on which are in it.
        table *= rng.gamma(1.0, 1.0, (len(vocab), 1)).astype(np.float32)
        if name == "tags":
            table[:, layout.tags.index("O")] += 3
        tables.append(numpy_helper.from_array(table, f"{name}_table"))
        parts = [f"{name}_{part}" for part in ("read", "bytes", "scale", "zero")]
        nodes += [
            helper.make_node("Gather", [f"{name}_table", "input_ids"], parts[:1]),
            helper.make_node("DynamicQuantizeLinear", parts[:1], parts[1:]),
            helper.make_node("DequantizeLinear", parts[1:], [name]),
        ]
        shape = ["batch", "length", columns]
        outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
    shape = ["batch", "length"]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, shape)
        for name in ("input_ids", "attention_mask")
    ]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, tables)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, folder / MODEL_FILE)
    return folder


def report(number: int, sentences: int = 4) -> str:
    """A short report of the model's characters, different for each ``number``."""
    rng = np.random.default_rng(number)
    words = ["总投资", "亿元的", "新能源", "项目", "基地", "落户", "开工", "签约", "，", "引进"]
    return "".join(
        "".join(rng.choice(words, rng.integers(4, 12))) + f"{rng.integers(1, 500)}亿元。"
        for _ in range(sentences)
    )
