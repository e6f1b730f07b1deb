"""Rows by the thousand, straight into a table."""

from models import Courier
from rules import rows


def test_a_column_that_was_not_named_has_what_it_would_have_had(shop):
    rows.insert(Courier, ("name",), [("Fietskoerier",), ("Boot",)])
    plain = Courier.create(name="Te voet")
    loaded = [row.__data__ | {"id": 0, "name": ""} for row in Courier.select().where(Courier.name.in_(("Fietskoerier", "Boot")))]
    assert loaded == [plain.__data__ | {"id": 0, "name": ""}] * 2
