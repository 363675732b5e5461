"""Help with words, for whoever asks: a better prompt, an opinion on a picture.

By Google's models where they are set up, else by this machine, which says so. Nothing of it is stored.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.errors import BadInput, FileMissing, Forbidden, NotFound
from services.files.blobs import Blobs
from services.generation.local.judging import judged
from services.generation.local.measures import measure
from services.generation.local.rewriting import rewritten
from services.generation.offers import Offers
from services.generation.opinions import Critique, Rewritten
from services.generation.pool import RenderPool
from services.generation.received import to_send
from services.generation.requests import clean_prompt
from services.models import MediaItem, Principal
from services.store.protocol import Store

THIS_MACHINE = "Written on this machine"
LONGEST = 8_000
"""Characters of a prompt that is written anew; no model takes more."""


def writable(prompt: str) -> str:
    """The prompt, cleaned, if it can be written anew. Raises BadInput on "prompt"."""
    cleaned = clean_prompt(prompt)
    if not cleaned:
        raise BadInput("prompt", "Write a prompt first: a few words on what you want to see")
    if len(cleaned) > LONGEST:
        raise BadInput("prompt", f"{len(cleaned):,} of {LONGEST:,} characters. Shorten by {len(cleaned) - LONGEST:,}")
    return cleaned


@dataclass(frozen=True)
class Adviser:
    """Blocks for seconds: screens ask by way of `Inquiries`."""

    store: Store
    blobs: Blobs
    offers: Offers
    pool: RenderPool

    def rewrite(self, principal: Principal, project_id: str, prompt: str) -> Rewritten:
        """A prompt written anew, for somebody who may make something of it in that project.

        Raises BadInput on "prompt", Forbidden, GenerationError.
        """
        _require_member(principal, project_id)
        cleaned = writable(prompt)
        helper, google = self.offers.helper(), self.offers.google
        if helper is None or google is None:
            return Rewritten(rewritten(cleaned), THIS_MACHINE, 0)
        return google.rewrite(helper, helper.price_on(self.offers.today()), cleaned)

    def critique(self, principal: Principal, project_id: str, media_id: str) -> Critique:
        """What is good and bad in a finished picture that the principal may see, or in a clip's telling frame.

        Raises BadInput on "picture", Forbidden, GenerationError, FileError, StoreError.
        """
        _require_member(principal, project_id)
        item = self._readable(principal, media_id)
        picture = self._picture(item)
        helper, google = self.offers.helper(), self.offers.google
        if helper is None or google is None:
            measures = self.pool.run(measure, picture, on_progress=_unheard)
            return judged(measures, item.prompt, str(item.parameters.get("aspect") or ""))
        small = self.pool.run(to_send, picture, on_progress=_unheard)
        return google.critique(helper, helper.price_on(self.offers.today()), small, item.prompt)

    def _readable(self, principal: Principal, media_id: str) -> MediaItem:
        try:
            item = self.store.media.get(principal, media_id)
        except NotFound as error:
            raise BadInput("picture", "This is no longer in the library. Choose another one.") from error
        if item.deleted_at is not None:
            raise BadInput("picture", "This was deleted. Restore it in the library, or choose another one.")
        return item

    def _picture(self, item: MediaItem) -> bytes:
        file = item.file("original" if item.media_type == "image" else "poster")
        if item.status != "ready" or file is None:
            raise BadInput("picture", "Only finished pictures and clips can be looked at. Choose another one.")
        try:
            return self.blobs.get(file.key)
        except FileMissing as error:
            raise BadInput("picture", "The file of this is lost. Choose another one.") from error


def _require_member(principal: Principal, project_id: str) -> None:
    """What costs something is for those who may make something there."""
    if not principal.is_system and project_id not in principal.project_ids:
        raise Forbidden("You may not make anything in this project")


def _unheard(percent: int) -> None:
    """Of a part that takes no time to speak of."""
