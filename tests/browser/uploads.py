"""Files as people bring them: dropped, pasted or picked."""

from __future__ import annotations

import base64
import io
import wave
from collections.abc import Iterable

from playwright.sync_api import FilePayload, Locator, Page

File = tuple[str, bytes]


def drop(page: Page, files: Iterable[File]) -> None:
    """Let go of files over the page."""
    _bring(page, files, "drop")


def hover(page: Page, files: Iterable[File]) -> None:
    """Drag files over the page."""
    _bring(page, files, "dragover")


def paste(page: Page, files: Iterable[File]) -> None:
    _bring(page, files, "paste")


def pick(page: Page, scope: Page | Locator, files: Iterable[File]) -> None:
    """Press Upload and choose files in the browser's own dialog."""
    with page.expect_file_chooser() as asking:
        scope.get_by_role("button", name="Upload", exact=True).click()
    asking.value.set_files([FilePayload(name=name, mimeType="", buffer=data) for name, data in files])


def tray(page: Page) -> Locator:
    return page.get_by_role("region", name="Uploads")


def silence(seconds: int) -> bytes:
    """A WAV of 192,000 bytes a second."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((2, 2, 48_000, 0, "NONE", ""))
        file.writeframes(bytes(192_000 * seconds))
    return out.getvalue()


def _bring(page: Page, files: Iterable[File], event: str) -> None:
    told = [[name, base64.b64encode(data).decode()] for name, data in files]
    page.evaluate(_EVENT, [event, told])


_EVENT = """([type, files]) => {
    const carried = new DataTransfer();
    for (const [name, text] of files)
        carried.items.add(new File([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))], name));
    const how = {bubbles: true, cancelable: true};
    document.querySelector('main, [role=main]').dispatchEvent(type === 'paste'
        ? new ClipboardEvent(type, {...how, clipboardData: carried})
        : new DragEvent(type, {...how, dataTransfer: carried}));
}"""
