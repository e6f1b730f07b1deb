"""Importing products in the browser: choose, look, take in, read what was left out."""

import io
import os
import re
import time
from pathlib import Path
from threading import Thread

import pytest

import config
from models import Category, Import, Movement, Product
from rules import uploads
from tests.conftest import signed_in
from tests.factories import a_product

OWN = Path(__file__).parents[1] / "data" / "products"


def send(client, content, name="lijst.csv"):
    content = content.encode() if isinstance(content, str) else content
    return client.post("/products/uploads", data={"file": (io.BytesIO(content), name)}, content_type="multipart/form-data")


def seen(client, path_or_text):
    """Choose a file and look at what it would do: the page and what its button sends."""
    content = path_or_text.read_bytes() if isinstance(path_or_text, Path) else path_or_text
    response = send(client, content)
    assert response.status_code == 303
    html = client.get(response.location).text
    return html, dict(re.findall(r'name="(key|upload)" value="([^"]*)"', html))


def figures(html):
    return dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", html))


def test_a_file_is_looked_at_before_anything_happens(client):
    html, sends = seen(client, OWN / "own-nl.csv")
    assert figures(html) == {"Nieuw": "5", "Gewijzigd": "0", "Hetzelfde": "0", "Weggelaten": "0"}
    assert "Earl Grey" in html and "€\u00a06,95" in html and "Importeer 5 producten" in html and "1 kolom wordt niet gebruikt" in html and "Schap" in html
    assert not Product.select().exists() and not Import.select().exists()


def test_a_double_click_imports_once(client):
    _, sends = seen(client, OWN / "own-nl.csv")
    first, second = client.post("/products/imports", data=sends), client.post("/products/imports", data=sends)
    assert first.location == second.location == f"/products/imports/{Import.get().id}"
    assert (Product.select().count(), Import.select().count()) == (5, 1)
    moved = Movement.select().count()
    html = client.get(first.location).text
    assert "5 producten staan in Toonbank" in html and "lijst.csv" in html
    assert Movement.select().count() == moved == 4
    assert not (uploads.folder() / sends["upload"]).exists()


def test_two_people_importing_the_same_file_at_once_bring_it_in_once(app, owner):
    clients = [signed_in(app, owner) for _ in range(3)]
    sends = [seen(client, OWN / "own-nl.csv")[1] for client in clients]
    answers = []
    threads = [Thread(target=lambda client=client, sent=sent: answers.append(client.post("/products/imports", data=sent).status_code))
               for client, sent in zip(clients, sends, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303, 303, 303] and Import.select().count() == 3
    assert (Product.select().count(), Movement.select().count(), Category.select().count()) == (5, 4, 3)


def test_the_same_file_again_has_nothing_to_do(client):
    _, sends = seen(client, OWN / "own-nl.csv")
    client.post("/products/imports", data=sends)
    html, _ = seen(client, OWN / "own-nl.csv")
    assert figures(html)["Hetzelfde"] == "5" and "Er is niets te importeren: elk product staat er al." in html
    assert "eerder" in client.get("/products/imports").text.lower()


def test_what_is_left_out_is_told_before_and_after(client):
    html, sends = seen(client, OWN / "own-faults.csv")
    told = (">3</td><th scope=\"row\">Prijs</th><td>Hier ontbreekt de prijs.", "een prijs is van €\u00a00,00 tot", "&#39;19&#39; is geen btw-tarief van de winkel.",
            "Deze EAN klopt niet: bij deze cijfers hoort een 6 aan het eind.")
    assert all(each.lower() in html.lower() for each in told)
    location = client.post("/products/imports", data=sends).location
    html = client.get(location).text
    assert figures(html)["Weggelaten"] == "8"
    assert all(each.lower() in html.lower() for each in told if "€" not in each)


@pytest.mark.parametrize(("content", "said"), [
    ('naam;prijs\nThee;1\nKop;"2\n',  "Hier begint een aanhalingsteken dat nergens eindigt."),
    ("naam;prijs\nThee;1;2\n",        "Deze rij heeft 3 cellen, de kopregel heeft er 2."),
    ("merk;kleur\nThee;1\n",          "Toonbank kent deze kopregel niet."),
    (b"",                             "Het bestand is leeg."),
    (b"PK\x03\x04x",                  "Dit is een Excel- of zipbestand."),
    (bytes(range(256)),               "Dit is geen tekstbestand."),
])
def test_a_file_that_cannot_be_read_says_why_and_offers_no_way_on(client, content, said):
    response = client.get(send(client, content).location)
    assert response.status_code == 422 and said in response.text
    assert "Er is niets veranderd." in response.text and 'name="upload"' not in response.text


def test_it_takes_a_file(client):
    response = client.post("/products/uploads", data={}, content_type="multipart/form-data")
    assert response.status_code == 422 and "Kies eerst een bestand." in response.text


@pytest.mark.parametrize("name", ["", "nothing-of-this-name-is-here", "..%2f..%2fsecret.key", "x" * 500])
def test_a_file_that_is_not_there_is_asked_for_again(htmx, name):
    assert htmx.get(f"/products/uploads/{name}").status_code in (404, 422)
    response = htmx.post("/products/imports", data={"upload": name, "key": "k"})
    assert response.status_code == 422 and "Dit bestand is er niet meer. Kies het opnieuw." in response.text


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\boeken\\lijst.csv", "..", "a\x00b.csv", "é 😀.csv", "x" * 300 + ".csv", ".csv", "<b>.csv"])
def test_whatever_a_file_is_called_it_stays_in_its_folder(client, name):
    response = send(client, "naam;prijs\nThee;1\n", name)
    (kept,) = uploads.folder().glob(response.location.rpartition("/")[2] + "/*")
    assert kept.resolve().is_relative_to(config.INSTANCE / "imports") and len(kept.name) <= 120
    assert "<b>.csv" not in client.get(response.location).text


def test_a_file_nobody_came_back_for_is_forgotten(client):
    old = send(client, "naam;prijs\nThee;1\n").location.rpartition("/")[2]
    os.utime(uploads.folder() / old, (0, time.time() - uploads.KEPT - 60))
    send(client, "naam;prijs\nThee;1\n")
    assert not (uploads.folder() / old).exists()


def test_an_import_changes_what_is_there_in_its_place(client):
    product = a_product("Earl Grey", 100, sku="EG-100")
    html, sends = seen(client, OWN / "own-nl.csv")
    assert figures(html)["Gewijzigd"] == "1" and "wijzigt" in html
    client.post("/products/imports", data=sends)
    html = client.get(f"/products/{product.id}").text
    assert "€\u00a01,00" in html and "€\u00a06,95" in html and "Fatima El Amrani" in html


def test_an_import_that_is_not_there_is_not_found(client):
    assert client.get("/products/imports/4711").status_code == 404
