"""Saved views: one's own and the shop's, in an order one chooses, with counts that follow what happens."""

from threading import Barrier

import pytest

from models import Event, Order, View, database, now
from rules import orders, shop as shops, status, view_counts, views
from rules.filters.language import parse
from rules.order_count import Count
from rules.refusal import NotFound, Refused
from rules.rights import DESK, ROLES, Actor
from rules.views import TODO, Looks
from tests.factories import a_placed_order
from tests.online import together


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
    view = views.save(" Te  bellen ", 'label:"Hoge prioriteit"  status:wacht', by=mine, looks=Looks(("date", "customer"), "-total"))
    assert (view.name, view.query) == ("Te bellen", 'label:"Hoge prioriteit" status:wacht')
    kept, = views.of(mine)
    assert views.looks_of(kept) == Looks(("date", "customer"), "-total")
    assert Event.select().where(Event.kind == "view.saved").count() == 1


def test_what_was_not_understood_is_not_kept(mine):
    assert views.save("X", "kleur:rood jan", by=mine).query == "jan"


def test_one_sees_ones_own_and_those_of_the_shop(mine, clerk):
    views.save("Van mij", "jan", by=mine)
    views.save("Van ons", "piet", by=mine, shared=True)
    views.save("Van Lotte", "klaas", by=clerk)
    assert names(mine) == ["Van ons", "Van mij"]
    assert names(clerk) == ["Van ons", "Van Lotte"]


def test_a_view_is_saved_again(mine):
    view = views.save("Oud", "jan", by=mine, looks=Looks(("date",)))
    again = views.save("Nieuw", "piet", by=mine, key=view.id)
    assert (again.id, again.name, again.query, views.looks_of(again)) == (view.id, "Nieuw", "piet", None)
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
                    lambda: views.rename(shared.id, "Anders", by=clerk), lambda: views.remove(shared.id, by=clerk), lambda: views.move(shared.id, 1, by=clerk)):
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
    views.move(three.id, -2, by=mine)
    assert names(mine) == ["Drie", "Een", "2"]
    views.move(three.id, 1, by=mine)
    assert names(mine) == ["Een", "Drie", "2"]
    views.move(three.id, 99, by=mine)
    views.move(one.id, -99, by=mine)
    assert names(mine) == ["Een", "2", "Drie"]
    gone = views.remove(one.id, by=mine)
    assert (gone.name, gone.query) == ("Een", "jan")
    assert names(mine) == ["2", "Drie"]


def test_moving_ones_own_leaves_those_of_the_shop_where_they_are(mine, clerk):
    for name, by, shared in (("A", mine, True), ("Van Lotte 1", clerk, False), ("B", mine, True), ("Van mij", mine, False), ("Van Lotte 2", clerk, False)):
        views.save(name, "jan", by=by, shared=shared)
    views.move(views.of(clerk)[-1].id, -9, by=clerk)
    assert names(clerk) == ["A", "B", "Van Lotte 2", "Van Lotte 1"]
    views.move(views.of(mine)[0].id, 1, by=mine)
    assert names(mine) == ["B", "A", "Van mij"]
    assert names(clerk) == ["B", "A", "Van Lotte 2", "Van Lotte 1"]


def test_what_was_removed_comes_back_in_its_place(mine):
    for name in ("Een", "Twee", "Drie"):
        views.save(name, "jan", by=mine)
    gone = views.remove(views.of(mine)[1].id, by=mine)
    views.save(gone.name, gone.query, by=mine, place=gone.position)
    assert names(mine) == ["Een", "Twee", "Drie"]


def test_the_looks_of_a_view_of_the_shop_need_the_right(mine, clerk):
    shared = views.save("Van ons", "jan", by=mine, shared=True, looks=Looks(("date",)))
    with pytest.raises(Refused):
        views.set_looks(shared.id, Looks(("total",)), by=clerk)
    views.set_looks(shared.id, Looks(("total",), "-total"), by=mine)
    assert views.looks_of(views.of(clerk)[0]) == Looks(("total",), "-total")


def test_there_is_an_end_to_views(mine, monkeypatch):
    monkeypatch.setattr(views, "MOST", 2)
    views.save("Een", "jan", by=mine)
    views.save("Twee", "jan", by=mine)
    with pytest.raises(Refused):
        views.save("Drie", "jan", by=mine)


def test_counts_follow_what_happens_and_are_kept_meanwhile(shop, mine, monkeypatch):
    queries = [parse('status:"in af"'), parse("theepot"), parse("")]
    assert view_counts.of(queries, by=mine) == [Count(0, False)] * 3
    order = a_placed_order(shop, mine)
    assert view_counts.of(queries, by=mine) == [Count(1, False)] * 3
    monkeypatch.setattr(view_counts.order_list, "counts", lambda *asked, **by: pytest.fail("counted again, though nothing happened"))
    assert view_counts.of(queries, by=mine) == [Count(1, False)] * 3
    monkeypatch.undo()
    status.change(order.number, next(each for each in shop.statuses.values() if each.stage == "preparing"), version=None, by=mine)
    assert view_counts.of(queries, by=mine) == [Count(0, False), Count(1, False), Count(1, False)]


def test_what_another_committed_late_is_counted(shop, mine):
    """PostgreSQL gives out numbers of events before they are committed: the last to come need not have the highest."""
    query, order = parse('status:"in af"'), a_placed_order(shop, mine)
    late = Event.select().order_by(Event.id.desc()).get().id + 1
    happens(mine, late + 1)
    assert view_counts.of([query], by=mine) == [Count(1, False)]
    with database.atomic():
        Order.update(status=next(each for each in shop.statuses.values() if each.stage == "cancelled").id).where(Order.id == order.id).execute()
        happens(mine, late)
    assert view_counts.of([query], by=mine) == [Count(0, False)]


def test_what_is_asked_in_several_places_at_once_is_counted_once(shop, mine, monkeypatch):
    counted, all_asked, run, count = [], Barrier(6), view_counts.run, view_counts.order_list.counts
    monkeypatch.setattr(view_counts, "run", lambda sql: (run(sql), all_asked.wait())[0])
    monkeypatch.setattr(view_counts.order_list, "counts", lambda *asked, **by: counted.append(asked) or count(*asked, **by))
    assert together([lambda: view_counts.of([parse("theepot")], by=mine)] * 6) == [[Count(0)]] * 6
    assert len(counted) == 1


def happens(by, key):
    Event.insert(id=key, kind="test.made", operator=by.operator, facts={}, created=now(), handled=now()).execute()


def test_what_is_to_be_done_comes_with_the_desk(shop, mine):
    order = a_placed_order(shop, mine)
    counts = dict(zip([each.key for each in TODO], view_counts.of([parse(each.query) for each in TODO], by=mine), strict=True))
    assert counts == {"pay": Count(1, False), "prepare": Count(0, False), "ship": Count(0, False), "refund": Count(0, False), "late": Count(0, False),
                      "letters": Count(0, False)}
    assert orders.find(order.number).balance and shops.today()
    assert all(not parse(each.query).notices for each in TODO)
    assert DESK.operator is None
