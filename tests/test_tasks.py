"""What the worker does by the clock."""

import pytest
from huey.api import PeriodicTask, TaskWrapper

import tasks

BY_THE_CLOCK = {name: each for name, each in vars(tasks).items() if isinstance(each, TaskWrapper) and issubclass(each.task_class, PeriodicTask)}


@pytest.mark.parametrize("name", BY_THE_CLOCK)
def test_before_there_is_a_shop_the_worker_has_nothing_to_do(database, name):
    BY_THE_CLOCK[name].call_local()


def test_all_of_it_is_tried():
    assert len(BY_THE_CLOCK) >= 7
