"""An image is seen as it is meant, whatever its file is like; or it is said why not."""

from __future__ import annotations

import io
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from core.data.decoding import decode, decode_small
from core.data.readers.found import BadImageError, Limits

RANDOM = np.random.default_rng(0)
COLOURS = RANDOM.integers(0, 256, size=(12, 17, 3)).astype(np.uint8)
GREY = RANDOM.integers(0, 256, size=(12, 17)).astype(np.uint8)
ALPHA = RANDOM.integers(0, 256, size=(12, 17)).astype(np.uint8)
DEEP = RANDOM.integers(0, 2**16, size=(12, 17)).astype(np.uint16)

pytestmark = pytest.mark.filterwarnings("ignore:::PIL")


def saved(image: Image.Image | np.ndarray, kind: str, **how: object) -> bytes:
    buffer = io.BytesIO()
    picture = image if isinstance(image, Image.Image) else Image.fromarray(image)
    picture.save(buffer, kind, **how)
    return buffer.getvalue()


def with_tags(data: bytes, tags: dict[int, int]) -> bytes:
    """A TIFF file that says something else of itself."""
    changed = bytearray(data)
    start = struct.unpack_from("<I", data, 4)[0]
    for place in range(struct.unpack_from("<H", data, start)[0]):
        at = start + 2 + 12 * place
        tag = struct.unpack_from("<H", data, at)[0]
        if tag in tags:
            struct.pack_into("<HII", changed, at + 2, 4, 1, tags[tag])
    return bytes(changed)


def seen(data: bytes) -> np.ndarray:
    return decode(data, "a/b.png", Limits())


