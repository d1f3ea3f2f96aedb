"""Images as pixels."""

import numpy as np
import pytest
import skops.io
from PIL import Image
from sklearn.base import clone

from querist.data import ImageFeatures


@pytest.fixture
def folder(tmp_path):
    return tmp_path


def save(path, pixels, **options):
    Image.fromarray(np.asarray(pixels, np.uint8)).save(path, **options)
    return path


def test_grey_images_keep_their_pixels(folder, rng):
    pixels = rng.integers(0, 256, (4, 8, 8))
    paths = [save(folder / f"{number}.png", each) for number, each in enumerate(pixels)]
    read = ImageFeatures().fit_read(paths)
    assert read.unread == {}
    assert read.X.dtype == np.float32
    np.testing.assert_allclose(read.X, pixels.reshape(4, 64) / 255, atol=1e-6)


def test_colour_is_kept_and_large_images_shrink(folder):
    red, blue = np.zeros((2, 200, 100, 3))
    red[..., 0] = blue[..., 2] = 255
    paths = [save(folder / "red.png", red), save(folder / "blue.webp", blue, lossless=True)]
    read = ImageFeatures().fit_read(paths)
    assert read.X.shape == (2, 32 * 32 * 3)
    np.testing.assert_allclose(read.X.reshape(2, -1, 3)[:, 17], [[1, 0, 0], [0, 0, 1]], atol=0.01)


def test_formats_and_modes_mix(folder):
    grey = np.tile(np.linspace(0, 255, 64), (64, 1))
    save(folder / "a.png", grey)
    Image.fromarray(grey.astype(np.uint8)).convert("P").save(folder / "b.png")
    Image.fromarray(grey.astype(np.uint8)).convert("RGB").save(folder / "c.jpg", quality=95)
    Image.fromarray((grey * 257).astype(np.uint16)).save(folder / "d.png")
    Image.fromarray(grey.astype(np.uint8)).convert("RGBA").save(folder / "e.webp", lossless=True)
    read = ImageFeatures().fit_read([folder / name for name in ("a.png", "b.png", "c.jpg", "d.png", "e.webp")])
    assert read.unread == {}
    assert np.abs(read.X - read.X[0]).max() < 0.05


def test_photos_stand_upright(folder):
    picture = np.zeros((32, 64))
    picture[:, :32] = 255  # left half white; the camera was turned
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise: the left becomes the top
    save(folder / "turned.jpg", picture, exif=exif, quality=95)
    turned = ImageFeatures().fit_read([folder / "turned.jpg"]).X.reshape(32, 32)
    assert turned[:12].min() > 0.9
    assert turned[-12:].max() < 0.1


def test_what_cannot_be_read_looks_average_and_is_told(folder):
    save(folder / "black.png", np.zeros((8, 8)))
    save(folder / "white.png", np.full((8, 8), 255))
    save(folder / "noise.jpg", np.random.default_rng(0).integers(0, 256, (64, 64)))
    (folder / "cut.jpg").write_bytes((folder / "noise.jpg").read_bytes()[:900])
    (folder / "text.png").write_text("no image")
    (folder / "empty.png").touch()
    names = ["black.png", "cut.jpg", "white.png", "text.png", "empty.png", "gone.png"]
    read = ImageFeatures().fit_read([*(folder / name for name in names), None])
    assert sorted(read.unread) == [1, 3, 4, 5, 6]
    assert "cut.jpg" in read.unread[1]
    np.testing.assert_allclose(read.X[[0, 1, 2, 3, 6]].mean(axis=1), [0, 0.5, 1, 0.5, 0.5], atol=1e-6)


def test_nothing_can_be_read(folder):
    read = ImageFeatures().fit_read([None, folder / "gone.png"])
    assert sorted(read.unread) == [0, 1]
    assert (read.X == 0).all()


def test_progress(folder):
    path = save(folder / "a.png", np.zeros((2, 2)))
    told = []
    ImageFeatures().fit_read([path] * 3, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_what_was_fitted_reads_the_same_pixels_again_and_saved_too(folder, rng):
    paths = [save(folder / f"{number}.png", each) for number, each in enumerate(rng.integers(0, 256, (4, 9, 8, 3)))]
    paths.insert(2, folder / "gone.png")
    features = ImageFeatures()
    X = features.fit_transform(paths)
    data = skops.io.dumps(features)
    trusted = ["querist.data.image_features.ImageFeatures"]
    assert skops.io.get_untrusted_types(data=data) == trusted
    for again in (features, skops.io.loads(data, trusted=trusted), clone(features).fit(paths)):
        np.testing.assert_array_equal(again.transform(paths), X)
        # Alone, an image has the size and the colours that all had; what cannot be read looks as it did.
        np.testing.assert_array_equal(again.transform(paths[2:4]), X[2:4])
    assert features.get_feature_names_out()[:2].tolist() == ["pixel 1, 1 red", "pixel 1, 1 green"]
    assert features.get_feature_names_out().size == X.shape[1]
