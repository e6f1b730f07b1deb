"""Queries whose SQL is built once."""

import pytest

from models import Label, Note
from rules import orders
from rules.prepared import Prepared
from tests.factories import a_draft

BY_SCOPE = Prepared(lambda scope, most: Label.select().where(Label.scope == scope).order_by(Label.id).limit(most))


def test_it_gives_what_the_query_itself_gives_each_time_anew(shop):
    for scope, most in (("order", 3), ("customer", 5), ("order", 1)):
        assert BY_SCOPE.all(scope, most) == list(Label.select().where(Label.scope == scope).order_by(Label.id).limit(most))
    assert BY_SCOPE.first("nobody", 1) is None and BY_SCOPE.first("order", 1).name == shop.labels_for("order")[0].name


def test_joined_rows_come_with_it(by, shop):
    draft = a_draft(by)
    Note.create(order=draft.id, text="Belt")
    query = Prepared(lambda key: Note.select(Note, orders.Order).join(orders.Order).where(Note.order == key))
    assert [(note.text, note.order.number) for note in query.all(draft.id)] == [("Belt", draft.number)]


def test_values_that_are_not_its_parameters_are_refused_at_once(shop):
    with pytest.raises(ValueError, match="are not the values"):
        Prepared(lambda first, second: Label.select().where(Label.name == second, Label.scope == first)).all("order", "Cadeau")
