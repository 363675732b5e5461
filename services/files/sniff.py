"""What a file is, told by its first bytes; a name or a content type from outside is never believed.

Only formats that browsers show and never run as script are known here: no SVG, no HTML, no PDF.
Signatures: the formats' own specifications, gathered in mimesniff.spec.whatwg.org.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Format:
    """A kind of file that may enter the library."""

    family: Literal["image", "video", "audio", "mp4"]
    """`mp4` files hold video or sound; only their streams tell."""
    reader: str
    """The one decoder that may open it: a Pillow format or an FFmpeg demuxer."""
    content_type: str
    extension: str


PNG = Format("image", "PNG", "image/png", "png")
JPEG = Format("image", "JPEG", "image/jpeg", "jpg")
WEBP = Format("image", "WEBP", "image/webp", "webp")
GIF = Format("image", "GIF", "image/gif", "gif")
AVIF = Format("image", "AVIF", "image/avif", "avif")
MP4 = Format("mp4", "mp4", "video/mp4", "mp4")
MOV = Format("mp4", "mov", "video/quicktime", "mov")
M4A = Format("audio", "mp4", "audio/mp4", "m4a")
WEBM = Format("video", "matroska", "video/webm", "webm")
WAV = Format("audio", "wav", "audio/wav", "wav")
MP3 = Format("audio", "mp3", "audio/mpeg", "mp3")
OGG = Format("audio", "ogg", "audio/ogg", "ogg")
FLAC = Format("audio", "flac", "audio/flac", "flac")

EXTENSIONS = frozenset(f.extension for f in (PNG, JPEG, WEBP, GIF, AVIF, MP4, MOV, M4A, WEBM, WAV, MP3, OGG, FLAC))

_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}
_MP3_FRAMES = {b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xfa"}


def sniff(data: bytes) -> Format | None:
    """The format of `data`, or None when it is none of ours."""
    head = data[:64]
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if head.startswith(b"fLaC"):
        return FLAC
    if head.startswith(b"OggS"):
        return OGG
    if head.startswith(b"ID3") or head[:2] in _MP3_FRAMES:
        return MP3
    if head.startswith(b"RIFF"):
        return {b"WEBP": WEBP, b"WAVE": WAV}.get(head[8:12])
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return WEBM if b"webm" in head else None
    return _sniff_iso(head)


def _sniff_iso(head: bytes) -> Format | None:
    """ISO base media files (ISO/IEC 14496-12): a box size, `ftyp`, the major brand, then compatible brands."""
    if head[4:8] in {b"moov", b"mdat", b"wide"}:
        return MOV
    if head[4:8] != b"ftyp":
        return None
    brands = _brands(head)
    if brands[0] in {b"avif", b"avis"} or (brands[0] == b"mif1" and b"avif" in brands):
        return AVIF
    if brands[0] in _HEIC_BRANDS:
        return None
    if brands[0] in {b"M4A ", b"M4B "}:
        return M4A
    return MOV if brands[0] == b"qt  " else MP4


def _brands(head: bytes) -> list[bytes]:
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return [head[8:12], *(head[at : at + 4] for at in range(16, end, 4))]


def describe(data: bytes) -> str:
    """A few words on what an unknown file holds, to end the sentence "its content is …"."""
    head = data[:1024]
    if not head:
        return "empty"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return "a HEIC picture, which browsers cannot show: export it as JPEG"
    if head.startswith(b"%PDF"):
        return "a PDF document"
    if head.startswith(b"PK\x03\x04"):
        return "a ZIP archive or an office document"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "a Matroska video, which browsers cannot play: convert it to MP4 or WebM"
    if head.startswith((b"BM", b"II*\0", b"MM\0*")):
        return "a BMP or TIFF picture: save it as PNG or JPEG"
    return _describe_text(head)


def _describe_text(head: bytes) -> str:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:
            return "in a format Freshet does not know"
        text = head[: error.start].decode("utf-8")
    if "\0" in text:
        return "in a format Freshet does not know"
    start = text.lstrip("\ufeff \t\r\n").lower()
    if "<svg" in start:
        return "an SVG drawing, which can carry scripts: export it as PNG"
    if start.startswith(("<!doctype html", "<html")):
        return "a web page"
    return "text"
