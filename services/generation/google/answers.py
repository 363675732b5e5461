"""What Google's models answered: a picture, or the reason why there is none. And what it cost.

A refusal is no error to the SDK: a prompt that is blocked has no candidates, and a picture that is held back has a
finish reason instead of data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from google.genai import types
from pydantic import JsonValue

from services.errors import GenerationError, Refused
from services.generation.google.failures import without
from services.generation.prices import Price, TokenPrice, Tokens

LONGEST_QUOTE = 200
"""Characters of the model's own words that are told."""
_Blocked, _Finished = types.BlockedReason, types.FinishReason
WHY_BLOCKED = {
    _Blocked.SAFETY: "it was rated as unsafe",
    _Blocked.IMAGE_SAFETY: "the picture would not be safe to show",
    _Blocked.BLOCKLIST: "it has a word that is not allowed",
    _Blocked.PROHIBITED_CONTENT: "it asks for prohibited content",
    _Blocked.MODEL_ARMOR: "the project's Model Armor stopped it",
    _Blocked.JAILBREAK: "it was taken for an attempt to get round the rules",
    _Blocked.OTHER: "no reason was given",
    _Blocked.BLOCKED_REASON_UNSPECIFIED: "no reason was given",
}
WHY_HELD_BACK = {
    _Finished.SAFETY: "what it would say was rated as unsafe",
    _Finished.IMAGE_SAFETY: "the picture would not be safe to show",
    _Finished.PROHIBITED_CONTENT: "it would show prohibited content",
    _Finished.IMAGE_PROHIBITED_CONTENT: "the picture would show prohibited content",
    _Finished.BLOCKLIST: "it would have a word that is not allowed",
    _Finished.SPII: "it would tell personal data",
    _Finished.RECITATION: "it would repeat somebody else's work",
    _Finished.IMAGE_RECITATION: "the picture would repeat somebody else's work",
}
WHY_NONE = {
    _Finished.MAX_TOKENS: "its answer became too long",
    _Finished.LANGUAGE: "it does not know the prompt's language",
    _Finished.NO_IMAGE: "it did not take the prompt for one",
    _Finished.IMAGE_OTHER: "it gave no reason",
    _Finished.OTHER: "it gave no reason",
}


@dataclass(frozen=True)
class Answer:
    data: bytes
    """A picture or a clip, as Google encoded it."""
    cost_nano: int | None


def picture_of(
    answer: types.GenerateContentResponse,
    price: Price | TokenPrice | None,
    parameters: Mapping[str, JsonValue],
    secret: str | None,
) -> Answer:
    """The picture in an answer to these parameters. Raises Refused and GenerationError, each with what that cost."""
    cost = cost_of(answer.usage_metadata, price)
    candidate = candidate_of(answer, cost, secret)
    reason = candidate.finish_reason
    parts = [part for part in (candidate.content and candidate.content.parts) or () if not part.thought]
    pictures = [part.inline_data.data for part in parts if part.inline_data and part.inline_data.data]
    if pictures:
        return Answer(pictures[-1], price.of_one(parameters) if isinstance(price, Price) else cost)
    said = " ".join(part.text for part in parts if part.text).strip()
    if said:
        raise GenerationError(
            f"Google answered in words instead of a picture: “{cut(said, secret)}”. Change the prompt and try again.",
            cost_nano=cost,
        )
    raise GenerationError(
        f"Google made no picture: {why_none(reason)}. Change the prompt and try again.", cost_nano=cost
    )


def tried_on(answer: types.RecontextImageResponse, cost: int | None, secret: str | None) -> Answer:
    """The picture in an answer. Raises Refused, which costs nothing, and GenerationError."""
    made = answer.generated_images or []
    for one in made:
        if one.image and one.image.image_bytes:
            return Answer(one.image.image_bytes, cost)
    if reasons := [one.rai_filtered_reason for one in made if one.rai_filtered_reason]:
        said = "; ".join(cut(reason.strip().removesuffix("."), secret) for reason in reasons)
        raise Refused(f"Google refused this: “{said}”. Choose other pictures and try again.")
    raise GenerationError("Google's answer has no picture. Press Retry to ask again.", cost_nano=None)


def candidate_of(answer: types.GenerateContentResponse, cost: int | None, secret: str | None) -> types.Candidate:
    """What an answer holds, if anything. Raises Refused and GenerationError, each with what the answer cost."""
    if answer.prompt_feedback is not None and answer.prompt_feedback.block_reason is not None:
        raise _blocked(answer.prompt_feedback, cost, secret)
    if not answer.candidates:
        raise GenerationError("Google's answer was empty. Press Retry to ask again.", cost_nano=cost)
    candidate = answer.candidates[0]
    reason = candidate.finish_reason
    if reason in WHY_HELD_BACK:
        words = _refusal(WHY_HELD_BACK[reason], candidate.finish_message, candidate.safety_ratings, secret)
        raise Refused(words, cost_nano=cost)
    return candidate


def why_none(reason: types.FinishReason | None) -> str:
    """In words, why there is nothing although nobody refused it."""
    return WHY_NONE.get(reason, reason.value) if reason is not None else "it gave no reason"


def cut(said: str, secret: str | None) -> str:
    """No more of the model's own words than fits under a form, and nothing of `secret`: a cut could leave a part."""
    words = without(said, secret)
    return f"{words[:LONGEST_QUOTE]}…" if len(words) > LONGEST_QUOTE else words


def cost_of(usage: types.GenerateContentResponseUsageMetadata | None, price: Price | TokenPrice | None) -> int | None:
    """What an answer costs in nano-dollars, besides a picture in it that has a price of its own.

    None where it does not tell what it used, or the price is not known.
    """
    if isinstance(price, TokenPrice):
        return price.of_tokens(_tokens(usage))
    return None if price is None else 0


def _tokens(usage: types.GenerateContentResponseUsageMetadata | None) -> Tokens | None:
    if usage is None or usage.prompt_token_count is None:
        return None
    answered = usage.candidates_token_count or 0
    if answered and usage.candidates_tokens_details is None:
        return None  # pictures and words have different prices
    pictures = sum(
        detail.token_count or 0
        for detail in usage.candidates_tokens_details or ()
        if detail.modality == types.MediaModality.IMAGE
    )
    return Tokens(
        input=usage.prompt_token_count,
        text=max(0, answered - pictures) + (usage.thoughts_token_count or 0),
        picture=pictures,
    )


def _blocked(feedback: types.GenerateContentResponsePromptFeedback, cost: int | None, secret: str | None) -> Refused:
    reason = feedback.block_reason
    why = WHY_BLOCKED.get(reason, str(reason.value)) if reason is not None else ""
    return Refused(_refusal(why, feedback.block_reason_message, feedback.safety_ratings, secret), cost_nano=cost)


def _refusal(why: str, said: str | None, ratings: Iterable[types.SafetyRating] | None, secret: str | None) -> str:
    themes = [_theme(rating.category.value) for rating in ratings or () if rating.blocked and rating.category]
    about = f" ({', '.join(themes)})" if themes else ""
    quote = f" Google says: “{cut(said, secret)}”." if said else ""
    return f"Google refused this: {why}{about}.{quote} Change the prompt or the picture and try again."


def _theme(category: str) -> str:
    """
    >>> _theme("HARM_CATEGORY_DANGEROUS_CONTENT")
    'dangerous content'
    """
    return category.removeprefix("HARM_CATEGORY_").replace("_", " ").lower()
