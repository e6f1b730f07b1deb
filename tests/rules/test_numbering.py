"""Numbers are unique, and series for documents have no gaps."""

import threading

import pytest

from models import database
from rules import numbering


def test_numbers_follow_each_other(shop):
    assert [numbering.take("invoice-2026") for _ in range(3)] == [1, 2, 3]
    assert numbering.take("invoice-2027") == 1


def test_a_block_is_taken_whole(shop):
    assert numbering.take("order", 5) + 5 == numbering.take("order")


def test_what_rolls_back_leaves_no_gap(shop):
    numbering.take("invoice-2026")
    with pytest.raises(ZeroDivisionError), database.atomic():
        numbering.take("invoice-2026")
        1 // 0
    assert numbering.take("invoice-2026") == 2


def test_a_series_never_goes_back(shop):
    numbering.start_at("order", 1000)
    assert numbering.take("order") == 1000
    numbering.start_at("order", 10)
    assert numbering.take("order") == 1001


def test_thirty_at_once_get_thirty_numbers_without_a_gap(shop):
    taken, gate = [], threading.Barrier(30, timeout=60)

    def issue(fails):
        gate.wait()
        with database.connection_context():
            try:
                with database.atomic():
                    number = numbering.take("invoice-2026")
                    if fails:
                        raise ZeroDivisionError
                    taken.append(number)
            except ZeroDivisionError:
                return

    threads = [threading.Thread(target=issue, args=(index % 6 == 0,)) for index in range(30)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(taken) == list(range(1, 26))


def test_a_pattern_prints_the_number():
    assert numbering.printed("F{year}-{number:05}", 2026, 42) == "F2026-00042"
