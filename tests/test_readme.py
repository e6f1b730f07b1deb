"""What the README says is so."""

import re
from pathlib import Path

import commands
from models import Stage
from rules.stages import STEPS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_every_setting_is_in_the_table():
    settings = set(re.findall(r'environ\.get\("(\w+)"', (ROOT / "config.py").read_text()))
    rows = "\n".join(line for line in README.splitlines() if line.startswith("| `"))
    assert settings - set(re.findall(r"`([A-Z_]+)`", rows)) == set()


def test_the_table_of_stages_is_the_one_in_the_code():
    rows = dict(re.findall(r"^\| (\w+) \| (free|held|taken) \|", README, re.MULTILINE))
    assert rows == {stage.value: STEPS[stage].stock for stage in Stage}
    for stage, following in re.findall(r"^\| (\w+) \| (?:free|held|taken) \| ([\w, ]*)\|", README, re.MULTILINE):
        named = [word.strip() for word in following.split(",") if word.strip()]
        assert named == [each.value for each in STEPS[Stage(stage)].next if each != Stage.CANCELLED]


def test_every_command_that_is_named_exists():
    known = {command.name for command in commands.ALL}
    assert set(re.findall(r"bin/toonbank ([a-z][a-z-]*)", README)) <= known


def test_every_link_and_path_leads_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", README) + re.findall(r"^\| `((?:\w+/)+\w+\.py)`", README, re.MULTILINE):
        assert target.startswith("https://") or (ROOT / target).exists(), target


def test_the_map_names_every_folder_of_code():
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith((".", "_"))} - {"docs", "instance"}
    assert folders <= set(re.findall(r"`(\w+)/`", README)), folders
