"""Copies of the database, and putting them back."""

import os
import threading

import pytest
from peewee import chunked
from playhouse.migrations import Runner

from commands.database import FOLDER, bring_up_to_date
from models import Category, Logo
from tests import environment
from tests.desk import eventually


@pytest.fixture
def stocked(own_desk):
    """A desk that is not running, with three categories in its database."""
    with own_desk.opened():
        bring_up_to_date()
        fill("tea", "milk", "sugar")
    return own_desk


def test_a_copy_put_back_brings_back_what_was_there(stocked):
    copy = saved(stocked)
    change(stocked)
    restored = stocked.run("restore", str(copy), "--yes")
    assert restored.returncode == 0, restored.stderr
    assert names(stocked) == {"tea", "milk", "sugar"}


def test_what_a_copy_replaces_is_kept(stocked):
    copy = saved(stocked)
    change(stocked)
    stocked.run("restore", str(copy), "--yes")
    kept = next(path for path in copy.parent.iterdir() if "before-restore" in path.name)
    stocked.run("restore", str(kept), "--yes")
    assert names(stocked) == {"coffee"}


def test_the_logo_on_papers_comes_back_byte_for_byte(stocked):
    picture = os.urandom(100_000)
    with stocked.opened():
        Logo.create(sha256="a" * 64, file=picture, width=800, height=400)
    copy = saved(stocked)
    with stocked.opened():
        Logo.delete().execute()
    stocked.run("restore", str(copy), "--yes")
    with stocked.opened():
        assert bytes(Logo.get().file) == picture


def test_a_copy_taken_while_others_write_is_of_one_moment(stocked):
    ended = threading.Event()

    def write():
        with stocked.opened() as database:
            for number in range(100_000):
                if ended.is_set():
                    break
                with database.atomic():
                    fill(f"left {number}", f"right {number}")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copy = saved(stocked)
    finally:
        ended.set()
        writer.join()
    written = len(names(stocked))
    stocked.run("restore", str(copy), "--yes")
    assert 3 < len(names(stocked)) <= written
    assert len(names(stocked)) % 2 == 1, "three at the start, then always two at a time"


@pytest.mark.parametrize("damage", ["half of it", "one page", "empty", "something else"])
def test_a_damaged_copy_is_refused_and_nothing_changes(stocked, damage):
    copy = saved(stocked)
    whole = copy.read_bytes()
    middle = len(whole) // 2
    copy.write_bytes({
        "half of it": whole[:middle], "one page": whole[:middle] + os.urandom(8192) + whole[middle + 8192:], "empty": b"",
        "something else": b"not a database\n" * 1000,
    }[damage])
    change(stocked)
    refused = stocked.run("restore", str(copy), "--yes")
    assert refused.returncode == 1
    assert refused.stderr.startswith("Error: ")
    assert "Traceback" not in refused.stderr
    assert names(stocked) == {"coffee"}


def test_a_copy_made_by_a_newer_toonbank_is_refused(stocked):
    with stocked.opened() as database:
        database.execute_sql("INSERT INTO schema_migration (name, applied) VALUES ('9999_later', '2030-01-01')")
    copy = saved(stocked)
    with stocked.opened() as database:
        database.execute_sql("DELETE FROM schema_migration WHERE name = '9999_later'")
    refused = stocked.run("restore", str(copy), "--yes")
    assert refused.returncode == 1
    assert "newer Toonbank (9999_later)" in refused.stderr


def test_nothing_is_put_back_unless_it_was_meant(stocked):
    copy = saved(stocked)
    change(stocked)
    assert stocked.run("restore", str(copy)).returncode == 1
    assert names(stocked) == {"coffee"}


def test_while_the_desk_runs_a_copy_can_be_taken_but_not_put_back(stocked):
    stocked.start()
    refused = stocked.run("restore", str(saved(stocked)), "--yes")
    assert refused.returncode == 1
    assert "The desk is running. Stop it first." in refused.stderr or "connected to the database" in refused.stderr
    assert stocked.stop() == 0


def test_killed_while_putting_back_the_database_is_the_old_or_the_new(stocked):
    with stocked.opened() as database, database.atomic():
        fill(*(f"category {number}" for number in range(20_000)))
    copy = saved(stocked)
    change(stocked)
    restore = stocked.spawn("restore", str(copy), "--yes")
    eventually(lambda: any("before-restore" in path.name for path in copy.parent.iterdir()), "it begins")
    restore.kill()
    restore.wait()
    assert len(names(stocked)) in (1, 20_003)
    assert stocked.start().stop() == 0


def test_before_a_migration_a_copy_is_kept(own_desk):
    first, *later = sorted(path.stem for path in FOLDER.glob("[0-9]*.py"))
    with own_desk.opened() as database:
        Runner(database.obj, str(FOLDER)).up(first)
    migrated = own_desk.run("migrate")
    assert migrated.returncode == 0, migrated.stderr
    (kept,) = (own_desk.folder / "backups").iterdir()
    assert f"before-{later[0]}" in kept.name
    assert own_desk.run("migrate").stdout == "", "nothing to do, so nothing is kept"
    assert own_desk.run("restore", str(kept), "--yes").returncode == 0, "it is brought up to date after it was put back"
    assert own_desk.start().stop() == 0


if environment.SERVER is None:  # PostgreSQL keeps its files to itself

    @pytest.mark.parametrize("wound", ["cut in half", "overwritten"])
    def test_a_copy_replaces_a_database_that_can_no_longer_be_read(stocked, wound):
        copy = saved(stocked)
        file = stocked.folder / "toonbank.db"
        file.write_bytes(file.read_bytes()[:50_000] if wound == "cut in half" else b"\0" * 100_000)
        assert "bin/toonbank restore" in stocked.run("serve").stderr
        restored = stocked.run("restore", str(copy), "--yes")
        assert restored.returncode == 0, restored.stderr
        assert names(stocked) == {"tea", "milk", "sugar"}


def fill(*names):
    for some in chunked(names, 1000):
        Category.insert_many([{"name": name} for name in some]).execute()


def change(desk):
    with desk.opened():
        Category.delete().execute()
        fill("coffee")


def names(desk):
    with desk.opened():
        return {category.name for category in Category.select()}


def saved(desk):
    """A copy of the desk's database, by the command; it is the newest."""
    done = desk.run("backup")
    assert done.returncode == 0, done.stderr
    copies = sorted((desk.folder / "backups").iterdir())
    assert f"Saved: {copies[-1]}\n" in done.stdout
    assert copies[-1].stat().st_mode & 0o777 == 0o600
    return copies[-1]
