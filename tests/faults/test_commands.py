"""The commands in bin/, as a person types them."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.desk import ROOT, eventually

pytestmark = pytest.mark.once


def test_one_command_starts_the_desk_from_any_folder(own_desk, tmp_path):
    command = [ROOT / "bin" / "run"]
    with own_desk.log.open("wb") as log:
        own_desk.process = subprocess.Popen(command, env=surroundings(own_desk), cwd=tmp_path, stdout=log, stderr=log)
    eventually(lambda: f"Toonbank: {own_desk.url}" in own_desk.log.read_text(), "it says where it is")
    assert own_desk.answers()
    assert own_desk.stop() == 0


def test_files_are_named_from_where_one_stands(own_desk, tmp_path):
    assert toonbank(own_desk, "init", cwd=tmp_path).returncode == 0
    assert toonbank(own_desk, "backup", "here.db", cwd=tmp_path).returncode == 0
    assert (tmp_path / "here.db").exists()
    assert toonbank(own_desk, "restore", "here.db", "--yes", cwd=tmp_path).returncode == 0


def test_the_folder_of_the_desk_is_nobody_elses(own_desk, tmp_path):
    own_desk.environment["INSTANCE"] = str(tmp_path / "shop" / "instance")
    assert toonbank(own_desk, "init", cwd=tmp_path).returncode == 0
    assert (tmp_path / "shop" / "instance").stat().st_mode & 0o777 == 0o700


def test_a_command_that_does_not_exist_is_refused(own_desk, tmp_path):
    assert toonbank(own_desk, "cook", cwd=tmp_path).returncode == 2


def test_what_can_be_measured_is_listed(own_desk, tmp_path):
    refused = subprocess.run([ROOT / "bin" / "bench"], env=surroundings(own_desk), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "serving" in refused.stderr


def test_words_are_compiled_when_they_never_were_and_when_they_are_newer(own_desk, tmp_path):
    folder = tmp_path / "translations" / "nl" / "LC_MESSAGES"
    words, compiled = folder / "messages.po", folder / "messages.mo"
    shutil.copytree(ROOT / "bin", tmp_path / "bin")
    (tmp_path / "bin" / "compile").write_text('. "$(dirname "$0")/setup"\ntranslations\n')
    folder.mkdir(parents=True)

    def compile_words():
        subprocess.run(["/bin/sh", tmp_path / "bin" / "compile"], env=surroundings(own_desk), check=True)
        return compiled.read_bytes()

    words.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "order"\nmsgstr "bestelling"\n')
    assert b"bestelling" in compile_words()
    compiled.write_bytes(b"as it is")
    assert compile_words() == b"as it is"
    os.utime(compiled, (0, 0))
    assert b"bestelling" in compile_words()


def toonbank(desk, *arguments, cwd):
    command = [ROOT / "bin" / "toonbank", *arguments]
    return subprocess.run(command, env=surroundings(desk), cwd=cwd, capture_output=True, text=True, check=False)


def surroundings(desk):
    """With the packages that this test runs with."""
    return os.environ | desk.environment | {"VENV": sys.prefix}
