"""What somebody is told who asks for help with words: another prompt, or what is good and bad in a picture."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rewritten:
    """A prompt written anew."""

    prompt: str
    by: str
    """Whose words they are, as people call it."""
    cost_nano: int | None
    """None where that is not known."""


@dataclass(frozen=True)
class Critique:
    """Sentences on a picture, and a prompt for a better one."""

    strengths: tuple[str, ...]
    problems: tuple[str, ...]
    prompt: str
    """"" where nothing is to be changed."""
    by: str
    cost_nano: int | None
