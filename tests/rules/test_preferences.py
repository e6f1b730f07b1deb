"""What somebody chose is found again, by them alone."""

from rules import preferences
from rules.rights import DESK, Actor


def test_what_was_chosen_last_is_kept(by):
    assert preferences.get(by, "orders", {}) == {}
    preferences.keep(by, "orders", {"size": 25})
    preferences.keep(by, "orders", {"size": 100, "columns": ["total"]})
    assert preferences.get(by, "orders", {}) == {"size": 100, "columns": ["total"]}
    assert preferences.get(by, "order searches", []) == []


def test_others_keep_their_own(by):
    preferences.keep(by, "orders", {"size": 25})
    assert preferences.get(DESK, "orders", None) is None
    assert preferences.get(Actor(by.operator + 1, "Bo"), "orders", None) is None