def on_white(values: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    share = alpha.astype(float) / 255
    if values.ndim == 3:
        share = share[..., None]
    return values * share + 255 * (1 - share)


KINDS: list[tuple[str, dict[str, object]]] = [
    ("PNG", {}),
    ("BMP", {}),
    ("TIFF", {}),
    ("TIFF", {"compression": "tiff_lzw"}),
]
KINDS += [("WEBP", {"lossless": True})]


@pytest.mark.parametrize(("kind", "how"), KINDS, ids=str)
@pytest.mark.parametrize("image", [GREY, COLOURS], ids=["grey", "colour"])
def test_files_without_loss_give_the_same_values(kind, how, image):
    values = seen(saved(image, kind, **how))
    assert values.dtype == np.uint8
    np.testing.assert_array_equal(values, image)


@pytest.mark.parametrize("image", [GREY, COLOURS], ids=["grey", "colour"])
def test_a_jpeg_file_gives_what_pillow_gives(image):
    data = saved(image, "JPEG", quality=90)
    np.testing.assert_array_equal(seen(data), np.asarray(Image.open(io.BytesIO(data))))


def test_an_image_in_colour_that_is_grey_everywhere_is_grey():
    grey = np.repeat(GREY[..., None], 3, axis=2)
    np.testing.assert_array_equal(seen(saved(grey, "PNG")), GREY)
    grey[11, 16, 2] ^= 1
    np.testing.assert_array_equal(seen(saved(grey, "PNG")), grey)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_what_is_clear_is_white(kind):
    image = np.dstack([COLOURS, ALPHA])
    how = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    values = seen(saved(image, kind, **how))
    np.testing.assert_allclose(values, on_white(COLOURS, ALPHA), atol=1)


def test_grey_with_alpha_stays_grey():
    image = Image.merge("LA", [Image.fromarray(GREY), Image.fromarray(ALPHA)])
    np.testing.assert_allclose(seen(saved(image, "PNG")), on_white(GREY, ALPHA), atol=1)


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_one_colour_of_a_palette_that_is_clear_is_white(kind):
    image = Image.fromarray(GREY % 4).convert("P")
    image.putpalette([10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120])
    values = seen(saved(image, kind, transparency=2))
    table = np.array([[10, 20, 30], [40, 50, 60], [255, 255, 255], [100, 110, 120]])
    np.testing.assert_array_equal(values, table[GREY % 4])


@pytest.mark.parametrize(("image", "white"), [(GREY, 255), (DEEP, 65535)], ids=["8", "16"])
def test_one_grey_that_is_clear_is_white(image, white):
    clear = int(image[3, 3])
    values = seen(saved(image, "PNG", transparency=clear))
    np.testing.assert_array_equal(values, np.where(image == clear, white, image))


def test_black_and_white_is_grey():
    image = Image.fromarray(GREY > 127)
    for kind in ("PNG", "TIFF", "BMP"):
        np.testing.assert_array_equal(seen(saved(image, kind)), np.where(GREY > 127, 255, 0))


@pytest.mark.parametrize("mode", ["CMYK", "YCbCr"])
def test_other_colours_become_red_green_and_blue(mode):
    image = Image.fromarray(COLOURS).convert(mode)
    expected = np.asarray(image.convert("RGB"))
    np.testing.assert_array_equal(seen(saved(image, "TIFF")), expected)


def test_a_photo_for_printing_is_seen_in_colour():
    data = saved(Image.fromarray(COLOURS).convert("CMYK"), "JPEG", quality=100)
    assert np.abs(seen(data).astype(int) - COLOURS).mean() < 12


@pytest.mark.parametrize(
    "image",
    [DEEP, DEEP.astype(np.int32) - 40_000, DEEP.astype(np.float32) / 7],
    ids=["uint16", "int32", "float32"],
)
def test_grey_of_more_than_eight_bits_keeps_its_values(image):
    values = seen(saved(image, "TIFF"))
    assert values.dtype == image.dtype
    assert values.dtype.isnative
    np.testing.assert_array_equal(values, image)


def test_a_deep_png_keeps_its_values():
    values = seen(saved(DEEP, "PNG"))
    assert values.dtype == np.uint16
    np.testing.assert_array_equal(values, DEEP)


def test_large_numbers_without_a_sign_stay_positive():
    image = DEEP.astype(np.uint32) * 65_537
    data = with_tags(saved(image.view(np.int32), "TIFF"), {339: 1})
    np.testing.assert_array_equal(seen(data), image)


def test_a_deep_film_negative_is_turned_over():
    np.testing.assert_array_equal(seen(with_tags(saved(DEEP, "TIFF"), {262: 0})), 65535 - DEEP)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_as_the_camera_was_held(kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(COLOURS, kind, exif=exif, **({"lossless": True} if kind == "WEBP" else {}))
    plain = saved(COLOURS, kind, **({"lossless": True} if kind == "WEBP" else {}))
    upright = seen(plain)
    turns = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.swapaxes(0, 1),
        6: upright[::-1].swapaxes(0, 1),
        7: upright[::-1, ::-1].swapaxes(0, 1),
        8: upright[:, ::-1].swapaxes(0, 1),
    }
    np.testing.assert_array_equal(seen(data), turns[orientation])
    assert decode_small(data, "x", Limits(), 4).size == turns[orientation].shape[:2]


def test_a_damaged_note_of_the_camera_turns_nothing():
    data = saved(COLOURS, "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert seen(data).shape == COLOURS.shape


def test_of_several_images_the_first_is_seen():
    frames = [Image.fromarray(GREY), Image.fromarray(255 - GREY)]
    for kind in ("TIFF", "GIF"):
        data = saved(frames[0], kind, save_all=True, append_images=frames[1:])
        np.testing.assert_array_equal(seen(data), GREY)


def test_the_name_of_a_file_does_not_matter():
    np.testing.assert_array_equal(decode(saved(GREY, "PNG"), "x.jpg", Limits()), GREY)


@pytest.mark.parametrize("side", [1, 40, 100, 300, 700, 5000])
def test_a_large_photo_is_read_small_but_not_too_small(side):
    image = Image.fromarray(COLOURS).resize((1203, 905))
    exif = Image.Exif()
    exif[0x0112] = 6
    data = saved(image, "JPEG", exif=exif)
    small = decode_small(data, "x", Limits(), side)
    assert small.size == (1203, 905)
    assert min(small.values.shape[:2]) >= min(side, 905)
    times = np.array(small.size) / small.values.shape[:2]
    np.testing.assert_allclose(times, round(times[0]), rtol=0.02)
    whole = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
    np.testing.assert_allclose(small.values.mean(), whole.mean(), atol=1)


def test_other_files_are_read_whole_where_small_is_enough():
    small = decode_small(saved(COLOURS, "PNG"), "x", Limits(), 2)
    np.testing.assert_array_equal(small.values, COLOURS)
    assert small.size == (12, 17)


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def bmp(width: int, height: int) -> bytes:
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + head


def gif(width: int, height: int) -> bytes:
    return (
        b"GIF89a"
        + struct.pack("<HH", width, height)
        + b"\0\0\0,\0\0\0\0"
        + struct.pack("<HH", width, height)
        + b"\0\x02\x02\x4c\x01\0;"
    )


def tiff(width: int, height: int) -> bytes:
    return with_tags(saved(GREY, "TIFF"), {256: width, 257: height})


def webp(width: int, height: int) -> bytes:
    head = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + head
    return b"RIFF" + struct.pack("<I", len(body)) + body


def jpeg(width: int, height: int) -> bytes:
    data = bytearray(saved(GREY, "JPEG"))
    at = data.index(b"\xff\xc0")
    struct.pack_into(">HH", data, at + 5, height, width)
    return bytes(data)


BOMBS = [png(10**5, 10**5), bmp(10**5, 10**5), tiff(10**5, 10**5), gif(60_000, 60_000)]
BOMBS += [webp(10_000, 16_000), jpeg(60_000, 60_000)]


@pytest.mark.parametrize("data", BOMBS, ids=["PNG", "BMP", "TIFF", "GIF", "WebP", "JPEG"])
def test_what_claims_too_many_pixels_is_refused_before_it_is_read(data):
    with pytest.raises(BadImageError) as caught:
        decode(data, "a/b.png", Limits())
    assert caught.value.problem.startswith("The image a/b.png has ")
    assert caught.value.problem.endswith(" pixels, and at most 100,000,000 in all can be used.")
    assert caught.value.remedy == "Make it smaller."


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_the_limit_is_the_one_that_is_given(kind):
    data = saved(GREY, kind)
    assert decode(data, "x", Limits(pixels=12 * 17)).shape[:2] == (12, 17)
    with pytest.raises(BadImageError, match=r"has 12 × 17 pixels, and at most 203 in all"):
        decode(data, "x", Limits(pixels=12 * 17 - 1))


def heic(brand: bytes) -> bytes:
    return b"\0\0\0\x18ftyp" + brand + b"\0" * 20


DAMAGED = "is damaged, or cut off."
AGAIN = "Copy or download it again, or leave it out."
AS_PNG = "Save it as PNG or JPEG."
DOWNLOAD = "Download the image itself."
LEAVE_OUT = "Leave it out, or put the image in its place."
REFUSED = {
    "an empty file": (b"", "is empty.", AGAIN),
    "zeros": (bytes(1000), "is full of zeros, not an image.", AGAIN),
    "text": ("Liebe Grüße\n".encode() * 50, "is text, not an image.", LEAVE_OUT),
    "a web page": (b"<!DOCTYPE html><p>404", "is a web page, not an image.", DOWNLOAD),
    "XML": (b"<?xml version='1.0'?><a/>", "is an XML file, not an image.", DOWNLOAD),
    "a drawing": (b"<?xml version='1.0'?>\n<svg/>", "is a drawing (SVG).", AS_PNG),
    "a ZIP file": (b"PK\3\4" + bytes(40), "is a ZIP file.", "Unpack it first."),
    "a packed file": (b"\x1f\x8b" + bytes(40), "is a packed file.", "Unpack it first."),
    "a PDF file": (b"%PDF-1.7 ...", "is a PDF file.", "Save its pages as PNG or JPEG."),
    "an HEIC photo": (heic(b"heic"), "is an HEIC photo.", AS_PNG),
    "an AVIF image": (heic(b"avif"), "is an AVIF image.", AS_PNG),
    "a video": (heic(b"isom"), "is a video, not an image.", AS_PNG),
    "a DICOM file": (bytes(128) + b"DICM", "is a DICOM file.", AS_PNG),
    "a note of Git LFS": (
        b"version https://git-lfs.github.com/spec/v1\n",
        "is a note of Git LFS in place of the image.",
        "Run git lfs pull.",
    ),
    "an icon": (saved(GREY, "ICO"), "is an icon (ICO).", AS_PNG),
    "a PostScript file": (saved(GREY, "EPS"), "is a PostScript file.", AS_PNG),
    "a JPEG 2000 image": (saved(GREY, "JPEG2000"), "is a JPEG 2000 image.", AS_PNG),
    "a kind that Pillow knows": (
        saved(GREY, "TGA"),
        "is no image that Labelspread can read.",
        "Save it as PNG or JPEG, or leave it out.",
    ),
    "a PNG without width": (png(0, 9), DAMAGED, AGAIN),
    "a BMP without height": (bmp(9, 0), DAMAGED, AGAIN),
    "a GIF of nothing": (gif(0, 0), DAMAGED, AGAIN),
    "a PNG with too little in it": (png(50, 50), DAMAGED, AGAIN),
    "a BMP of its head only": (bmp(9, 9), DAMAGED, AGAIN),
    "a WebP of its head only": (webp(9, 9), DAMAGED, AGAIN),
    "a JPEG that ends early": (saved(COLOURS, "JPEG")[:-200], DAMAGED, AGAIN),
    "a TIFF that ends early": (saved(GREY, "TIFF")[:60], DAMAGED, AGAIN),
    "a GIF that ends early": (saved(GREY, "GIF")[:30], DAMAGED, AGAIN),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_image_is_told_from_what_it_seems_to_be(case):
    data, ending, remedy = REFUSED[case]
    with pytest.raises(BadImageError) as caught:
        decode(data, "cats/\u202eevil\n.png", Limits())
    assert caught.value.problem.removeprefix("The file ").removeprefix("The image ") == (
        f"cats/evil.png {ending}"
    )
    assert caught.value.remedy == remedy


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_numbers_are_refused(value):
    image = np.zeros((5, 5), np.float32)
    image[2, 2] = value
    with pytest.raises(BadImageError, match=r"^The image x has values that are no numbers"):
        decode(saved(image, "TIFF"), "x", Limits())


def test_numbers_of_a_kind_that_cannot_be_read_are_told_of():
    data = with_tags(saved(DEEP.astype(np.float32), "TIFF"), {258: 64})
    with pytest.raises(BadImageError) as caught:
        decode(data, "x", Limits())
    assert caught.value.problem == (
        "The image x is saved in a way that Labelspread cannot read (unknown pixel mode)."
    )
    assert caught.value.remedy == AS_PNG


def test_much_text_in_an_image_does_no_harm():
    packed = zlib.compress(bytes(2**24), 9)
    data = saved(GREY, "PNG")
    body = b"zTXtComment\0\0" + packed
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    with pytest.raises(BadImageError, match="damaged"):
        decode(data[:33] + chunk + data[33:], "x", Limits())
    large = saved(GREY, "JPEG", comment=b"x" * 60_000) + bytes(10**6)
    assert decode(large, "x", Limits()).shape == GREY.shape


GOOD = [
    saved(COLOURS, "PNG"),
    saved(COLOURS, "JPEG"),
    saved(GREY, "GIF"),
    saved(GREY, "BMP"),
    saved(COLOURS, "TIFF", compression="tiff_lzw"),
    saved(COLOURS, "WEBP"),
]


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(GOOD),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=6),
    st.integers(0, 2000),
)
def test_bytes_gone_wrong_give_an_image_or_an_error_in_words(good, changes, end):
    data = bytearray(good)
    for at, value in changes:
        data[at % len(data)] = value
    data = data[: max(len(data) - end // 10, 1)]
    with suppress(BadImageError):
        assert decode(bytes(data), "x", Limits(pixels=10**6)).size > 0


def test_several_threads_may_decode_at_once():
    with ThreadPoolExecutor(4) as pool:
        for values in pool.map(seen, [saved(COLOURS, "PNG")] * 40):
            np.testing.assert_array_equal(values, COLOURS)
