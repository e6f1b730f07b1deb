"""The shop's logo in the settings: chosen, seen, taken away."""

import io

import pytest
from PIL import Image

from models import Operator, Role, Shop
from tests.conftest import signed_in

pytestmark = pytest.mark.row("S21")


def a_file(size=(200, 100), format="PNG", name="logo.png"):
    file = io.BytesIO()
    Image.new("RGB", size, (20, 80, 150)).save(file, format)
    return {"file": (io.BytesIO(file.getvalue()), name)}


def post(client, data):
    return client.post("/settings/logo", data=data, content_type="multipart/form-data")


def test_a_logo_is_chosen_shown_and_taken_away(client, shop):
    assert client.get("/settings/logo").status_code == 200 and "Verwijder" not in client.get("/settings/logo").text
    assert post(client, a_file()).status_code == 303
    page, key = client.get("/settings/logo").text, Shop.get().logo_id
    for address, size in ((f"/settings/logo/{key}.png", (200, 100)), (f"/settings/logo/{key}/receipt.png", None)):
        answer = client.get(address)
        assert address in page and answer.mimetype == "image/png" and "immutable" in answer.headers["Cache-Control"]
        assert Image.open(io.BytesIO(answer.data)).size == (size or (576, Image.open(io.BytesIO(answer.data)).height))
    assert client.post("/settings/logo/removal").status_code == 303
    assert "Papieren waar het op staat" in client.get("/settings/logo").text and Shop.get().logo_id is None
    assert client.get(f"/settings/logo/{key}.png").status_code == 200, "papers show it still"


@pytest.mark.parametrize(("data", "sentence"), [
    ({}, "Kies eerst een bestand"), ({"file": (io.BytesIO(b"<svg/>"), "logo.svg")}, "geen plaatje dat te lezen is"),
    (a_file((5_000, 5_000)), "te veel pixels"), (a_file((8, 8)), "te klein")])
def test_what_is_no_logo_is_said_beside_the_field(client, data, sentence):
    answer = post(client, data)
    assert answer.status_code == 422 and sentence in answer.text and 'aria-describedby="logo-error"' in answer.text
    assert Shop.get().logo_id is None


def test_no_logo_of_this_name_is_no_page(client):
    assert client.get("/settings/logo/nothing.png").status_code == client.get("/settings/logo/nothing/receipt.png").status_code == 404


def test_a_manager_sees_it_but_may_not_change_it(app, owner, client):
    post(client, a_file())
    bob = Operator.create(name="Bob", email="bob@example.nl", role=Role.get(Role.key == "manager"), password_hash=owner.password_hash)
    manager = signed_in(app, bob)
    page = manager.get("/settings/logo").text
    assert "receipt.png" in page and "<form class=\"stack\"" not in page and "/settings/logo/removal" not in page
    assert post(manager, a_file()).status_code == manager.post("/settings/logo/removal").status_code == 403
