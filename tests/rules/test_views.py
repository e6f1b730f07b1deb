"""Saved views: one's own and the shop's, in an order one chooses, with counts that follow what happens."""

import pytest

from models import Event, View
from rules import orders, shop as shops, status, views
from rules.filters.language import parse
from rules.refusal import NotFound, Refused
from rules.rights import DESK, ROLES, Actor
from rules.views import TODO, Count
from tests.factories import a_placed_order


@pytest.fixture
def mine(shop, owner):
    return shop.actor(owner.id)


@pytest.fixture
def clerk(shop):
    from models import Operator, Role

    person = Operator.create(name="Lotte", email="lotte@example.nl", role=Role.get(Role.key == "clerk"))
    return Actor(person.id, person.name, frozenset(ROLES["clerk"]))


def names(by):
    return [view.name for view in views.of(by)]


def test_a_view_is_kept_with_its_query_and_columns(mine):
    view = views.save(" Te  bellen ", 'label:"Hoge prioriteit"  status:wacht', by=mine, columns=["date", "customer"])
    assert (view.name, view.query, view.columns) == ("Te bellen", 'label:"Hoge prioriteit" status:wacht', ["date", "customer"])
    assert Event.select().where(Event.kind == "view.saved").count() == 1


def test_what_was_not_understood_is_not_kept(mine):
    assert views.save("X", "kleur:rood jan", by=mine).query == "jan"


def test_one_sees_ones_own_and_those_of_the_shop(mine, clerk):
    views.save("Van mij", "jan", by=mine)
    views.save("Van ons", "piet", by=mine, shared=True)
    views.save("Van Lotte", "klaas", by=clerk)
    assert names(mine) == ["Van mij", "Van ons"]
    assert names(clerk) == ["Van ons", "Van Lotte"]


def test_a_view_is_saved_again(mine):
    view = views.save("Oud", "jan", by=mine, columns=["date"])
    again = views.save("Nieuw", "piet", by=mine, key=view.id)
    assert (again.id, again.name, again.query, again.columns) == (view.id, "Nieuw", "piet", ["date"])
    assert View.select().count() == 1


@pytest.mark.parametrize("name, query, field", [("", "jan", "name"), ("  ", "jan", "name"), ("Alles", "", "query"), ("Alles", "kleur:rood", "query"),
                                                ("x" * 61, "jan", "name"), ("Lang", " ".join(f"woord{n}" for n in range(30)) + "x" * 400, "query")])
def test_a_view_without_name_or_query_is_refused(mine, name, query, field):
    with pytest.raises(Refused) as refused:
        views.save(name, query, by=mine)
    assert field in (refused.value.field, *getattr(refused.value, "errors", ()))


def test_sharing_needs_the_right(mine, clerk):
    shared = views.save("Van ons", "jan", by=mine, shared=True)
    for attempt in (lambda: views.save("Voor allen", "jan", by=clerk, shared=True), lambda: views.save("Anders", "piet", by=clerk, key=shared.id),
                    lambda: views.rename(shared.id, "Anders", by=clerk), lambda: views.remove(shared.id, by=clerk), lambda: views.move(shared.id, 0, by=clerk)):
        with pytest.raises(Refused):
            attempt()
    assert names(mine) == ["Van ons"]


def test_nobody_touches_the_view_of_another(mine, clerk):
    other = views.save("Van mij", "jan", by=mine)
    for attempt in (lambda: views.save("X", "y", by=clerk, key=other.id), lambda: views.rename(other.id, "X", by=clerk),
                    lambda: views.remove(other.id, by=clerk), lambda: views.remove(999, by=mine)):
        with pytest.raises(NotFound):
            attempt()


def test_views_are_renamed_moved_and_removed(mine):
    one, two, three = (views.save(name, "jan", by=mine) for name in ("Een", "Twee", "Drie"))
    views.rename(two.id, "2", by=mine)
    views.move(three.id, 0, by=mine)
    assert names(mine) == ["Drie", "Een", "2"]
    views.move(three.id, 99, by=mine)
    assert names(mine) == ["Een", "2", "Drie"]
    gone = views.remove(one.id, by=mine)
    assert (gone.name, gone.query) == ("Een", "jan")
    assert names(mine) == ["2", "Drie"]


def test_there_is_an_end_to_views(mine, monkeypatch):
    monkeypatch.setattr(views, "MOST", 2)
    views.save("Een", "jan", by=mine)
    views.save("Twee", "jan", by=mine)
    with pytest.raises(Refused):
        views.save("Drie", "jan", by=mine)


def test_counts_follow_what_happens_and_are_kept_meanwhile(shop, mine, monkeypatch):
    queries = [parse('status:"in af"'), parse("theepot"), parse("")]
    assert views.counts(queries, by=mine) == [Count(0, False)] * 3
    order = a_placed_order(shop, mine)
    assert views.counts(queries, by=mine) == [Count(1, False)] * 3
    monkeypatch.setattr(views.order_list, "count", lambda *asked, **by: pytest.fail("counted again, though nothing happened"))
    assert views.counts(queries, by=mine) == [Count(1, False)] * 3
    monkeypatch.undo()
    status.change(order.number, next(each for each in shop.statuses.values() if each.stage == "preparing"), version=None, by=mine)
    assert views.counts(queries, by=mine) == [Count(0, False), Count(1, False), Count(1, False)]


def test_what_is_to_be_done_comes_with_the_desk(shop, mine):
    order = a_placed_order(shop, mine)
    counts = dict(zip([each.key for each in TODO], views.counts([parse(each.query) for each in TODO], by=mine), strict=True))
    assert counts == {"pay": Count(1, False), "prepare": Count(0, False), "ship": Count(0, False), "refund": Count(0, False), "letters": Count(0, False)}
    assert orders.find(order.number).balance and shops.today()
    assert all(not parse(each.query).notices for each in TODO)
    assert DESK.operator is None
