"""What happened stays as it happened."""

import pytest
from peewee import DatabaseError

from models import Event, database, now
from rules import events
from rules.rights import DESK


@pytest.fixture
def event(shop):
    return events.record("note.added", by=DESK, note=1)


def refused(query):
    with pytest.raises(DatabaseError, match="never"), database.atomic():
        query.execute()


def test_an_event_is_never_changed(event):
    refused(Event.update(kind="note.removed").where(Event.id == event.id))
    refused(Event.update(facts={"note": 2}))
    refused(Event.update(created=now(), handled=now()).where(Event.id == event.id))
    kept = Event.get_by_id(event.id)
    assert (kept.kind, kept.facts) == ("note.added", {"note": 1})


def test_an_event_is_never_deleted(event):
    refused(Event.delete().where(Event.id == event.id))
    assert Event.select().where(Event.id == event.id).exists()


def test_that_it_was_handled_is_noted(event):
    Event.update(handled=None).where(Event.id == event.id).execute()
    assert events.take("note.added") == [event] and events.take("note.added") == []
    assert Event.get_by_id(event.id).handled is not None


def test_the_newest_event_with_these_facts_is_found(event):
    newer = events.record("note.added", by=DESK, note=1)
    events.record("note.added", by=DESK, note=2)
    assert events.latest("note.added", note=1) == newer
    assert events.latest("note.added", note=3) is None
