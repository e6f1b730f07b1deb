"""A form sent twice has one effect."""

import threading

import pytest

from models import Key, Note, Source, database, now
from rules import keys
from rules.refusal import Conflict
from rules.rights import DESK, Actor


def a_source(key="markt"):
    return lambda: {"id": Source.create(key=key, name="Markt", name_en="Market").id}


def test_the_same_key_answers_with_the_first_result(shop):
    first = keys.once("k1", "source", {"name": "Markt"}, a_source(), by=DESK)
    second = keys.once("k1", "source", {"name": "Markt"}, a_source("elders"), by=DESK)
    assert first == second and not Source.select().where(Source.key == "elders").exists()


def test_the_same_key_with_other_contents_is_refused(shop):
    keys.once("k1", "source", {"name": "Markt"}, a_source(), by=DESK)
    with pytest.raises(Conflict):
        keys.once("k1", "source", {"name": "Beurs"}, a_source("beurs"), by=DESK)


def test_somebody_elses_key_is_not_an_answer(shop, owner):
    keys.once("k1", "source", {}, a_source(), by=DESK)
    with pytest.raises(Conflict):
        keys.once("k1", "source", {}, a_source("beurs"), by=Actor(owner.id, owner.name))


def test_what_failed_may_be_tried_again_with_the_same_key(shop):
    with pytest.raises(ZeroDivisionError):
        keys.once("k1", "source", {}, lambda: 1 // 0, by=DESK)
    assert keys.once("k1", "source", {}, a_source(), by=DESK)["id"]


def test_another_breach_of_uniqueness_is_not_taken_for_a_repeat(shop):
    a_source("markt")()
    with pytest.raises(Exception, match="(?i)unique"):
        keys.once("k1", "source", {}, a_source("markt"), by=DESK)
    assert not Key.select().exists()


def test_twenty_at_once_have_one_effect(shop):
    answers, gate = [], threading.Barrier(20, timeout=60)

    def press():
        gate.wait()
        with database.connection_context():
            answers.append(keys.once("k1", "source", {}, a_source(), by=DESK)["id"])

    threads = [threading.Thread(target=press) for _ in range(20)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(answers) == 20 and len(set(answers)) == 1
    assert Source.select().where(Source.key == "markt").count() == 1


def test_old_keys_are_forgotten(shop):
    keys.once("old", "source", {}, a_source(), by=DESK)
    keys.once("new", "source", {}, lambda: 1, by=DESK)
    Key.update(created=now() - keys.KEPT * 2).where(Key.key == "old").execute()
    assert keys.forget_old() == 1 and not Note.select().exists()
