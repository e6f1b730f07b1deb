"""The list finds what a query asks, newest first, and pages through it; held against a slow reading of every order."""

from dataclasses import replace
from functools import cache, partial

import pytest
from hypothesis import HealthCheck, given, settings as with_settings, strategies as st

from rules import order_list, shop
from rules.filters.fields import FIELDS
from rules.filters.language import Query, Term, Value, parse
from tests import database as databases
from tests import naive, varied


@pytest.fixture
def many(states, monkeypatch):
    """The varied shop, with everything about it in memory too."""
    databases.put_back(states, "varied", varied.fill)
    monkeypatch.setattr(shop, "today", lambda: varied.TODAY)
    return seen()


@cache
def seen():
    return naive.Shop()


@pytest.fixture
def owner_actor(many):
    return shop.current().actor(1)


def numbers(query, by, **how):
    """The numbers of all pages of the list."""
    page = order_list.page(query, by=by, **how)
    found = [row.number for row in page.rows]
    while page.older:
        page = order_list.page(query, by=by, key=page.older, **how)
        found += [row.number for row in page.rows]
    return found


def wanted(query, many, by):
    return [order.number for order in many.find(query.terms, by.operator)]


EXAMPLES = {
    "": ["jan", "thee", "kg", "j", "49,95", "0612", "12", "100%", "%", "(((((", "%_%_%", "h&m", "-5", "o'brien", "müller", "eethe", "geen-enkele", "earl grey", "los 100", "de", "+316"],
    "number": ["1", "12", "100", "ext", "zzz"], "customer": ["jan", "j", "de", "van de", "Łukasz", "o'b", "[a*]?"], "company": ["b", "hotel", "de"],
    "email": ["jan", "@example.nl", "example.com", "x"], "phone": ["06", "0612", "+316", "9", "x"], "city": ["utrecht", "den h", "a"],
    "postcode": ["35", "3511 a", "1", "ab"], "country": ["nl", "be", "België", "neder", "frankrijk", "zz"],
    "total": ["50", "49,95"], "due": ["0", "10"], "items": ["1", "3", "0,5"], "payment": ["ja", "nee", "betaald", "deels", "niet", "terug", "xx"],
    "status": ["concept", "in", "verzonden", "vol", "ready", "nergens"], "stage": ["open", "klaar", "draft", "retour"],
    "method": ["pin", "op", "geen", "ideal"], "shipping": ["postnl", "afhalen", "pakket", "geen", "fiets"],
    "courier": ["dhl", "post", "eigen", "trunk", "geen"], "tracking": ["3s", "3stb", "tr0", "x"], "label": ["hoge", "cadeau", "af", "geen"],
    "customer_label": ["vaste", "geen"], "operator": ["fatima", "ik", "geen", "l"], "source": ["kassa", "web", "phone"],
    "product": ["thee", "earl grey", "100", "g"], "sku": ["th", "th-0", "k"], "ean": ["871", "8710", "5"], "coupon": ["na", "welkom", "x"],
    "invoice": ["i2026", "c", "r"], "imported": ["etsy", "mei.csv", "2026"],
    "created": ["vandaag", "7d", "2026", "2026-10", "2025", "vorige maand"], "paid_on": ["30d", "2026"], "shipped_on": ["30d", "2025"],
    "changed_on": ["7d", "2026"], "note": ["ja", "nee"], "late": ["ja", "nee"], "to_ship": ["ja", "nee"], "unprinted": ["ja", "nee"],
    "mine": ["ja", "nee"], "todo": ["betalen", "klaarmaken", "verzenden", "terugbetalen", "mail", "letters"],
}


def test_every_field_has_examples():
    assert EXAMPLES.keys() - {""} == FIELDS.keys()


@st.composite
def values(draw, field):
    text = draw(st.sampled_from(EXAMPLES[field]))
    if field and FIELDS[field].is_ordered:
        compare = draw(st.sampled_from(("=", ">", ">=", "<", "<=", "..")))
        until = draw(st.sampled_from(["", *EXAMPLES[field]])) if compare == ".." else ""
        return Value(text, compare, until)
    return Value(text)


@st.composite
def terms(draw, fields=tuple(EXAMPLES)):
    field = draw(st.sampled_from(fields))
    several = st.lists(values(field), min_size=1, max_size=2, unique=True) if field else values(field).map(lambda value: [value])
    return Term(field, tuple(draw(several)), draw(st.booleans()) and draw(st.booleans()))


