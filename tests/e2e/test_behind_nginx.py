"""The page behind a real nginx, below a path: as nginx is by default, and as the documentation sets it up."""

import http.client
import json
import re
import uuid
from contextlib import closing
from urllib.parse import urlsplit

import nginx
import pytest
from labelling_page import WITNESS, LabellingPage
from real_texts import messages, write_texts
from served import Served, free_port, running

HOST = "label.example.org"
# By name: what stands in the location of nginx, and which scheme the server takes the person to use.
STYLES = {
    "defaults": ("/", "", None),
    "path kept": ("", "", None),
    "host kept": ("/", "proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto https;", "https"),
    "forwarded": (
        "",
        "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Host $host;"
        " proxy_set_header X-Forwarded-Proto https;",
        "https",
    ),
    "rfc 7239": ("/", f'proxy_set_header Forwarded "for=192.0.2.7;host={HOST};proto=https";', "https"),
    "http 1.1": (
        "/",
        'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;',
        None,
    ),
}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    program = nginx.find()
    if program is None:
        pytest.skip(nginx.MISSING)
    folder = tmp_path_factory.mktemp("nginx")
    data = write_texts(folder / "sms.csv", messages(300)[0])
    location, port = data.with_suffix(".querist"), free_port()
    public = f"http://127.0.0.1:{port}/querist"
    options = ("--labels", "ham,spam", "--annotator", "ada", "--project", location)
    doors = ("--public-url", public, "--allow-host", HOST, "--trust-proxy", "127.0.0.1/32")
    behind = Served(location, folder, "label", data, *options, *doors)
    upstream, behind.url = behind.url, public
    # One nginx a style; all lead to the one server.
    behind.styles = {name: free_port() for name in STYLES}
    with running(behind):
        behind.direct = upstream
        settings = {behind.styles[name]: _location(upstream, *style[:2]) for name, style in STYLES.items()}
        with nginx.running(program, folder / "nginx", settings | {port: _location(upstream, "/", "")}):
            yield behind


def _location(upstream, path, settings):
    return f"location /querist/ {{ client_max_body_size 64m; proxy_pass {upstream}{path}; {settings} }}"


@pytest.fixture(scope="module")
def cookie(served):
    """The cookie of the owner; the link is spent directly, as the browser's test takes one of its own."""
    body = json.dumps({"token": served.link.rpartition("=")[2]})
    with closing(http.client.HTTPConnection(urlsplit(served.direct).netloc)) as wire:
        wire.request("POST", "/api/v1/join", body, {"Content-Type": "application/json"})
        return wire.getresponse().getheader("set-cookie").partition(";")[0]


class Visitor:
    """A browser that finds the page at https://label.example.org/querist/ in one style."""

    def __init__(self, port, cookie=""):
        self._port = port
        self._cookie = cookie

    def ask(self, method, path, body=None, **headers):
        wire = self.open(method, path, body, **headers)
        with closing(wire):
            answer = wire.getresponse()
            return answer, answer.read()

    def open(self, method, path, body=None, **headers):
        wire = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        lines = {"Host": HOST, "Cookie": self._cookie, "Content-Type": "application/json"}
        if method != "GET":
            lines |= {"Origin": f"https://{HOST}", "Sec-Fetch-Site": "same-origin"}
        wire.request(method, path, body, lines | {name.replace("_", "-"): value for name, value in headers.items()})
        return wire


@pytest.fixture(params=STYLES)
def style(request):
    return request.param


def test_page_and_assets_are_found_below_the_path(served, style):
    visitor = Visitor(served.styles[style])
    assert visitor.ask("GET", "/querist")[0].status == 301
    page = visitor.ask("GET", "/querist/")
    assert page[0].status == 200
    named = re.findall(r'(?:src|href)="([^"]+)"', page[1].decode())
    assert len(named) >= 3
    for address in named:
        assert not address.startswith("/")
        assert visitor.ask("GET", f"/querist/{address.removeprefix('./')}")[0].status == 200


def test_saving_works_and_foreign_pages_are_refused(served, style, cookie):
    visitor = Visitor(served.styles[style], cookie)
    rows = json.loads(visitor.ask("POST", "/querist/api/v1/queue", '{"want": 1}')[1])["items"]
    action = {"uuid": str(uuid.uuid4()), "kind": "answer", "row": rows[0]["row"], "class_id": 0}
    answer, body = visitor.ask("POST", "/querist/api/v1/answers", json.dumps({"actions": [action]}))
    assert answer.status == 200, body
    assert json.loads(body)["results"][0]["status"] == "saved"
    for origin in ("https://evil.example", f"https://{HOST}.evil.example", f"https://{HOST}:8443", "null"):
        assert visitor.ask("POST", "/querist/api/v1/queue", "{}", Origin=origin)[0].status == 403
    assert visitor.ask("POST", "/querist/api/v1/queue", "{}", Sec_Fetch_Site="Cross-Site")[0].status == 403


