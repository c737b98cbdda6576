"""Schema, drafts and the page for authors: what editors check is what the program reads."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

from visualiser import cli
from visualiser.anatomy import skeleton
from visualiser.bodies import assets
from visualiser.conventions import LEG_COORDINATES
from visualiser.errors import SceneFileError
from visualiser.movements import scenefile, schema

SCHEMA = schema.json_schema()
SCENES = assets.scene_paths()
_KINDS = {"string": str, "boolean": bool, "number": (int, float), "array": list, "object": dict}


def faults(value: Any, rules: dict[str, Any], place: str = "") -> list[str]:
    """What a JSON Schema validator would say: the part of the standard that our schema uses."""
    if not isinstance(value, _KINDS[rules["type"]]) or (rules["type"] == "number" and isinstance(value, bool)):
        return [f"{place} is no {rules['type']}"]
    found = []
    if "enum" in rules and value not in rules["enum"]:
        found.append(f"{place} is not allowed")
    if rules["type"] == "number" and not (
        rules.get("minimum", value) <= value <= rules.get("maximum", value)
        and value < rules.get("exclusiveMaximum", value + 1)
    ):
        found.append(f"{place} is out of range")
    if rules["type"] == "array":
        found += (
            [] if rules.get("minItems", 0) <= len(value) <= rules.get("maxItems", len(value)) else [f"{place} length"]
        )
        found += [f for i, item in enumerate(value) for f in faults(item, rules["items"], f"{place}[{i}]")]
    if rules["type"] == "object":
        found += [f"{place}.{key} is missing" for key in rules["required"] if key not in value]
        for key, item in value.items():
            known = rules["properties"].get(key)
            found += faults(item, known, f"{place}.{key}") if known else [f"{place}.{key} is unknown"]
    return found


@pytest.mark.parametrize("name", SCENES)
def test_every_shipped_scene_obeys_the_schema(name: str) -> None:
    assert faults(tomllib.loads(SCENES[name].read_text(encoding="utf-8")), SCHEMA) == []


def test_schema_and_reader_know_the_same_keys() -> None:
    properties = SCHEMA["properties"]
    assert set(properties) == set(scenefile.KEYS)
    assert set(properties["keyframes"]["items"]["properties"]) == set(scenefile.KEYFRAME_KEYS)
    assert set(properties["phases"]["items"]["properties"]) == set(scenefile.PHASE_KEYS)


@pytest.mark.parametrize("coordinate", LEG_COORDINATES)
def test_the_schema_holds_the_ranges_of_the_joints_of_both_legs(coordinate: str) -> None:
    keyframe = SCHEMA["properties"]["keyframes"]["items"]["properties"]
    for name in (coordinate, f"other_{coordinate}"):
        assert (keyframe[name]["minimum"], keyframe[name]["maximum"]) == skeleton.limits_deg(coordinate)


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ({"title": "x"}, ".keyframes is missing"),
        ({"title": 1, "keyframes": [{"time_s": 0}, {"time_s": 1}]}, ".title is no string"),
        ({"title": "x", "keyframes": [{"time_s": 0}]}, ".keyframes length"),
        (
            {"title": "x", "keyframes": [{"time_s": 0}, {"time_s": 1, "knee_flexion": 170}]},
            ".keyframes[1].knee_flexion is out",
        ),
        ({"title": "x", "keyframes": [{"time_s": 0}, {"time_s": 1}], "postur": "prone"}, ".postur is unknown"),
        ({"title": "x", "keyframes": [{"time_s": 0}, {"time_s": 1}], "posture": "flying"}, ".posture is not allowed"),
    ],
)
def test_the_schema_finds_mistakes(table: dict[str, Any], fault: str) -> None:
    assert any(fault in found for found in faults(table, SCHEMA))


@pytest.mark.parametrize("name", SCENES)
def test_any_scene_can_be_the_start_of_a_new_one(name: str, tmp_path: Path) -> None:
    path = tmp_path / "my_own.toml"
    path.write_text(schema.draft(path, SCENES[name]), encoding="utf-8")
    made, pattern = scenefile.load(path), scenefile.load(SCENES[name])
    assert made.keyframes == pattern.keyframes and made.phases == pattern.phases
    assert (made.title, made.group, made.sources) == ("My own", "own", ("estimate",))
    assert not made.claim and not made.verdict and not made.comment


def test_the_command_new_writes_a_scene_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.toml"
    assert cli.main(["new", str(path), "--from", "nordic_curl"]) == 0
    assert capsys.readouterr().out.strip() == str(path)
    assert scenefile.load(path).title == "Mine"
    assert cli.main(["new", str(path)]) == 2
    assert "--force" in capsys.readouterr().err
    assert cli.main(["new", str(tmp_path / "b.toml"), "--from", "nordic"]) == 2
    assert 'Did you mean "nordic_curl"' in capsys.readouterr().err
    assert cli.main(["new", str(tmp_path / "b.txt")]) == 2
    assert ".toml" in capsys.readouterr().err


def test_the_command_schema_prints_what_editors_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["schema"]) == 0
    printed = capsys.readouterr().out
    assert cli.main(["schema", "-o", str(tmp_path / "s.json")]) == 0
    assert (tmp_path / "s.json").read_text(encoding="utf-8") == printed
    assert printed.startswith('{\n  "$schema"')


# -- docs/scenes.md ------------------------------------------------------------------------------------------------------------------

PAGE = (ROOT / "docs" / "scenes.md").read_text(encoding="utf-8")


def test_the_page_shows_every_scene_and_every_picture_is_there() -> None:
    listed = re.findall(r"^- `([a-z_]+)`: (.+)\.$", PAGE, flags=re.MULTILINE)
    assert dict(listed) == {name: scenefile.read(path).title for name, path in SCENES.items()}
    for picture in re.findall(r"\]\((scenes/[a-z_]+\.png)\)", PAGE):
        assert (ROOT / "docs" / picture).stat().st_size > 10_000


def test_the_page_explains_every_key() -> None:
    for key in (*scenefile.KEYS, *scenefile.PHASE_KEYS, "via", "lean", *LEG_COORDINATES):
        assert re.search(rf"\b{key}\b", PAGE), key


def test_the_scene_written_on_the_page_works(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
    path = tmp_path / "half_squat.toml"
    path.write_text("\n".join(blocks), encoding="utf-8")
    assert scenefile.load(path).title == "Half squat"
    assert scenefile.load(path).phases[0].of("semitendinosus") == "isometric"


def test_a_pattern_that_is_no_scene_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "none.toml").write_text("title = 3", encoding="utf-8")
    with pytest.raises(SceneFileError, match="keyframes"):
        schema.draft(tmp_path / "mine.toml", tmp_path / "none.toml")
