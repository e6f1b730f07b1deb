"""Labels by what is bought, as a person sets them up in the browser."""

import re

import pytest

from models import Category, CustomerLabel, Event, Job, LabelRule, Operator, Order, Role, Stage
from rules import jobs, label_rules, orders, payments, status
from rules import shop as shops
from rules.rights import DESK
from tests.conftest import signed_in
from tests.factories import a_customer, a_draft, a_product
from tests.queries import asked

URL = "/settings/label-rules"


@pytest.fixture
def tea(shop):
    return a_product("Sencha", 900)


@pytest.fixture
def typed(shop, tea):
    return {"kind": "product", "product": tea.id, "category": "", "label": shop.labels_for("customer")[0].id, "moment": "paid", "takes_back": "y",
            "active": "y", "key": "k1"}


@pytest.fixture
def rule(typed):
    return label_rules.add({**typed, "category": None, "takes_back": True, "active": True}, by=DESK)


def an_order(by, product, customer):
    draft = a_draft(by, product)
    Order.update(customer=customer).where(Order.id == draft.id).execute()
    return status.change(draft.number, shops.current().status_for(Stage.OPEN), version=None, by=by)


@pytest.mark.row("S19")
def test_a_rule_is_made_changed_and_deleted(client, typed):
    for _ in range(2):
        assert client.post(URL, data=typed).headers["Location"] == URL
    made = LabelRule.get()
    assert (made.product.name, made.category, made.moment, made.takes_back, made.active) == ("Sencha", None, "paid", True, True)
    assert "Sencha" in client.get(URL).text and "zodra het betaald is" in client.get(URL).text
    client.post(f"{URL}/{made.id}", data=typed | {"kind": "category", "category": Category.get().id, "moment": "created", "active": ""})
    changed = LabelRule.get()
    assert (changed.product, changed.category.name, changed.moment) == (None, "Algemeen", "created")
    client.post(f"{URL}/{made.id}/removal")
    assert not LabelRule.select().exists()
    assert [event.facts["effect"] for event in Event.select().where(Event.kind == "settings.changed").order_by(Event.id)] == ["added", "changed", "removed"]


@pytest.mark.parametrize("field, value, sentence", [
    ("product", "", "Kies een product"), ("product", "999", "Kies een product"), ("product", "x", "Kies een product"), ("label", "", "Kies iets uit de lijst"),
    ("label", "999", "Kies iets uit de lijst"), ("moment", "someday", "Kies iets uit de lijst"), ("kind", "hat", "Kies iets uit de lijst"),
])
def test_a_wrong_field_is_named(htmx, typed, field, value, sentence):
    answer = htmx.post(URL, data=typed | {field: value})
    assert answer.status_code == 422 and sentence in answer.text and f'id="{field}-error"' in answer.text
    assert not LabelRule.select().exists()


@pytest.mark.parametrize("value", ["", "999", "x"])
def test_a_category_that_is_not_there_is_named(htmx, typed, value):
    answer = htmx.post(URL, data=typed | {"kind": "category", "category": value})
    assert answer.status_code == 422 and "Kies een categorie" in answer.text and 'id="category-error"' in answer.text


def test_a_label_of_orders_or_one_put_away_cannot_be_given(htmx, shop, typed):
    assert htmx.post(URL, data=typed | {"label": shop.labels_for("order")[0].id}).status_code == 422
    label = shop.labels_for("customer")[0]
    type(label).update(archived=True).where(type(label).id == label.id).execute()
    shops.touch()
    assert htmx.post(URL, data=typed).status_code == 422


def test_the_same_rule_is_not_made_twice(htmx, typed, rule):
    answer = htmx.post(URL, data=typed | {"takes_back": ""})
    assert answer.status_code == 422 and "al een regel" in answer.text
    assert htmx.post(URL, data=typed | {"moment": "created", "key": "k2"}).status_code == 204
    assert htmx.post(f"{URL}/{rule.id}", data=typed | {"moment": "created"}).status_code == 422


def test_an_empty_form_is_refused_and_breaks_nothing(htmx, rule):
    assert htmx.post(URL).status_code == 422 and htmx.post(f"{URL}/{rule.id}").status_code == 422


@pytest.mark.parametrize("key", ["999", "0", "99999999999999999999"])
def test_what_is_not_there_is_not_found(client, typed, key):
    for method, path in (("GET", ""), ("GET", "/past"), ("POST", ""), ("POST", "/removal"), ("POST", "/past")):
        answer = client.open(f"{URL}/{key}{path}", method=method, data=typed, headers={"HX-Request": "true"})
        assert answer.status_code in (404, 405), (method, path)


def test_a_product_is_chosen_in_the_form_and_nothing_is_saved_meanwhile(htmx, typed):
    pot = a_product("Theepot", 4_000)
    found = htmx.post(URL, data=typed | {"q": "theep"}).text
    assert f'name="add" value="{pot.id}"' in found
    answer = htmx.post(URL, data=typed | {"q": "", "add": pot.id}).text
    assert f'name="product" value="{pot.id}"' in answer
    assert re.search(r'<input checked [^>]*value="paid"', answer), "what else was filled in is still there"
    assert not LabelRule.select().exists()
    assert "Theepot" in htmx.get(f"{URL}/products?q=theep").text


