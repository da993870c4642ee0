from __future__ import annotations

from annotations.scheme import Scheme
from training.config import TrainConfig
from training.data import Data
from training.learning_curve import curve, sentences


def test_both_curves_start_alike_and_grow_alike(
    tiny_data: Data, tiny_config: TrainConfig, scheme: Scheme
) -> None:
    pool = sentences(tiny_data.train)
    assert len(pool) == 4 * len(tiny_data.train)
    assert len({d.id for d in pool}) == len(pool)
    config = tiny_config.override({"epochs": 2})
    curves = [
        curve(
            pool, tiny_data.development, scheme, config, start=30, step=20, rounds=1, chosen=chosen
        )
        for chosen in (True, False)
    ]
    assert curves[0][0] == curves[1][0]
    assert curves[0][1]["sentences"] == curves[1][1]["sentences"] == 50
