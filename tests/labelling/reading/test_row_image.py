"""What is shown as the image of a row is whole, of a known format, and of a size that can be decoded."""

import io
from types import SimpleNamespace

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
