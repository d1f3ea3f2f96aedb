"""Bounds on what is sent, without a server."""

from querist.web.bounds import body_bound


def test_only_the_upload_is_large():
    assert body_bound("/api/v1/labels").n_bytes == 64 * 2**20
    assert {body_bound(path).n_bytes for path in ("/api/v1/answers", "/api/v1/items/label", "/x")} == {2**20}
