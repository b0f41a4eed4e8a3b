"""Settings survive, are never torn, and a file nobody understands is kept aside."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from capture_app.session.settings import (
    RECENT_LIMIT,
    SETTINGS_VERSION,
    Corner,
    LiveViewOptions,
    MonitorChoice,
    RecentItem,
    RecentKind,
    Settings,
    SettingsError,
    SettingsStore,
    Theme,
    check_settings,
    with_recent,
)
from capture_app.session.settings_codec import decode_record, encode_record
from capture_app.session.viewer_controls import ViewerControls
from gaze_core.eyes import Eye

TEXT = st.text(max_size=12)
SETTINGS = st.builds(
    Settings,
    tracker=st.text(min_size=1, max_size=8),
    tracker_options=st.dictionaries(TEXT, TEXT, max_size=3),
    monitor=st.builds(MonitorChoice, name=TEXT, serial=TEXT, x_px=st.integers(-9999, 9999)),
    distance_mm=st.floats(200, 1500),
    background_grey=st.integers(0, 255),
    corner_patch=st.sampled_from(Corner),
    eye=st.sampled_from(Eye),
    heatmap_sigma_deg=st.floats(0.1, 10),
    reader=TEXT,
    theme=st.sampled_from(Theme),
    controls=st.sampled_from([ViewerControls(), ViewerControls(fit_key="G", zoom_factor=1.5)]),
    live_view=st.builds(LiveViewOptions, show_heatmap=st.booleans(), heatmap_opacity=st.floats(0, 1)),
    recent=st.lists(
        st.builds(
            RecentItem, kind=st.sampled_from(RecentKind), path=TEXT, opened_unix_s=st.integers(0, 2**40)
        ),
        max_size=3,
    ).map(tuple),
)


@hypothesis_settings(max_examples=30)
@given(SETTINGS)
def test_settings_survive_the_way_through_json(settings):
    text = json.dumps(encode_record(settings), allow_nan=False)
    assert decode_record(Settings, json.loads(text)) == settings


def test_settings_survive_the_way_through_the_file(tmp_path):
    store = SettingsStore(tmp_path / "ünï" / "settings.json")
    settings = Settings(reader="R03", theme=Theme.LIGHT, recording_folder="/aufnahmen/lösch")
    store.save(settings)
    assert store.load().settings == settings
    assert [path.name for path in store.path.parent.iterdir()] == ["settings.json"]


def test_without_a_file_the_defaults_hold_and_nothing_is_said(tmp_path):
    loaded = SettingsStore(tmp_path / "none.json").load()
    assert loaded.settings == Settings()
    assert loaded.notice == ""


def document(**settings: object) -> str:
    return json.dumps({"version": SETTINGS_VERSION, "settings": settings})


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not json",
        "[]",
        "{}",
        '{"version": 99, "settings": {}}',
        '{"version": 1}',
        document(distance_mm="far"),
        document(distance_mm=5.0),
        document(background_grey=True),
        document(theme="pink"),
        document(tracker_options={"rate_hz": 600}),
        document(recent=[{"kind": "folder"}, 3]),
        document(controls={"fit_key": "R"}),
        document(controls={"zoom_factor": 0.0}),
        document(tracker=""),
        '{"version": 1, "settings": {"distance_mm": NaN}}',
        "[" * 100_000,
    ],
)
def test_a_file_that_cannot_be_used_is_kept_aside_with_a_sentence(tmp_path, content):
    path = tmp_path / "settings.json"
    path.write_text(content, encoding="utf-8")
    loaded = SettingsStore(path).load()
    assert loaded.settings == Settings()
    assert "kept as" in loaded.notice
    assert not path.exists()
    assert (tmp_path / "settings.json.broken").read_text(encoding="utf-8") == content


def test_bytes_that_are_no_text_are_kept_aside(tmp_path):
    path = tmp_path / "settings.json"
    path.write_bytes(b"\xff\xfe\x00broken")
    assert "kept as" in SettingsStore(path).load().notice


def test_a_file_far_too_large_is_not_read(tmp_path):
    path = tmp_path / "settings.json"
    with path.open("wb") as file:
        file.truncate(2 * 1024 * 1024)
    assert "too large" in SettingsStore(path).load().notice


def test_a_second_broken_file_does_not_replace_the_first(tmp_path):
    path = tmp_path / "settings.json"
    for content in ("first", "second"):
        path.write_text(content)
        SettingsStore(path).load()
    kept = sorted(path.read_text() for path in tmp_path.iterdir())
    assert kept == ["first", "second"]


def test_unknown_names_are_ignored_and_missing_ones_take_their_defaults(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text(document(reader="R03", invented_later=[1, 2]))
    assert SettingsStore(path).load().settings == Settings(reader="R03")


def test_a_place_that_cannot_be_written_is_said_in_words(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="could not be saved"):
        SettingsStore(tmp_path / "file" / "settings.json").save(Settings())


def test_a_failed_save_leaves_the_old_file_whole(tmp_path, monkeypatch):
    store = SettingsStore(tmp_path / "settings.json")
    store.save(Settings(reader="old"))

    def full_disk(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(SettingsError):
        store.save(Settings(reader="new"))
    assert store.load().settings.reader == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_the_recent_list_has_each_path_once_newest_first_and_an_end():
    settings = Settings()
    for number in [*range(20), 5]:
        settings = with_recent(settings, RecentKind.FOLDER, Path(f"/images/{number}"))
    paths = [item.path for item in settings.recent]
    assert paths[0] == str(Path("/images/5"))
    assert len(set(paths)) == len(paths) == RECENT_LIMIT


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"distance_mm": 100.0}, "distance_mm"),
        ({"screen_width_mm": 20.0, "screen_height_mm": 300.0}, "screen_width_mm"),
        ({"screen_width_mm": 500.0}, "screen_width_mm"),
        ({"onset_latency_mean_ms": 12.0}, "onset_latency_mean_ms"),
        ({"onset_latency_mean_ms": 2000.0, "onset_latency_sd_ms": 1.0}, "onset_latency_mean_ms"),
        ({"luminance_minimum_cd_m2": 0.4}, "luminance_maximum_cd_m2"),
        ({"luminance_maximum_cd_m2": 20_000.0}, "luminance_maximum_cd_m2"),
        ({"background_grey": 300}, "background_grey"),
        ({"heatmap_sigma_deg": 0.0}, "heatmap_sigma_deg"),
        ({"recording_folder": "here"}, "recording_folder"),
        ({"live_view": LiveViewOptions(heatmap_opacity=1.5)}, "live_view"),
        ({"tracker": ""}, "tracker"),
    ],
)
def test_each_value_out_of_range_is_named(change, name):
    findings = check_settings(replace(Settings(), **change))
    assert [finding.name for finding in findings] == [name]


def test_the_usual_settings_are_in_order():
    assert check_settings(Settings()) == ()


def test_recordings_go_to_the_chosen_folder_or_to_the_documents():
    assert Settings(recording_folder="/r").folder_for_recordings() == Path("/r")
    assert Settings().folder_for_recordings().name == "Reading Station"