def is_known(term, many, by):
    """Whether the term says something: unknown names are left out of a query with a notice, which the slow reading does not know."""
    page = order_list.page(Query((term,)), by=by)
    return not page.notices


def check(query, many, by):
    known = Query(tuple(term for term in query.terms if is_known(term, many, by)))
    page = order_list.page(known, by=by)
    expected = wanted(known, many, by)
    if page.notices:  # two terms exclude each other
        assert not expected
    assert [row.number for row in page.rows] == expected[:50]
    assert (page.count, page.capped) == (len(expected), False)


@pytest.mark.parametrize("text", ["fase:concept bron:telefoon", "status:concept,voltooid bron:web", "fase:concept medewerker:fatima"])
def test_drafts_stand_where_they_were_begun_whatever_else_is_asked(many, owner_actor, text):
    check(parse(text), many, owner_actor)


@pytest.mark.thorough
@pytest.mark.parametrize("text", ["telefoon:06 -land:nederland", "-land:nederland plaats:utrecht", "jan -land:nederland,belgië", "thee -land:nl -sku:th"])
def test_what_is_in_no_index_of_words_is_left_out_of_what_is(many, owner_actor, text):
    check(parse(text), many, owner_actor)


EACH = [(field, text) for field, texts in EXAMPLES.items() for text in texts]


@pytest.mark.thorough(10)
@pytest.mark.parametrize("negated", [False, True], ids=["is", "not"])
def test_each_field_finds_what_a_slow_reading_finds(many, owner_actor, negated):
    found = 0
    for field, text in EACH:
        term = Term(field, (Value(text),), negated)
        expected = wanted(Query((term,)), many, owner_actor)
        page = order_list.page(Query((term,)), by=owner_actor)
        if not page.notices:
            assert [row.number for row in page.rows] == expected[:50], (field, text)
            assert page.count == len(expected), (field, text)
            found += bool(expected)
    assert found > 100


@pytest.mark.thorough
@given(data=st.data())
@with_settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_terms_together_find_what_a_slow_reading_finds(many, owner_actor, data):
    check(Query(tuple(data.draw(st.lists(terms(), min_size=1, max_size=3, unique=True)))), many, owner_actor)


@pytest.mark.thorough
@given(data=st.data())
@with_settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_however_a_query_is_answered_it_finds_the_same(many, owner_actor, data):
    """With a lower limit, what is found by counting is found by reading off an index, and the other way round."""
    from rules import order_count, order_find, order_plan, order_together, order_ways
    from rules.filters import patterns

    query = Query(tuple(data.draw(st.lists(terms(), min_size=1, max_size=3, unique=True))))
    known = Query(tuple(term for term in query.terms if is_known(term, many, owner_actor)))
    expected = wanted(known, many, owner_actor)
    with pytest.MonkeyPatch.context() as patch:
        for module in (order_count, order_find, order_ways, order_list):
            patch.setattr(module, "CAP", 20)
        few, cost, work = (data.draw(st.sampled_from(each)) for each in ((0, 5, 1_000), (1, 15, 10_000), (1, 500, 40_000)))
        for module, name, value in ((order_ways, "LOOKED", few), (order_ways, "KEPT", few), (order_find, "LOOKED_AT", cost),
                                    (order_plan, "LOOKED_AT", cost), (order_together, "LOOKED_AT", cost), (order_count, "WORK", work),
                                    (order_plan, "WALKED", data.draw(st.sampled_from((0, 5, 10_000)))),
                                    (patterns, "OFTEN", data.draw(st.sampled_from((0, 0.04, 1)))),
                                    (patterns, "IN_A_THIRD", data.draw(st.sampled_from((0, 1)))),
                                    (order_find, "NEAR", data.draw(st.sampled_from((2, 40, 10_000))))):
            patch.setattr(module, name, value)
        page = order_list.page(known, by=owner_actor, size=10)
        assert page.count < len(expected) if page.capped else page.count == len(expected)
        assert order_list.count(known, by=owner_actor) == order_count.Count(min(len(expected), 20), len(expected) > 20)
        assert order_list.counts([known, Query()], by=owner_actor)[0].count <= len(expected)
        assert numbers(known, owner_actor, size=10) == expected


