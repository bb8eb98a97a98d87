"""What a file is that was taken for an image, if it can easily be told."""

from __future__ import annotations

from typing import Final

_LEAVE_OUT: Final = "Leave it out, or put the image in its place."
_AGAIN: Final = "Copy or download it again, or leave it out."
_AS_PNG: Final = "Save it as PNG or JPEG."
_UNPACK: Final = "Unpack it first."
_DOWNLOAD: Final = "Download the image itself."

_STARTS: Final = (
    (b"PK\x03\x04", "a ZIP file", _UNPACK),
    (b"\x1f\x8b", "a packed file", _UNPACK),
    (b"7z\xbc\xaf", "a packed file", _UNPACK),
    (b"Rar!", "a packed file", _UNPACK),
    (b"%PDF", "a PDF file", "Save its pages as PNG or JPEG."),
    (b"8BPS", "a Photoshop file", _AS_PNG),
    (b"%!PS", "a PostScript file", _AS_PNG),
    (b"\xc5\xd0\xd3\xc6", "a PostScript file", _AS_PNG),
    (b"\0\0\x01\0", "an icon (ICO)", _AS_PNG),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 image", _AS_PNG),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 image", _AS_PNG),
    (b"\0\0\0\x0cJXL ", "a JPEG XL image", _AS_PNG),
    (b"\xff\x0a", "a JPEG XL image", _AS_PNG),
    (b"\x93NUMPY", "an array of NumPy", "Choose it as a set of its own."),
    (b"\x89HDF", "an HDF5 file", _LEAVE_OUT),
    (b"SQLite format 3", "a database", _LEAVE_OUT),
    (b"\xd0\xcf\x11\xe0", "an Office file", _LEAVE_OUT),
    (b"version https://git-lfs", "a note of Git LFS in place of the image", "Run git lfs pull."),
)
_BRANDS: Final = {
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1"), "an HEIC photo"),
    **dict.fromkeys((b"avif", b"avis"), "an AVIF image"),
}
_DICOM_AT: Final = 128
_LOOKED_AT: Final = 512


def seeming(data: bytes, name: str) -> tuple[str, str]:
    """A problem and a remedy for a file that is none of the images that can be read.

    Parameters
    ----------
    name
        What it is called, with nothing hidden in it.
    """
    what, remedy = _what(data[:_LOOKED_AT])
    return f"The file {name} is {what}.", remedy


def _what(start: bytes) -> tuple[str, str]:
    if not start:
        return "empty", _AGAIN
    for begins, what, remedy in _STARTS:
        if start.startswith(begins):
            return what, remedy
    if start[4:8] == b"ftyp":
        return _BRANDS.get(start[8:12], "a video, not an image"), _AS_PNG
    if start[_DICOM_AT : _DICOM_AT + 4] == b"DICM":
        return "a DICOM file", _AS_PNG
    if not any(start):
        return "full of zeros, not an image", _AGAIN
    return _text(start) or (
        "no image that Labelspread can read",
        "Save it as PNG or JPEG, or leave it out.",
    )


def _text(start: bytes) -> tuple[str, str] | None:
    """What a file of text is; None if it is none."""
    text = start.decode("utf-8", "ignore").lstrip("\ufeff \t\r\n").lower()
    if "<svg" in text:
        return "a drawing (SVG)", _AS_PNG
    if text.startswith(("<!doctype html", "<html")):
        return "a web page, not an image", _DOWNLOAD
    if text.startswith("<?xml"):
        return "an XML file, not an image", _DOWNLOAD
    # A sign may be cut in two where the start ends.
    try:
        whole = start[:-3].decode("utf-8") if len(start) == _LOOKED_AT else start.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if all(sign.isprintable() or sign.isspace() for sign in whole):
        return "text, not an image", _LEAVE_OUT
    return None
