"""The index gives the texts in which a pattern stands, no others and none too few."""

import re

import pytest

from models import OrderText
from rules.filters import patterns
from rules.filters.patterns import anywhere, beginning
from rules.filters.signs import ANY, STOP, regex
from rules.order_text import DRAFTS, END, Mark, marked
from tests import factories
from rules.sql import run

LONG = "donaudampfschifffahrtsgesellschaft" * 2
TEXTS = (
    marked(Mark.NUMBER, "50") + marked(Mark.CUSTOMER, "jan de wit") + marked(Mark.EMAIL, "jan@wit.example") + END,
    marked(Mark.NUMBER, "501") + marked(Mark.CUSTOMER, "o'brien \\ d") + marked(Mark.NOTE, "mail naar x@jansen.example") + END,
    marked(Mark.NUMBER, "7") + marked(Mark.NOTE, f"{LONG}en thee") + marked(Mark.HOUSE, "12") + END,
    marked(Mark.NUMBER, "8") + marked(Mark.NOTE, " ".join(f"{LONG}{number}" for number in range(40))) + marked(Mark.HOUSE, "123") + END,
    marked(Mark.NUMBER, "9") + marked(Mark.NOTE, "@ ' \\ \" :* & | !") + marked(Mark.CITY, "de wit jan") + END,
)
PATTERNS = (
    *(beginning(mark, words) for mark in (Mark.NUMBER, Mark.CUSTOMER, Mark.NOTE, Mark.CITY) for words in (
        ["50"], ["5"], ["j"], ["jan"], ["jan", "d"], ["de", "wit"], ["jan", "de", "wi"], ["o'brien"], ["\\"], ["'"], ["d"], [":*"], ["@"], ["x@jan"],
        [LONG], [f"{LONG}3"], [f"{LONG}39"], [LONG[:40]], [LONG[:39]], [f"{LONG}en", "thee"], [f"{LONG}1", f"{LONG}2"], ["mail", "naar"])),
    "@jan", "@wit.example", "@", Mark.EMAIL + "jan@wit", Mark.HOUSE + "12" + STOP, Mark.HOUSE + "12",
    *map(anywhere, (["ja"], ["d"], ["wit"], ["jan", "de"], ["mail", "naar"], ["thee"], ["schiff"], ["@"], ["'"], ["an@wit"], ["de", "wi"])), ANY + "de",
)


@pytest.fixture
def texts(shop, by):
    found = {}
    for place, text in enumerate(TEXTS):
        order = factories.a_draft(by)
        OrderText.delete().where(OrderText.order == order).execute()
        OrderText.create(key=DRAFTS * (place + 1) + order.id, order=order, text=text)
        found[order.id] = text
    return found


def found(*patterns_of_one):
    texts = patterns.found([patterns_of_one])
    return texts and {order for order, in run(texts.ids).fetchall()}


def having(texts, *patterns_of_one):
    return {order for order, text in texts.items() if any(re.search(regex(pattern), text) for pattern in patterns_of_one)}


def test_the_texts_with_a_pattern_are_found(texts):
    wrong = [pattern for pattern in PATTERNS if found(pattern) not in (having(texts, pattern), None)]  # None: the index knows nothing of it
    assert wrong == []


@pytest.mark.parametrize("often", [-1, 1])
def test_so_they_are_however_common_the_words_seem(texts, monkeypatch, often):
    for name in ("OFTEN", "IN_A_THIRD"):
        monkeypatch.setattr(patterns, name, often)
    ways = [(pattern, each._replace(where=where)) for pattern in PATTERNS if (each := patterns.found([[pattern]]))
            for where in (each.where, each.walked, each.gathered) if where]
    wrong = [pattern for pattern, each in ways if {order for order, in run(each.ids).fetchall()} != having(texts, pattern)]
    assert wrong == []


def test_one_of_several_patterns_is_enough(texts):
    several = (beginning(Mark.NUMBER, ["50"]), beginning(Mark.CITY, ["de", "wi"]), "schiff")
    assert len(having(texts, *several)) == 5 and found(*several) == having(texts, *several)
