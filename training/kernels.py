"""How near the network's int8 products come to what onnxruntime reaches on bare ones of the same shapes.

``python -m training.kernels MODEL_FOLDER --data annotations/seeds``
"""

from __future__ import annotations

import argparse
import math
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from annotations.document import Document
from annotations.errors import DataError
from inference.batch import find, read
from inference.extractor import BATCH_TOKENS
from inference.stages import Shares, measure_stages
from inference.tagger import MODEL_FILE

#: Operators that multiply int8 weights, with the quantisation of what they multiply.
INT8 = ("MatMulInteger", "MatMulIntegerToFloat", "DynamicQuantizeMatMul")
#: Bare products are run for so many seconds a shape, after a warm-up.
SECONDS = 0.5
Shape = tuple[int, int]


def weights(path: Path) -> dict[Shape, int]:
    """Shapes ``[K, N]`` of a quantised network's int8 matrices, and how many there are of each.

    Raises:
        DataError: when it has none.
    """
    found: Counter[Shape] = Counter()
    for tensor in onnx.load(str(path)).graph.initializer:
        # Embeddings, which are looked up and not multiplied, are UINT8.
        if tensor.data_type == TensorProto.INT8 and len(tensor.dims) == 2:
            found[tensor.dims[0], tensor.dims[1]] += 1
    if not found:
        raise DataError("has no int8 matrices; export it with int8", str(path))
    return found


def bare_rate(rows: int, shape: Shape, threads: int = 1) -> float:
    """Operations a second of one MatMulInteger ``[rows, K] × [K, N]``, a multiplication and an addition being two."""
    depth, width = shape
    rng = np.random.default_rng(0)
    matrix = numpy_helper.from_array(rng.integers(-127, 127, shape).astype(np.int8), "weights")
    node = helper.make_node("MatMulInteger", ["states", "weights"], ["products"])
    states = helper.make_tensor_value_info("states", TensorProto.UINT8, [rows, depth])
    products = helper.make_tensor_value_info("products", TensorProto.INT32, [rows, width])
    graph = helper.make_graph([node], "bare", [states], [products], [matrix])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    feeds = {"states": rng.integers(0, 255, (rows, depth)).astype(np.uint8)}
    for _ in range(3):
        session.run(None, feeds)
    runs, began = 0, time.perf_counter()
    while (spent := time.perf_counter() - began) < SECONDS:
        session.run(None, feeds)
        runs += 1
    return 2 * math.prod(shape) * rows * runs / spent


def rates(shares: Shares, shapes: Mapping[Shape, int]) -> tuple[float, float]:
    """Operations a second of the network's int8 products, and of bare ones in the same proportions."""
    each = {shape: 2 * math.prod(shape) * count for shape, count in shapes.items()}
    total = sum(each.values())
    seconds = sum(shares.operators.get(name, 0.0) for name in INT8)
    bare = total / sum(work / bare_rate(BATCH_TOKENS, shape) for shape, work in each.items())
    return total * shares.cells / seconds, bare


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m training.kernels", description=__doc__)
    parser.add_argument("model", type=Path, help="a folder written by `zhaoshang export`")
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    options = parser.parse_args(arguments)
    try:
        reports = [Document(r.id, r.text) for r in read(find(options.data)) if r.text]
        shapes = weights(options.model / MODEL_FILE)
        shares = measure_stages(reports, options.model)
    except DataError as error:
        parser.exit(2, f"{error}\n")
    own, bare = rates(shares, shapes)
    whole = sum(shares.stages.values())
    print(f"products of matrices: {shares.products * shares.network / whole:.0%} of all time")
    print(
        f"int8 products: {own / 1e9:.0f} G operations/s, bare {bare / 1e9:.0f} G: {own / bare:.0%}"
    )


if __name__ == "__main__":
    main()
