"""The front door leads to a room one may enter."""

import pytest

from models import Role
from rules import shop as shops
from tests.conftest import signed_in


@pytest.mark.parametrize("rights, room", [
    (["orders.see", "customers.see"], "/orders"), (["customers.see"], "/customers"), (["products.see"], "/products"), ([], "/account"),
])
def test_the_front_door_leads_to_the_first_room_one_may_enter(app, shop, owner, rights, room):
    Role.update(rights=rights).where(Role.id == owner.role_id).execute()
    shops.touch()
    client = signed_in(app, owner)
    assert client.get("/").location == room
    assert client.get(room).status_code == 200


def test_the_desk_says_that_it_is_open(visitor):
    assert visitor.get("/health").json == {"desk": "open"}
