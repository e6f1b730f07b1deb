"""Groups of printers: a word that they share, and who of them prints for another."""

import pytest

from models import Printer, PrintJob, now
from rules import print_groups, printers, shop
from rules.refusal import Invalid
from tests import factories

pytestmark = pytest.mark.row("S21")


def row(printer):
    return shop.current().printers[printer.id]


def names(rows):
    return [each.name for each in rows]


def stand_ins(printer):
    return names(print_groups.stand_ins(row(printer), printers.in_use(shop.current())))


def test_a_group_is_one_word_however_it_is_typed(shop, by):
    first = factories.a_printer(by, name="Kassa 1", group=" Balie  achter ")
    second = factories.a_printer(by, name="Kassa 2", group="BALIE achter")
    assert row(first).group == row(second).group == "Balie achter"
    factories.change_printer(second, by, group="")
    factories.change_printer(first, by, group="BALIE ACHTER")
    assert row(first).group == "BALIE ACHTER", "its last printer may spell it anew"
    assert print_groups.words(shop_now()) == ["BALIE ACHTER"]


def shop_now():
    return shop.current()


def test_a_browser_is_in_no_group_and_a_group_is_one_short_line(shop, by):
    factories.a_printer(by, kind="browser", name="Kantoor", group="Balie")
    assert Printer.get().group == ""
    with pytest.raises(Invalid):
        factories.a_printer(by, name="Kassa", group="x" * 41)


def test_who_stands_in_is_of_the_same_group_in_use_and_reached_by_the_desk(shop, by):
    till = factories.a_printer(by, name="Kassa 1", group="Balie")
    for name, kind, group in (("Kassa 2", "network", "balie"), ("Ster", "cloudprnt", "Balie"), ("Kantoor", "browser", "Balie"),
                              ("Inpak", "network", "Inpaktafel"), ("Los", "network", "")):
        factories.a_printer(by, kind=kind, name=name, group=group)
    assert stand_ins(till) == ["Kassa 2", "Ster"]
    second = Printer.get(Printer.name == "Kassa 2")
    printers.archive(second.id, by=by)
    assert stand_ins(till) == ["Ster"] and print_groups.words(shop_now()) == ["Balie", "Inpaktafel"]
    printers.restore(second.id, by=by)
    assert stand_ins(till) == ["Kassa 2", "Ster"], "it is in its group again"
    assert stand_ins(Printer.get(Printer.name == "Los")) == [], "those of no group are no group"


def test_all_printers_are_listed_under_their_groups(shop, by):
    for name, group in (("Zolder", ""), ("Inpak", "Inpaktafel"), ("Kassa 2", "balie"), ("Kassa 1", "Balie")):
        factories.a_printer(by, name=name, group=group)
    printers.archive(Printer.get(Printer.name == "Kassa 2").id, by=by)
    listed = [(group, names(rows)) for group, rows in print_groups.together(shop_now())]
    assert listed == [("balie", ["Kassa 1", "Kassa 2"]), ("Inpaktafel", ["Inpak"]), ("", ["Zolder"])]


def test_the_one_with_the_least_to_do_prints_for_it_then_the_first_by_name(shop, by):
    off, first, second, third = (factories.a_printer(by, name=name, group="Balie") for name in ("Af", "Zij", "Bij", "Hij"))
    at = now()

    def who():
        found = print_groups.stand_in(Printer.get_by_id(off.id), Printer.select(), at)
        return found.name if found else ""

    assert who() == "", "nobody was ever seen"
    for each in (first, second, third):
        printers.is_there(each.id, at)
    assert who() == "Bij"
    for place, (each, state) in enumerate(((second, "waiting"), (third, "handing"), (first, "printed"), (first, "failed"))):
        PrintJob.create(printer=each, state=state, key=str(place))
    assert who() == "Zij", "what was done is no work"
    printers.is_wrong(first.id, "The printer is out of paper.")
    assert who() == "Bij"


def test_it_is_said_where_it_was_to_come_out_at_first(shop, by):
    chosen, second, third = (factories.a_printer(by, name=name) for name in "abc")
    job = PrintJob(printer=chosen)
    assert print_groups.came_from(job, second.id) == chosen.id
    moved = PrintJob(printer=second, moved_from=chosen)
    assert print_groups.came_from(moved, third.id) == chosen.id
    assert print_groups.came_from(moved, chosen.id) is None, "back where it was asked for"
