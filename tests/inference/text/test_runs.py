from __future__ import annotations

from inference.text import runs, statistics

ANY: frozenset[int] = frozenset()


def follow(before: str, damaged: str) -> runs.State | None:
    plain = statistics.fold(damaged)
    state = runs.begin(before, 0, ANY, damaged[0], plain[0])
    for character, inside in zip(damaged[1:], plain[1:], strict=True):
        if state:
            state = runs.extend(state, character, inside)
    return state


def test_a_run_ends_where_an_ascii_character_stands_alone() -> None:
    out_of_step = follow("石", "!蓖ㄟ")
    assert out_of_step.unfinished
    assert not out_of_step.ended
    ended = runs.finish(follow("石", "!蓖ㄟ|"), "市")
    assert ended.text == "。”通遼"
    assert ended.gain > 20
    assert (ended.first, ended.behind) == ("。", "”通")


def test_a_mark_inside_a_run_leaves_a_first_byte() -> None:
    state = runs.end_lost(follow("请", "谝娋"), "")
    assert state.ended
    assert not state.unfinished
    assert state.inside == "?"


def test_at_most_a_beam_is_followed_the_likeliest_readings() -> None:
    state = follow("石", "谝")
    readings = state.unfinished + state.ended
    scores = [score for _, _, score, _ in readings]
    assert len(readings) == runs.BEAM
    assert scores == sorted(scores, reverse=True)
    assert len({(last, pending) for _, last, _, pending in readings}) == runs.BEAM


def test_what_led_to_a_state_is_remembered() -> None:
    assert follow("石", "!蓖") is follow("石", "!蓖")


def test_a_character_without_two_bytes_breaks_a_run() -> None:
    assert follow("石", "\n") is None
    assert follow("石", "!蓖\n") is None
