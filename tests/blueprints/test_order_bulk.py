"""Many orders at once over HTTP: once, by right, as a list again or as a job with its page."""

import csv
import io
import re

import pytest

from models import Job, JobRow, Order, OrderLabel
from rules import bulk_changes, exports, people
from rules.rights import DESK
from tests.conftest import signed_in
from tests.factories import a_placed_order


@pytest.fixture
def three(shop, by):
    return [a_placed_order(shop, by) for _ in range(3)]


@pytest.fixture
def label(shop):
    return shop.labels_for("order")[0].id


@pytest.fixture
def clerk(app, shop):
    role = next(row.id for row in shop.roles.values() if row.key == "clerk")
    return signed_in(app, people.add({"name": "Bo", "email": "bo@example.nl", "role": role, "language": "nl", "password": "zes vette katten"}, by=DESK))


def test_a_few_are_changed_at_once_and_the_list_comes_back_with_undo(htmx, three, label):
    form = {"key": "k", "q": "totaal:>1", "change": f"add_label:{label}", "order": [order.id for order in three[:2]]}
    answer = htmx.post("/orders/changes", data=form)
    assert 'id="orders-list"' in answer.text
    assert "2 bestellingen" in answer.text
    assert OrderLabel.select().count() == 2
    assert answer.headers["HX-Push-Url"] == "/orders?q=totaal:%3E1"
    htmx.post("/orders/changes", data=form)
    assert Job.select().count() == 1, "a double press"
    undo, = re.findall(r'action="(/jobs/\d+/undo)"', answer.text)
    htmx.post(undo)
    assert not OrderLabel.select().exists()


def test_without_htmx_one_comes_back_to_the_list(client, three, label):
    answer = client.post("/orders/changes", data={"change": f"add_label:{label}", "order": three[0].id, "q": "totaal:>1", "sort": "-total"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/orders?q=totaal:%3E1&sort=-total"
    assert OrderLabel.select().count() == 1


def test_all_that_match_are_meant_by_one_box(htmx, three, label):
    htmx.post("/orders/changes", data={"change": f"add_label:{label}", "all": "1", "q": f"nummer:{three[1].number}", "order": three[0].id})
    assert [row.order_id for row in OrderLabel.select()] == [three[1].id]


def test_what_was_not_done_is_told_on_the_page_of_the_job(htmx, client, three, shop):
    cash = shop.payment_method("cash").id
    draft = Order.get_by_id(three[0].id)
    draft.status = shop.status_for("draft")
    draft.save(only=[Order.status])
    answer = htmx.post("/orders/changes", data={"change": f"paid:{cash}", "order": [order.id for order in three]})
    page = client.get(answer.headers["HX-Redirect"])
    assert "Dit is een concept. Plaats de bestelling eerst." in page.text
    assert f'href="/orders/{draft.number}"' in page.text


def test_more_than_a_few_are_a_job(htmx, three, label, monkeypatch):
    monkeypatch.setattr(bulk_changes, "AT_HAND", 2)
    answer = htmx.post("/orders/changes", data={"change": f"add_label:{label}", "order": [order.id for order in three]})
    assert OrderLabel.select().count() == 3
    assert "HX-Redirect" in answer.headers or "3 bestellingen" in answer.text


@pytest.mark.parametrize("form", [
    {"change": "add_label:999999"}, {"change": "nonsense:1"}, {"change": ""}, {"change": "add_label:1", "order": []},
    {"change": "add_label:1", "order": ["x", "-1", "99999999999999999999"]}, {"change": "operator:99999999999"},
])
def test_a_senseless_change_is_refused(htmx, three, form):
    answer = htmx.post("/orders/changes", data={"order": three[0].id} | form)
    assert answer.status_code in (404, 422)
    assert not JobRow.select().exists()


def test_orders_that_do_not_exist_are_left_out(htmx, three, label):
    htmx.post("/orders/changes", data={"change": f"add_label:{label}", "order": [three[0].id, 999_999]})
    assert [row.order_id for row in OrderLabel.select()] == [three[0].id]


def test_a_file_of_what_was_ticked(client, three):
    answer = client.post("/orders/exports", data={"order": [three[2].id, three[0].id]})
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert [row["Ordernummer"] for row in rows] == [three[2].number] * 2 + [three[0].number] * 2
    assert rows[0]["Totaal"] == "93,95"


def test_a_long_file_is_made_by_a_job_and_kept_for_who_asked(client, clerk, three, monkeypatch):
    monkeypatch.setattr(exports, "AT_HAND", 1)
    answer = client.post("/orders/exports", data={"all": "1", "q": ""})
    page = client.get(answer.headers["Location"])
    assert "3 bestellingen" in page.text
    link, = re.findall(r'href="(/jobs/\d+/orders\.csv)"', page.text)
    with client.get(link) as file:
        assert file.data.decode("utf-8-sig").count("\n") == 7
    assert clerk.get(link).status_code == 403
    assert clerk.get(answer.headers["Location"]).status_code == 404


def test_each_may_what_the_role_says(clerk, client, three, label, by):
    assert clerk.post("/orders/exports", data={"order": three[0].id}).status_code == 403
    assert clerk.post("/orders/changes", data={"order": three[0].id, "change": f"add_label:{label}"}).status_code == 303
    job = Job.get()
    assert client.get(f"/jobs/{job.id}").status_code == 200
    assert client.post(f"/jobs/{job.id}/undo", headers={"HX-Request": "true"}).status_code == 422
    assert "/orders/exports" not in clerk.get("/orders").text


def test_stopping_what_has_ended_changes_nothing(client, three, label):
    client.post("/orders/changes", data={"order": three[0].id, "change": f"add_label:{label}"})
    job = Job.get()
    assert client.post(f"/jobs/{job.id}/stop").headers["Location"] == f"/jobs/{job.id}"
    assert Job.get().state == "done"