TOGETHER = [
    "bron:kassa methode:pin", "bron:web status:verzonden,voltooid methode:ideal", "koerier:dhl verzending:postnl", "koerier:dhl thee", "bron:web tracking:3s",
    "-koerier:dhl thee", "-koerier:postnl bron:web", "-label:cadeau methode:ideal", "telefoon:06 -land:be", "-land:nl tracking:3s",
    "plaats:utrecht -land:be bron:web", "telaat:nee product:thee bron:web", "medewerker:fatima doormij:ja", "datum:2025.. bron:web methode:ideal", "totaal:>20 bron:web koerier:dhl",
]


@pytest.mark.parametrize("kept", [0, 2000])
@pytest.mark.parametrize("text", TOGETHER)
def test_whatever_is_guessed_of_the_ways_the_same_orders_are_on_all_of_them(many, owner_actor, monkeypatch, text, kept):
    """One is gone along, of the others a set is made or each order is looked at: they take turns."""
    from rules import order_find, order_plan, order_together, order_ways
    from rules.filters import conditions

    monkeypatch.setattr(order_ways, "KEPT", kept)
    query = parse(text)
    expected = [order.id for order in many.find(query.terms, 1)]
    assert expected or text == TOGETHER[2]
    asked = order_plan.Asked(conditions.of(query, shop.current(), owner_actor), size=1000)
    *ways, top = map(order_find._whole, order_ways.of([asked.conditions])[0])
    assert ways
    for short in ways:
        for few, many_more, all_of_them in ((1, 100, 1000), (1000, 1001, 10**6), (1000, 3000, 10**6)):
            guessed = [*(replace(way, orders=few if way is short else many_more) for way in ways), replace(top, orders=all_of_them)]
            found = order_find._collected(asked, order_together.found_in_all(asked, guessed))
            assert [place.order for place in found.rows] == expected, (short, few, many_more)


SORTS = {
    "placed": lambda order: (order.placed, order.id), "number": lambda order: order.id, "total": lambda order: (order.total.cents, order.id),
    "items": lambda order: (order.items.thousandths, order.id), "changed": lambda order: (order.changed, order.id),
    "customer": lambda order: ((order.name or order.company).translate(str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")), order.id),
}


@pytest.mark.parametrize("text", ["", "thee", "status:voltooid", "label:geen totaal:>20"])
@pytest.mark.parametrize("sort", SORTS)
def test_the_list_is_sorted_either_way(many, owner_actor, sort, text):
    assert set(SORTS) == set(order_list.sorts())
    query = parse(text)
    expected = [order.number for order in sorted(many.find(query.terms, 1), key=SORTS[sort])]
    assert numbers(query, owner_actor, sort=sort, size=40) == expected
    assert numbers(query, owner_actor, sort=f"-{sort}", size=40) == expected[::-1]


@pytest.mark.parametrize("text", ["", "datum:2026", "-bron:kassa", "an", "status:concept,voltooid", "betaald:ja verzending:postnl"])
@pytest.mark.parametrize("sort", ["", "total", "placed"])
def test_paging_forward_and_back_shows_every_order_once(many, owner_actor, text, sort):
    query = parse(text)
    pages = [order_list.page(query, by=owner_actor, size=7, sort=sort)]
    while pages[-1].older:
        pages.append(order_list.page(query, by=owner_actor, size=7, sort=sort, key=pages[-1].older))
    shown = [row.id for page in pages for row in page.rows]
    assert len(shown) == len(set(shown)) == pages[0].count and len(pages) > 3
    back = pages[-1]
    for page in pages[-2::-1]:
        back = order_list.page(query, by=owner_actor, size=7, sort=sort, key=back.newer, backwards=True)
        assert [row.id for row in back.rows] == [row.id for row in page.rows]
    assert back.newer is None or order_list.page(query, by=owner_actor, size=7, sort=sort, key=back.newer, backwards=True).newer is None


def test_a_list_that_is_too_long_to_be_sorted_is_paged_by_date(many, owner_actor, monkeypatch):
    from rules import order_find

    monkeypatch.setattr(order_find, "CAP", 20)
    expected = [order.number for order in many.find((), 1)]
    assert len(expected) > 40
    assert numbers(parse(""), owner_actor, sort="customer", size=40) == expected
    page = partial(order_list.page, parse(""), by=owner_actor, sort="customer", size=10)
    second = page(key=page().older)
    back = page(key=page(key=second.older).newer, backwards=True)
    assert [row.number for row in back.rows] == [row.number for row in second.rows] == expected[10:20]
