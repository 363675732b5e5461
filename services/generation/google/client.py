"""What is asked of Google's models, with an API key or as a project of Google Cloud.

The SDK sends each request once. Who asks again, and how often, is decided by the workflow's step alone.
"""

from __future__ import annotations

from collections.abc import Mapping

import google.auth
from google import genai
from google.auth.credentials import Credentials
from google.auth.exceptions import DefaultCredentialsError
from google.genai import types
from pydantic import JsonValue

from services.errors import SettingsError
from services.files.sniff import sniff
from services.generation.catalog import ModelSpec
from services.generation.google.answers import Answer, picture_of
from services.generation.google.failures import mapped
from services.settings import GoogleAccess

TIMEOUT = 300
"""Seconds that Google has for one picture."""
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"


class Google:
    """Google's models. Safe to use from any number of threads."""

    def __init__(self, access: GoogleAccess, *, timeout: float = TIMEOUT) -> None:
        """Does not connect. Raises SettingsError if there is neither a key nor a project with credentials."""
        options = types.HttpOptions(
            base_url=access.url,
            timeout=round(timeout * 1000),
            retry_options=types.HttpRetryOptions(attempts=1),
        )
        self._key = access.api_key
        if access.api_key:
            self._client = genai.Client(vertexai=False, api_key=access.api_key, http_options=options)
            return
        if not access.project:
            raise SettingsError("neither GOOGLE_API_KEY nor GOOGLE_CLOUD_PROJECT is set")
        self._client = genai.Client(
            vertexai=True,
            project=access.project,
            location=access.location,
            credentials=_credentials(),
            http_options=options,
        )

    def picture(
        self, model: ModelSpec, prompt: str, parameters: Mapping[str, JsonValue], source: bytes | None = None
    ) -> Answer:
        """One picture of a prompt, or `source` changed as the prompt says. Blocks until it is there.

        Raises BadInput and GenerationError.
        """
        contents: list[types.PartUnionDict] = [prompt]
        if source is not None:
            kind = sniff(source)
            contents.append(types.Part.from_bytes(data=source, mime_type=kind.content_type if kind else "image/webp"))
        config = types.GenerateContentConfig(
            response_modalities=["TEXT", "IMAGE"],
            image_config=types.ImageConfig(
                aspect_ratio=_text(parameters.get("aspect")), image_size=_text(parameters.get("resolution"))
            ),
        )
        with mapped(self._key):
            answer = self._client.models.generate_content(model=model.id, contents=contents, config=config)
        return picture_of(answer, model.price)

    def close(self) -> None:
        self._client.close()


def _text(value: JsonValue) -> str | None:
    return str(value) if value else None


def _credentials() -> Credentials:
    try:
        found, _ = google.auth.default(scopes=[_SCOPE])
    except DefaultCredentialsError as error:
        raise SettingsError(
            "GOOGLE_CLOUD_PROJECT is set, but there are no credentials (gcloud auth application-default login)"
        ) from error
    return found