def test_one_comes_from_a_product_or_a_category_with_that_filled_in(client, tea):
    assert f'name="product" value="{tea.id}"' in client.get(f"{URL}/new?product={tea.id}").text
    page = client.get(f"{URL}/new?category={Category.get().id}").text
    assert re.search(rf'<option selected value="{Category.get().id}">Algemeen', page)
    assert 'name="product"' not in client.get(f"{URL}/new?product=999").text


def test_a_product_and_a_category_say_which_labels_they_give(client, shop, tea, rule):
    label = shop.labels_for("customer")[0].name
    page = client.get(f"/products/{tea.id}").text
    assert "Wie dit koopt krijgt" in page and label in page and f"{URL}/{rule.id}" in page and f"{URL}/new?product={tea.id}" in page
    page = client.get(f"/categories/{Category.get().id}").text
    assert f"{URL}/new?category={Category.get().id}" in page and label not in page


def test_who_comes_second_is_told(htmx, typed, rule):
    seen = re.search(r'name="seen" value="(\w+)"', htmx.get(f"{URL}/{rule.id}").text)[1]
    assert htmx.post(f"{URL}/{rule.id}", data=typed | {"moment": "created", "seen": seen}).status_code == 204
    answer = htmx.post(f"{URL}/{rule.id}", data=typed | {"moment": "completed", "seen": seen})
    assert answer.status_code == 409 and "Nu: Besteld" in answer.text and "Fatima El Amrani" in answer.text


def test_who_may_not_change_settings_sees_the_rules_and_no_buttons(app, rule, tea):
    role = Role.create(name="Kijker", rights=["settings.see", "products.see"])
    watcher = Operator.create(name="Kees", email="kees@example.nl", role=role)
    shops.touch()
    client = signed_in(app, watcher)
    page = client.get(f"{URL}/{rule.id}").text
    assert "disabled" in page and "/removal" not in page and "/past" not in page and f"{URL}/new" not in page
    assert client.post(f"{URL}/{rule.id}/removal").status_code == 403
    assert f"{URL}/new" not in client.get(f"/products/{tea.id}").text


# Orders of the past

@pytest.mark.row("S19")
def test_past_orders_are_counted_first_and_then_labelled_once_per_customer(client, by, rule, tea):
    sanne, bo = a_customer(), a_customer("Bo", "bo@example.nl")
    for customer in (sanne, sanne, bo):
        an_order(by, tea, customer)
    Order.update(payment_state="paid").where(Order.customer == sanne).execute()
    assert "1 klant kocht dit eerder" in client.get(f"{URL}/{rule.id}/past").text
    for _ in range(2):
        answer = client.post(f"{URL}/{rule.id}/past", data={"key": "once"})
    job = Job.get()
    assert answer.headers["Location"] == f"/jobs/{job.id}" and (job.state, job.total) == ("done", 1)
    assert [(row.customer_id, row.rule) for row in CustomerLabel.select()] == [(sanne.id, rule.id)]
    page = client.get(f"/jobs/{job.id}").text
    assert "voor wie Sencha kocht" in page and f"{URL}/{rule.id}" in page
    assert "door de regel voor Sencha" in client.get(f"/customers/{sanne.id}").text
    number = Event.get(Event.kind == "customer.labelled").order.number
    assert "door de regel voor Sencha" in client.get(f"/orders/{number}").text
    assert "0 klanten kochten dit eerder" in client.get(f"{URL}/{rule.id}/past").text


def test_an_order_that_was_refunded_meanwhile_earns_nothing(by, rule, tea):
    order = an_order(by, tea, a_customer())
    Order.update(payment_state="paid").execute()
    job = label_rules.apply(rule.id, "form", by=by)
    Order.update(payment_state="refunded").where(Order.id == order.id).execute()
    jobs.run(job.id, {"labels": label_rules.work})
    assert jobs.counts(job)["refused"] == 1 and not CustomerLabel.select().exists()


def test_a_rule_that_is_off_is_not_applied(htmx, typed, rule):
    htmx.post(f"{URL}/{rule.id}", data=typed | {"active": ""})
    assert "staat uit" in htmx.post(f"{URL}/{rule.id}/past", data={"key": "x"}).text and not Job.select().exists()


def test_english_is_spoken_too(client, owner, by, rule, tea):
    order = an_order(by, tea, a_customer())
    with orders.changing(order.number, "payment", version=None, by=by) as changed:
        payments.mark_paid(changed, shops.current().payment_method("pin"), by=by)
    Operator.update(language="en").execute()
    shops.touch()
    assert "The customer got label" in client.get(f"/orders/{order.number}").text
    assert "given, by the rule for Sencha" in client.get(f"/customers/{order.customer_id}").text
    assert "Labels by purchase" in client.get(URL).text


@pytest.mark.parametrize("path", ["", "/new", "/{}", "/{}/past"])
def test_a_page_takes_few_queries_however_many_rules(client, shop, rule, path):
    def queries():
        client.get(f"{URL}{path.format(rule.id)}")
        with asked() as sent:
            assert client.get(f"{URL}{path.format(rule.id)}").status_code == 200
        return len(sent)

    before = queries()
    for number in range(20):
        label_rules.add({"kind": "product", "product": a_product(f"Thee {number}").id, "category": None, "label": shop.labels_for("customer")[0].id,
                         "moment": "paid", "takes_back": False, "active": True}, by=DESK)
    assert queries() == before <= 12