def test_the_cookie_is_for_the_path_and_secure_where_the_page_is(served, style, cookie):
    visitor = Visitor(served.styles[style], cookie)
    invitation = json.loads(visitor.ask("POST", "/querist/api/v1/invitations", "{}")[1])["url"]
    assert invitation.startswith(f"{served.url}/#/join?token=")
    token = invitation.rpartition("=")[2]
    stranger = Visitor(served.styles[style])
    answer, _ = stranger.ask("GET", f"/querist/join?token={token}")
    assert (answer.status, answer.getheader("location")) == (303, f"./#/join?token={token}")
    body = json.dumps({"token": token, "name": f"guest {style}"})
    answer, _ = stranger.ask("POST", "/querist/api/v1/join", body)
    said = [part.strip().lower() for part in answer.getheader("set-cookie").split(";")]
    assert "path=/querist" in said
    # Without a word of the proxy the scheme is not known, and the public address of this server is http.
    assert ("secure" in said) == (STYLES[style][2] == "https")


def test_the_stream_is_not_held_back(served, style, cookie):
    with closing(Visitor(served.styles[style], cookie).open("GET", "/querist/api/v1/stream")) as wire:
        answer = wire.getresponse()
        # It has no end: this line is read although nothing more may come.
        assert answer.readline() == b"event: progress\n"
        answer.close()


def test_a_large_upload_arrives_and_one_of_a_stranger_does_not(served, style, cookie):
    lines = "".join(f'"{"x" * 1000}",ham\n' for _ in range(8000))
    body = (
        f'--b\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\ntext,label\n{lines}\r\n--b--\r\n'
    )
    kind = "multipart/form-data; boundary=b"
    visitor = Visitor(served.styles[style], cookie)
    answer, reply = visitor.ask("POST", "/querist/api/v1/labels", body.encode(), Content_Type=kind)
    assert answer.status in (200, 422), reply  # none of its texts is known, whatever is said of that
    visitor = Visitor(served.styles[style])
    answer, reply = visitor.ask("POST", "/querist/api/v1/labels", body.encode(), Content_Type=kind)
    assert (answer.status, json.loads(reply)["error"]["code"]) == (401, "not_signed_in")


def test_a_foreign_name_is_refused_where_the_proxy_keeps_it(served):
    for style in ("host kept", "forwarded", "http 1.1"):
        answer, body = Visitor(served.styles[style]).ask("GET", "/querist/", Host="evil.example")
        assert (answer.status, json.loads(body)["error"]["code"]) == (403, "foreign_host")


def test_a_person_labels_below_the_path(browser, served, cookie):
    """By keyboard; another tab hears of it by the stream, and a reload finds it again."""
    invitation = Visitor(served.styles["defaults"], cookie).ask("POST", "/querist/api/v1/invitations", '{"uses": 2}')
    link = json.loads(invitation[1])["url"]
    context = browser.new_context()
    context.add_init_script(WITNESS)
    try:
        page = LabellingPage(context, served.url)
        page.tab.goto(link)
        page.tab.get_by_label("Your name").fill("bob")
        page.press("Enter")
        page.wait_for_item()
        # Before there was a cookie, the page asked whether there is one.
        page.complaints = [each for each in page.complaints if "401" not in each]
        assert page.tab.url.startswith(f"{served.url}/")
        other = page.second_tab()
        counted = other.tab.locator("p.numbers strong")
        before = int(counted.inner_text())
        given = [page.give("1"), page.give("2"), page.give("1")]
        page.wait_until_saved()
        # Nothing was pressed in the other tab: the stream told it.
        counted.filter(has_text=re.compile(rf"^{before + 3}$")).wait_for()
        page.tab.reload()
        page.wait_for_item()
        assert page.row not in given
        page.undo(given[-1])
        page.give("1")
        page.wait_until_saved()
        for each in (page, other):
            each.check()
        assert {urlsplit(url).path.split("/")[1] for url in page.requests + other.requests} == {"querist"}
    finally:
        context.close()
    assert set(given) <= {row for _, row in served.answers()}
