"""Settings: defaults that work, and one clear line about each value that does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.errors import SettingsError
from services.files.derive import MAX_CLIP_BYTES, MAX_IMAGE_BYTES
from services.settings import SETTING_NAMES, UploadLimits, load_settings, unknown_settings


def test_without_any_setting_it_runs_on_this_machine_alone() -> None:
    settings = load_settings({})
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert (settings.store, settings.provider, settings.auth, settings.log) == ("sqlite", "local", "local", "text")
    assert settings.data_dir == Path("data").absolute()
    assert settings.files_url == (Path("data").absolute() / "files").as_uri()
    assert settings.workflow_db == f"sqlite:///{Path('data').absolute()}/workflows.sqlite"
    assert settings.sqlite_path.parent == settings.data_dir


def test_every_setting_has_its_effect(tmp_path: Path) -> None:
    settings = load_settings(
        {
            "FRESHET_HOST": "0.0.0.0",
            "FRESHET_PORT": "0",
            "FRESHET_DATA_DIR": str(tmp_path),
            "FRESHET_STORE": "firestore",
            "FRESHET_FILES": "gs://bucket/prefix",
            "FRESHET_PROVIDER": "local",
            "FRESHET_WORKFLOW_DB": "postgresql://db/x",
            "FRESHET_AUTH": "local",
            "FRESHET_LOG": "json",
            "GOOGLE_CLOUD_PROJECT": "my-project",
        }
    )
    assert (settings.host, settings.port, settings.data_dir) == ("0.0.0.0", 0, tmp_path)
    assert (settings.store, settings.firestore_project, settings.log) == ("firestore", "my-project", "json")
    assert (settings.files_url, settings.workflow_db) == ("gs://bucket/prefix", "postgresql://db/x")


class TestGoogle:
    def test_a_key_is_found_under_either_name_and_shown_nowhere(self) -> None:
        for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY"):
            settings = load_settings({"FRESHET_PROVIDER": "google", name: "planted-key"})
            assert (settings.provider, settings.google.api_key) == ("google", "planted-key")
            assert "planted-key" not in repr(settings)

    def test_a_project_that_is_asked_for_goes_before_a_key(self) -> None:
        names = {"GOOGLE_API_KEY": "key", "GOOGLE_CLOUD_PROJECT": "studio", "GOOGLE_CLOUD_LOCATION": "europe-west4"}
        assert load_settings(names).google.api_key == "key"
        google = load_settings(names | {"GOOGLE_GENAI_USE_VERTEXAI": "true"}).google
        assert (google.api_key, google.project, google.location) == (None, "studio", "europe-west4")
        assert load_settings({}).google.location == "global"

    @pytest.mark.parametrize("url", ["models.example", "ftp://models.example", "https://", "https://a b"])
    def test_where_to_ask_is_an_address(self, url: str) -> None:
        with pytest.raises(SettingsError, match="FRESHET_GOOGLE_URL"):
            load_settings({"FRESHET_GOOGLE_URL": url})
        right = "https://models.example/v1"
        assert load_settings({"FRESHET_GOOGLE_URL": right}).google.url == right


def test_an_empty_value_is_as_good_as_none() -> None:
    assert load_settings(dict.fromkeys(SETTING_NAMES, "")) == load_settings({})


def test_files_and_workflows_follow_the_data_directory(tmp_path: Path) -> None:
    settings = load_settings({"FRESHET_DATA_DIR": str(tmp_path / "my data")})
    assert settings.files_url.endswith("/my%20data/files")
    assert settings.workflow_db.endswith("/my data/workflows.sqlite")


def test_a_home_folder_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load_settings({"FRESHET_DATA_DIR": "~/freshet"}).data_dir == tmp_path / "freshet"


def test_names_are_divided_by_commas() -> None:
    settings = load_settings({"FRESHET_ALLOWED_HOSTS": "studio.example, atelier"})
    assert settings.allowed_hosts == ("studio.example", "atelier")
    assert load_settings({}).allowed_hosts == ()


def test_choices_may_be_written_in_any_case() -> None:
    assert load_settings({"FRESHET_STORE": " Firestore ", "FRESHET_LOG": "JSON"}).store == "firestore"


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("FRESHET_PORT", "eighty", "0 to 65535"),
        ("FRESHET_PORT", "65536", "0 to 65535"),
        ("FRESHET_PORT", "-1", "0 to 65535"),
        ("FRESHET_PORT", "80.5", "0 to 65535"),
        ("FRESHET_PORT", "1" * 5000, "0 to 65535"),
        ("FRESHET_STORE", "mysql", "sqlite, firestore"),
        ("FRESHET_PROVIDER", "magic", "local"),
        ("FRESHET_AUTH", "none", "local"),
        ("FRESHET_LOG", "xml", "text, json"),
        ("FRESHET_ALLOWED_HOSTS", "studio.example, https://other.example", "names like studio.example"),
        ("FRESHET_DATA_DIR", "~nobody-of-that-name/x", "no such home folder"),
        ("FRESHET_UPLOAD_IMAGE_MB", "51", "a number of megabytes from 1 to 50"),
        ("FRESHET_UPLOAD_IMAGE_MB", "0", "a number of megabytes from 1 to 50"),
        ("FRESHET_UPLOAD_CLIP_MB", "much", "a number of megabytes from 1 to 500"),
        ("FRESHET_UPLOAD_SPOOL_MB", "499", "a number of megabytes from 500 to"),
        ("FRESHET_UPLOAD_AT_ONCE", "0", "a number from 1 to 1000"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(name: str, value: str, allowed: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({name: value})
    message = str(caught.value)
    assert message.startswith(f"{name} is ")
    assert allowed in message
    assert "\n" not in message


def test_uploads_may_be_smaller_and_their_room_must_hold_the_largest() -> None:
    small = {"FRESHET_UPLOAD_IMAGE_MB": "5", "FRESHET_UPLOAD_CLIP_MB": "20", "FRESHET_UPLOAD_SPOOL_MB": "20"}
    limits = load_settings(small | {"FRESHET_UPLOAD_AT_ONCE": "7"}).uploads
    assert limits == UploadLimits(image_bytes=5_000_000, clip_bytes=20_000_000, spool_bytes=20_000_000, at_once=7)
    with pytest.raises(SettingsError, match="from 20 to"):
        load_settings(small | {"FRESHET_UPLOAD_SPOOL_MB": "19"})


def test_an_upload_may_be_what_an_import_may_be() -> None:
    assert load_settings({}).uploads == UploadLimits(MAX_IMAGE_BYTES, MAX_CLIP_BYTES)


def test_settings_that_do_not_exist_are_found() -> None:
    environ = {"FRESHET_PROT": "80", "FRESHET_PORT": "80", "PATH": "/bin", "FRESHET_": "x"}
    assert unknown_settings(environ) == ["FRESHET_", "FRESHET_PROT"]
