"""What is asked of Google's models, with an API key or as a project of Google Cloud.

The SDK sends each request once. Who asks again, and how often, is decided by the workflow's step alone.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from contextlib import suppress

import google.auth
from google import genai
from google.auth.credentials import Credentials
from google.genai import types
from pydantic import JsonValue

from services.credentials import CREDENTIALS, why_none
from services.errors import BadInput, GenerationError, SettingsError
from services.files.sniff import sniff
from services.generation.apis import Platform
from services.generation.catalog import HelperSpec, ModelSpec
from services.generation.google import omni, texts, veo
from services.generation.google.answers import Answer, picture_of, tried_on
from services.generation.google.failures import GONE, GONE_FILE, garbled, mapped
from services.generation.google.prompts import in_words, text_of
from services.generation.google.veo import Came
from services.generation.opinions import Critique, Rewritten
from services.generation.prices import TextPrice
from services.generation.sources import Sources
from services.settings import GoogleAccess

TIMEOUT = 300
"""Seconds that Google has for one answer."""
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"


class Google:
    """Google's models. Safe to use from any number of threads."""

    interval = 10.0
    """Seconds between two questions of what became of a clip."""
    patience = 1800.0
    """Seconds for which that is asked."""

    def __init__(self, access: GoogleAccess, *, timeout: float = TIMEOUT) -> None:
        """Does not connect. Raises SettingsError if there is neither a key nor a project with credentials that can be
        used."""
        self._options = types.HttpOptions(
            base_url=access.url,
            timeout=round(timeout * 1000),
            retry_options=types.HttpRetryOptions(attempts=1),
        )
        self._access = access
        self._key = access.api_key
        self.platform: Platform = "key" if access.api_key else "vertex"
        if not access.api_key and not access.project:
            raise SettingsError("neither GOOGLE_API_KEY nor GOOGLE_CLOUD_PROJECT is set")
        if access.api_key and not re.fullmatch("[!-~]+", access.api_key):  # no header takes it
            raise SettingsError(f"{access.key_setting} has characters that are in no API key. Copy it once more")
        self._credentials = None if access.api_key else _credentials()
        self._lock = threading.Lock()
        self._clients: dict[str, genai.Client] = {}

    def picture(
        self, model: ModelSpec, prompt: str, parameters: Mapping[str, JsonValue], source: bytes | None = None
    ) -> Answer:
        """One picture of a prompt, or `source` changed as the prompt says. Blocks until it is there.

        Raises BadInput and GenerationError.
        """
        contents: list[types.PartUnionDict] = [in_words(prompt, parameters)]
        if source is not None:
            kind = sniff(source)
            contents.append(types.Part.from_bytes(data=source, mime_type=kind.content_type if kind else "image/webp"))
        config = types.GenerateContentConfig(
            response_modalities=["TEXT", "IMAGE"],
            image_config=types.ImageConfig(
                aspect_ratio=text_of(parameters, "aspect"), image_size=text_of(parameters, "resolution")
            ),
        )
        with mapped(self._secret):
            answer = self._client(model).models.generate_content(model=model.id, contents=contents, config=config)
            return picture_of(answer, model.price, parameters, self._secret())

    def try_on(self, model: ModelSpec, person: bytes, product: bytes) -> Answer:
        """A person, in JPEG, who wears a product. Blocks until it is there. Raises BadInput and GenerationError."""
        source = types.RecontextImageSource(
            person_image=veo.image_of(person),
            product_images=[types.ProductImage(product_image=veo.image_of(product))],
        )
        with mapped(self._secret):
            config = types.RecontextImageConfig(number_of_images=1)
            answer = self._client(model).models.recontext_image(model=model.id, source=source, config=config)
            return tried_on(answer, model.cost_of_one({}), self._secret())

    def begin_clip(self, model: ModelSpec, prompt: str, parameters: Mapping[str, JsonValue], sources: Sources) -> str:
        """Have Google make a clip; the name under which `clip` tells what became of it.

        Pictures in JPEG, a clip in MP4. Raises BadInput and GenerationError.
        """
        with mapped(self._secret, begins=True):
            client = self._client(model)
            if model.api == "veo":
                source, config = veo.source_of(prompt, parameters, sources), veo.config_of(parameters, sources)
                name = client.models.generate_videos(model=model.id, source=source, config=config).name
            else:
                asked = omni.request_of(prompt, parameters, sources)
                name = omni.name_of(client.interactions.create(model=model.id, **asked))
        if not name:
            raise garbled()
        return name

    def clip(self, model: ModelSpec, name: str, parameters: Mapping[str, JsonValue], *, extends: bool) -> Came | None:
        """What came of the clip that was begun under `name`, with its cost; None while Google works on it.

        Costs nothing. Raises GenerationError if that cannot be found out.
        """
        cost = model.cost_of_one(parameters, extends=extends)
        with mapped(self._secret, gone=GONE):
            if model.api == "veo":
                client = self._at(veo.location_of(name) or model.location_for(self._access.location))
                operation = client.operations.get(types.GenerateVideosOperation.model_validate({"name": name}))
                return veo.came_of(operation, cost, self._secret())
            client = self._client(model)
            came = omni.came_of(client.interactions.get(name), cost, self._secret())
        return self._fetched(client, came.name, cost) if isinstance(came, omni.Left) else came

    def _fetched(self, client: genai.Client, name: str, cost: int | None) -> Came | None:
        """A clip from the file that Google puts it into, which may take it a while longer than the clip itself."""
        with mapped(self._secret, gone=GONE_FILE):
            file = client.files.get(name=name)
            match file.state:
                case types.FileState.ACTIVE | None:
                    return Answer(client.files.download(file=name), cost)
                case types.FileState.FAILED:
                    return omni.not_kept(file.error, self._secret())
        return None

    def cancel_clip(self, model: ModelSpec, name: str) -> bool:
        """Have Google stop, where it can be told to; whether it was."""
        with suppress(BadInput, GenerationError), mapped(self._secret):
            if model.api == "omni":  # an operation of Veo goes on to its end
                self._client(model).interactions.cancel(name)
                return True
        return False

    def rewrite(self, helper: HelperSpec, price: TextPrice | None, prompt: str) -> Rewritten:
        """A prompt written anew. Blocks until it is there. Raises BadInput and GenerationError."""
        contents, config = texts.to_write(prompt)
        with mapped(self._secret):
            answer = self._client(helper).models.generate_content(model=helper.id, contents=contents, config=config)
            return texts.rewritten(answer, price, helper.name, self._secret())

    def critique(self, helper: HelperSpec, price: TextPrice | None, picture: bytes, prompt: str) -> Critique:
        """What is good and bad in a picture. Blocks until it is there. Raises BadInput and GenerationError."""
        contents, config = texts.to_judge(picture, prompt)
        with mapped(self._secret):
            answer = self._client(helper).models.generate_content(model=helper.id, contents=contents, config=config)
            return texts.critique(answer, price, helper.name, self._secret())

    def close(self) -> None:
        with self._lock:
            for client in self._clients.values():
                client.close()

    def _secret(self) -> str | None:
        """The key, or the token that a project's credentials have now: whoever answers may quote it."""
        token = getattr(self._credentials, "token", None)
        return self._key or (token if isinstance(token, str) else None)

    def _client(self, model: ModelSpec | HelperSpec) -> genai.Client:
        return self._at(model.location_for(self._access.location))

    def _at(self, location: str) -> genai.Client:
        """The client of a location, made when it is first asked for; with a key there are no locations."""
        with self._lock:
            name = "" if self._key else location
            if name not in self._clients:
                self._clients[name] = self._made(name)
            return self._clients[name]

    def _made(self, location: str) -> genai.Client:
        if self._key:
            return genai.Client(vertexai=False, api_key=self._key, http_options=self._options)
        return genai.Client(
            vertexai=True,
            project=self._access.project,
            location=location,
            credentials=self._credentials,
            http_options=self._options,
        )


def _credentials() -> Credentials:
    try:
        found, _ = google.auth.default(scopes=[_SCOPE])
    except Exception as error:  # whatever reading a file raises that is none, or holds something else
        raise SettingsError(
            f"GOOGLE_CLOUD_PROJECT is set, but there are no credentials: {why_none(error)}. Check {CREDENTIALS}, or "
            "log in with gcloud auth application-default login"
        ) from error
    return found
