"""The key table: the one list that window, help and `--help` share."""

from collections import Counter

from visualiser import keys
from visualiser.pictures.appearance import VIEWS


def test_no_key_does_two_things() -> None:
    counted = Counter(key for entry in keys.KEYS for key in entry.keys)
    assert [key for key, times in counted.items() if times > 1] == []


def test_no_action_is_listed_twice_and_every_group_is_shown() -> None:
    assert len({entry.action for entry in keys.KEYS}) == len(keys.KEYS)
    assert {entry.group for entry in keys.KEYS} == set(keys.GROUPS)


def test_number_keys_lead_to_views_that_exist() -> None:
    assert set(keys.NUMBERED_VIEWS) <= set(VIEWS)
    for number, view in enumerate(keys.NUMBERED_VIEWS, 1):
        assert keys.key(f"view_{view}").keys == (str(number),)


def test_the_listing_names_every_key_gesture_and_view() -> None:
    text = keys.listing()
    for entry in keys.KEYS:
        if entry.keys and not entry.action.startswith("view_"):
            assert entry.shown in text
            assert entry.does in text
    assert all(gesture in text and does in text for gesture, does in keys.GESTURES)
    assert all(view in text for view in keys.NUMBERED_VIEWS)


def test_keys_are_read_as_people_write_them() -> None:
    assert keys.key("save").shown == "S or Ctrl+S"
