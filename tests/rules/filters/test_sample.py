"""Which trigrams are asked for: few, the rarest, and those that say different things."""

from rules import search
from rules.filters.sample import FEW, LOOK, Sample

TEXTS = [f"\x03jansen\x05jansen@example.com\x16ck-{number:05}\x1f" for number in range(200)] + ["\x03zwaluw\x05zwaluw@example.com\x1f"] * 3


def rarest(*pieces):
    return Sample(TEXTS).rarest(search.grams_of(*pieces))


def test_the_rarest_are_asked_for_and_nothing_that_says_the_same_once_more():
    assert rarest("zwaluw@example.com") == ["zwa"]
    assert rarest("\x16ck-00042") == ["042"]


def test_each_says_something_that_the_others_do_not():
    texts = [f"{name} {thing}" for name in ("jansen", "bakker", "visser") for thing in ("gember", "matcha", "kaneel") for _ in range(100)]
    grams = Sample(texts).rarest(search.grams_of("jansen", "gember"))
    assert [name for name in ("jansen", "gember") for gram in grams if gram in name] == ["jansen", "gember"]


def test_only_a_few_are_asked_for():
    assert 1 <= len(rarest("\x03jansen\x05jansen@example.com\x16ck-00042")) <= FEW


def test_one_is_enough_when_nothing_is_left_to_look_at():
    many = ["thee"] * (LOOK * 3) + ["kaas"]
    assert Sample(many).rarest(["kaa", "the"]) == ["kaa"]


def test_in_an_empty_shop_there_is_still_something_to_ask_for():
    assert Sample([]).rarest(["the", "hee"]) != []


def test_what_is_only_in_old_texts_is_said_to_lie_there():
    old = Sample(["\x03jansen\x1f"] * 50 + ["\x03smit\x1f"] * 50)
    assert old.seen([["\x03jan"]]) == (0.5, 0.5)
    assert old.seen([["\x03smit"]]) == (0.5, 1)


def test_few_say_nothing_about_where_the_newest_is():
    few = Sample(["\x03smit\x1f"] * 40 + ["\x03jansen\x1f"] + ["\x03smit\x1f"] * 59)
    assert few.seen([["\x03jan"]]) == (0.01, 1)
    assert few.seen([["zwaluw"]]) == (0, 1)
    assert Sample([]).seen([["jan"]]) == (0, 1)
