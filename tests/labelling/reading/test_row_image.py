"""What is shown as the image of a row is whole, of a known format, and of a size that can be decoded."""

import io
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from querist.data.image_features import ImageFeatures
from querist.exceptions import ImageError
from querist.labelling.log.settings import Settings, SourceInfo
from querist.labelling.reading.row_image import image


def drawn(form, size=(60, 40), **options):
    target = io.BytesIO()
    Image.new(options.pop("mode", "RGB"), size).save(target, form, **options)
    return target.getvalue()


@pytest.fixture
def shown(tmp_path):
    """A function that shows bytes as the image of a row."""
    source = SourceInfo(".", "", 0, 1, 0, True, ".")
    settings = Settings("image", columns=("file",), image_column="file", sources=(source,))
    view = SimpleNamespace(settings=settings, store=SimpleNamespace(location=str(tmp_path / "p.querist")))
    item = SimpleNamespace(item_id="1", content={"file": "picture"}, source=0)

    def show(content):
        (tmp_path / "picture").write_bytes(content)
        return image(SimpleNamespace(view=view, item=lambda row: item), 0)

    return show


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_whole_images_are_shown_and_others_are_not(shown, form):
    whole = drawn(form, (600, 400))
    assert shown(whole).media_type == f"image/{form.lower()}"
    for end in (len(whole) // 2, len(whole) - 12 if form == "PNG" else len(whole) * 3 // 4):
        with pytest.raises(ImageError, match="cannot be decoded"):
            shown(whole[:end])


def test_letters_that_changed_in_a_png_are_noticed(shown):
    damaged = bytearray(drawn("PNG", (600, 400)))
    damaged[len(damaged) // 2] ^= 1
    with pytest.raises(ImageError, match="cannot be decoded"):
        shown(bytes(damaged))


@pytest.mark.parametrize(("form", "mode"), [("PNG", "1"), ("GIF", "1"), ("JPEG", "L")])
def test_small_files_of_many_pixels_are_refused(shown, tmp_path, form, mode):
    bomb = drawn(form, (9000, 9000), mode=mode)
    assert len(bomb) < 2_000_000
    with pytest.raises(ImageError, match=r"9,000 x 9,000 pixels; at most 67,108,864 are read\. Make it smaller"):
        shown(bomb)
    (tmp_path / "small.png").write_bytes(drawn("PNG"))
    read = ImageFeatures().fit_read([tmp_path / "small.png", tmp_path / "picture"])
    assert "9,000 x 9,000 pixels" in read.unread[1]


def seen_by_the_model(path):
    return ImageFeatures().fit_read([path]).X[0]


def kept(tmp_path, name, reply):
    (tmp_path / name).write_bytes(reply.content)
    return tmp_path / name


@pytest.mark.parametrize("form", ["TIFF", "BMP", "GIF", "PNG"])
def test_what_pillow_reads_is_shown_as_the_model_sees_it(shown, tmp_path, form):
    picture = Image.linear_gradient("L").resize((32, 32)).convert("RGB")
    target = io.BytesIO()
    picture.save(target, form)
    reply = shown(target.getvalue())
    assert reply.media_type == ("image/png" if form in ("TIFF", "BMP") else f"image/{form.lower()}")
    assert np.allclose(seen_by_the_model(kept(tmp_path, "page", reply)), seen_by_the_model(tmp_path / "picture"))


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_sixteen_bits_are_stretched_for_page_and_model_alike(shown, tmp_path, form):
    values = np.linspace(0, 4095, 32, dtype=np.uint16)[None].repeat(32, 0)
    target = io.BytesIO()
    Image.fromarray(values).save(target, form)
    page = kept(tmp_path, "page", shown(target.getvalue()))
    with Image.open(page) as opened:
        assert opened.mode == "L"
        assert opened.getextrema() == (0, 255)
    assert np.allclose(seen_by_the_model(page), seen_by_the_model(tmp_path / "picture"))


@pytest.mark.parametrize("form", ["WEBP", "JPEG", "PNG", "TIFF"])
def test_what_exif_turns_is_upright_for_page_and_model_alike(shown, tmp_path, form):
    exif = Image.Exif()
    exif[274] = 6
    content = drawn(form, (60, 40), exif=exif)
    reply = shown(content)
    if form == "JPEG":  # every browser turns it
        assert reply.content == content
    else:
        with Image.open(kept(tmp_path, "page", reply)) as opened:
            assert opened.size == (40, 60)
            assert opened.getexif().get(274, 1) == 1


def test_a_tiff_of_numbers_with_gaps_is_shown(shown):
    values = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    values[0, 0] = np.nan
    target = io.BytesIO()
    Image.fromarray(values).save(target, "TIFF")
    assert shown(target.getvalue()).media_type == "image/png"


def test_an_image_with_far_too_many_pixels_is_said_to_be_large_and_not_damaged(shown):
    with pytest.raises(ImageError, match=r"cannot be shown: it has too many pixels; .*Make it smaller"):
        shown(drawn("PNG", (20_000, 10_000), mode="1"))


def test_what_is_no_image_says_so(shown):
    with pytest.raises(ImageError, match="is not a PNG, JPEG, WebP, GIF, BMP or TIFF image"):
        shown(b"%!PS-Adobe-3.0 EPSF-3.0")
