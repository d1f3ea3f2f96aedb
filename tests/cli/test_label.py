"""``querist label`` and ``querist add`` as a user meets them."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from querist.cli.main import app
from querist.labelling.log.settings import Settings
from querist.store import Store

TEXTS = [f"this is the review with number {number} of a list" for number in range(30)]


class FakeServer:
    """Stands in for the page's server: remembers what it was asked to serve."""

    standing = ("reviews: 30 rows, 3 labelled", "labels: good 2, bad 1")

    def __init__(self):
        self.calls = []

    def __call__(self, location, *, entrance, port, annotator, on_ready):
        self.calls.append({"location": location, "host": entrance.host, "port": port, "annotator": annotator})
        on_ready(
            "http://127.0.0.1:8766/#/join?token=secret",
            ("port 8765 is in use, so the page is at port 8766",),
            self.standing,
        )
        return 8766


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """Run in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    return tmp_path


@pytest.fixture
def server(monkeypatch):
    fake = FakeServer()
    monkeypatch.setattr("querist.web.serving.serve", fake)
    return fake


def querist(*words):
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def done(*words):
    result = querist(*words)
    assert result.exit_code == 0, result.output
    return result


def refused(*words, status=1):
    """Assert that a command ends with one clear message; return it."""
    result = querist(*words)
    assert result.exit_code == status, result.output
    assert "Traceback" not in result.output
    message = result.stderr.strip().splitlines()[-1]
    assert message.startswith("Error: ")
    return message


def write(name="reviews.csv", **columns):
    pd.DataFrame({"review": TEXTS, **columns}).to_csv(name, index=False)


def settings_of(location):
    with Store.open(location, read_only=True) as store:
        return Settings.from_dict(store.info.settings)


def classes_of(location):
    with Store.open(location, read_only=True) as store:
        *_, last = store.events(kinds=["classes"])
        return [each["name"] for each in last.data["classes"]]


def test_a_file_becomes_a_project_beside_it_and_is_served(place, server):
    write()
    result = done("label", "reviews.csv", "--labels", 'good, bad,"so, so"', "--annotator", "Ada")
    assert {item.name for item in place.iterdir()} == {"reviews.csv", "reviews.querist"}
    assert server.calls == [{"location": "reviews.querist", "host": "127.0.0.1", "port": None, "annotator": "Ada"}]
    assert classes_of("reviews.querist") == ["good", "bad", "so, so"]
    assert "http://127.0.0.1:8766/#/join?token=secret" in result.stdout
    assert "Ctrl-C" in result.stdout
    # It is new, and what it holds was told while it was made.
    assert "3 labelled" not in result.stdout
    assert "30 texts: column 'review'" in result.stderr
    assert "port 8765 is in use" in result.stderr


def test_options_decide_what_is_guessed_otherwise(server):
    write(town=["Rome", "Oslo"] * 15, code=[f"c{number}" for number in range(30)], mood=["x", None] * 15)
    done(
        "label", "reviews.csv", "--columns", "town,code", "--label-column", "mood", "--project", "towns.querist",
        "--strategy", "power:beta=2", "--estimator", "logistic_regression", "--audit-share", "0.3", "--port", "9000",
        "--labels-per-point", "40",
        "--host", "0.0.0.0",
    )  # fmt: skip
    settings = settings_of("towns.querist")
    assert (settings.kind, settings.columns, settings.label_column) == ("table", ("town", "code"), "mood")
    assert (settings.strategy, settings.estimator, settings.audit_share) == ("power:beta=2", "logistic_regression", 0.3)
    assert settings.labels_per_point == 40
    assert (server.calls[0]["port"], server.calls[0]["host"]) == (9000, "0.0.0.0")


def test_keywords_and_guidelines_come_from_files(place, server):
    write()
    (place / "k.csv").write_text("class,keyword\ngood,review\nbad,num*\n")
    (place / "g.md").write_text("# Rules\n")
    aids = ("--keywords", "k.csv", "--guidelines", "g.md")
    done("label", "reviews.csv", "--labels", "good,bad", *aids)
    settings = settings_of("reviews.querist")
    assert [(each.class_id, each.words) for each in settings.keywords] == [(0, ("review",)), (1, ("num*",))]
    assert settings.guidelines == "# Rules"
    # The same files again change nothing; others are told.
    assert "now" not in done("label", "reviews.csv", *aids).stderr
    (place / "k.csv").write_text("class,keyword\nbad,list\nbad,of a\n")
    assert "keywords are now 2, of 1 class" in done("label", "reviews.csv", *aids).stderr
    (place / "k.csv").write_text("class,keyword\nawful,list\n")
    assert "no class 'awful'. It has: 'good', 'bad'" in refused("label", "reviews.csv", *aids)
    # A new project is not made with half of what was wanted.
    assert "no class 'awful'" in refused("label", "reviews.csv", *aids, "--project", "other.querist")
    assert not (place / "other.querist").exists()


@pytest.mark.parametrize("name", ["data.v2.csv", "data.csv.gz", "deep/data.jsonl"])
def test_the_project_is_named_after_its_data(place, server, name):
    (place / "deep").mkdir()
    frame = pd.DataFrame({"review": TEXTS})
    frame.to_json(name, orient="records", lines=True) if "json" in name else frame.to_csv(name, index=False)
    done("label", name)
    expected = {"data.v2.csv": "data.v2.querist", "data.csv.gz": "data.querist", "deep/data.jsonl": "deep/data.querist"}
    assert server.calls[0]["location"] == expected[name]


def test_the_same_command_resumes(server):
    write()
    done("label", "reviews.csv", "--labels", "good,bad")
    with Store.open("reviews.querist") as store:
        project_id = store.info.project_id
    result = done("label", "reviews.csv", "--labels", "good,bad")
    assert result.stderr.count("note:") == 1  # the port
    for again in (result, done("label", "reviews.querist"), done("serve", "reviews.querist", "--port", "9001")):
        assert again.stdout.startswith("reviews: 30 rows, 3 labelled\n   labels: good 2, bad 1\n")
        assert "after that, this browser only needs http://127.0.0.1:8766/\n" in again.stdout
    assert [call["location"] for call in server.calls] == ["reviews.querist"] * 4
    with Store.open("reviews.querist") as store:
        assert (store.info.project_id, store.n_items) == (project_id, 30)


def test_a_project_goes_on_without_its_data(place, server):
    write()
    done("label", "reviews.csv")
    (place / "reviews.csv").unlink()
    done("label", "reviews.csv")
    assert len(server.calls) == 2


def test_what_contradicts_the_project_is_told(server):
    write(town=["Rome", "Oslo"] * 15, label=["a", "b", None] * 10)
    done("label", "reviews.csv", "--text", "review")
    result = done(
        "label", "reviews.csv", "--text", "town", "--id", "review", "--labels", "a,b,c", "--no-existing-labels"
    )
    for words in ("--text town: this project was made with review", "--id review: this project was made with none",
                  "no class c; add it on the page", "--no-existing-labels: labels of column 'label'"):  # fmt: skip
        assert words in result.stderr
    assert settings_of("reviews.querist").text_columns == ("review",)


def test_strategy_model_and_audit_can_change_on_resuming(server):
    write()
    done("label", "reviews.csv", "--strategy", "entropy")
    result = done("label", "reviews.csv", "--strategy", "margin", "--audit-share", "0.5")
    assert "strategy is now margin" in result.stderr
    settings = settings_of("reviews.querist")
    assert (settings.strategy, settings.audit_share) == ("margin", 0.5)
    with Store.open("reviews.querist") as store:
        assert [event.data["changes"] for event in store.events(kinds=["settings"])] == [
            {"strategy": "margin", "audit_share": 0.5}
        ]
    assert "is now" not in done("label", "reviews.csv", "--strategy", "margin").stderr


def test_all_answers_may_teach_the_model_that_asks(server):
    write()
    done("label", "reviews.csv", "--audit", "measure:share=0.1")
    settings = settings_of("reviews.querist")
    assert (settings.audit_share, settings.audit_design) == (0.1, "measure")
    done("label", "reviews.csv", "--audit", "0.3")
    settings = settings_of("reviews.querist")
    assert (settings.audit_share, settings.audit_design) == (0.3, "exchangeable")
    assert "audit" in refused("label", "reviews.csv", "--audit", "much")
    assert "must be in [0, 1]" in refused("label", "reviews.csv", "--audit-share", "3")


def test_a_project_of_other_data_is_not_taken(place, server):
    write()
    done("label", "reviews.csv")
    pd.DataFrame({"review": TEXTS[::-1]}).to_json("reviews.jsonl", orient="records", lines=True)
    message = refused("label", "reviews.jsonl")
    assert "reviews.querist is a project of" in message
    assert "--project" in message
    assert "querist add reviews.querist reviews.jsonl" in message
    (place / "reviews.csv").rename(place / "renamed.csv")
    done("label", "renamed.csv", "--project", "reviews.querist")


def test_images_whose_folder_has_moved(place, server):
    (place / "pictures").mkdir()
    for number in range(3):
        (place / "pictures" / f"{number}.png").write_bytes(b"x")
    done("label", "pictures")
    (place / "far").mkdir()
    (place / "pictures").rename(place / "far" / "photos")
    done("label", "pictures.querist", "--images", "far/photos")
    assert settings_of("pictures.querist").sources[0].images == "far/photos"
    assert "holds none of the images" in refused("label", "pictures.querist", "--images", ".")


@pytest.mark.parametrize(
    ("write", "options", "words"),
    [
        (None, [], ["no file", "things.csv"]),
        (b"", [], ["empty"]),
        (b"a,b\n", [], ["no row"]),
        (b"a,b\n1,x\n2\n3,y\n", [], ["line 3", "1 cell", "2"]),
        (b"\x00\x01\x02\x03" * 50, [], ["binary"]),
        (b"a,b\n" + bytes(range(1, 9)) * 9 + b"\x81\x8d\x8f,x\n", [], ["UTF-8"]),
        (b"a,a,b\n1,2,x\n3,4,y\n", [], ["'a'", "columns 1 and 2"]),
        (b"text,b\n1,x\n2,y\n", ["--text", "txet"], ["no text column 'txet'", "Did you mean 'text'"]),
        (b"a,b\n1,x\n2,y\n", ["--image", "photo"], ["no image column 'photo'", "a, b"]),
        (b"a,b\nx.png,1\ny.png,2\n", [], ["none of the images", "x.png", "--images"]),
        (b"a,b\n../x.png,1\n", [], ["row 1", "outside", "--images"]),
        (b"a,label\n1,x\n2,y\n", ["--labels", "x,z"], ["not among --labels: y", "--no-existing-labels"]),
        (b"a,b\n1,x\n2,y\n", ["--labels", "x,x"], ["'x'", "already"]),
        (b"a,b\n1,x\n2,y\n", ["--strategy", "margine"], ["Unknown strategy 'margine'", "Did you mean 'margin'"]),
        (b"a,b\n1,x\n2,y\n", ["--strategy", "margin:selction=power"], ["has no parameter 'selction'"]),
        (b"a,b\n1,x\n2,y\n", ["--estimator", "forest"], ["Unknown estimator 'forest'", "random_forest"]),
        (b"a,b\n1,x\n1,y\n", ["--id", "a"], ["'a' holds '1' more than once"]),
        (b"a,b\n1,x\n2,y\n", ["--project", "nowhere/p.querist"], ["no folder", "nowhere"]),
        (b"a,b\n1,x\n2,y\n", ["--project", "mysql://x/y"], ["mysql:// is not supported"]),
    ],
    ids=[
        "missing", "empty", "header-only", "ragged", "binary", "undecodable", "twice-named", "no-text-column",
        "no-image-column", "no-image", "image-outside", "unknown-label", "class-twice", "strategy", "parameter",
        "estimator", "repeated-id", "no-folder", "no-database",
    ],
)  # fmt: skip
def test_bad_input_gives_one_clear_message_and_leaves_nothing(place, server, write, options, words):
    if write is not None:
        (place / "things.csv").write_bytes(write)
    message = refused("label", "things.csv", *options)
    assert all(word in message for word in words), message
    assert [item.name for item in place.iterdir()] == (["things.csv"] if write is not None else [])
    assert not server.calls


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("things.docx", ["'.docx' is not known", ".csv", ".xlsx"]),
        ("folder", ["holds no image", "1 x .md", "Name a folder with images"]),
        ("nothing.querist", ["no project nothing.querist", "querist label FILE"]),
        ("postgresql://localhost/p", ["querist serve"]),
        ("broken.querist", ["broken.querist is not a project of Querist", "querist label FILE"]),
    ],
)
def test_what_cannot_be_labelled_is_told(place, server, word, words):
    (place / "things.docx").write_bytes(b"x")
    (place / "broken.querist").write_bytes(b"this is no project at all, but a text" * 100)
    (place / "folder").mkdir()
    (place / "folder" / "readme.md").write_text("x")
    before = sorted(place.rglob("*"))
    message = refused("label", word)
    assert all(each in message for each in words), message
    assert sorted(place.rglob("*")) == before


def test_a_folder_that_may_not_be_written_to(place, server, monkeypatch):
    write()
    monkeypatch.setattr("os.access", lambda path, mode: mode != os.W_OK)
    assert "may not be written to. Name another place for the project with --project" in refused("label", "reviews.csv")
    assert [item.name for item in place.iterdir()] == ["reviews.csv"]


def test_far_from_the_screen_the_tunnel_is_told(server, monkeypatch):
    write()
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.2 50000 192.0.2.7 22")
    assert re.search(r"ssh -L 8766:127\.0\.0\.1:8766 \S+@192\.0\.2\.7", done("label", "reviews.csv").stdout)


def test_add_brings_new_rows(server):
    write()
    done("label", "reviews.csv")
    pd.DataFrame({"review": [TEXTS[3], "a review that nobody has seen yet"]}).to_csv("more.csv", index=False)
    assert (
        "1 rows added; 1 were already there. The project has 31 rows."
        in done("add", "reviews.querist", "more.csv").stdout
    )
    assert "0 rows added; 2 were already there" in done("add", "reviews.querist", "more.csv").stdout
    pd.DataFrame({"revue": ["other words than before"]}).to_csv("wrong.csv", index=False)
    assert "no column 'review'. Did you mean 'revue'?" in refused("add", "reviews.querist", "wrong.csv")
    assert "no project" in refused("add", "nothing.querist", "more.csv")


def test_a_project_that_is_open_elsewhere_says_so(server):
    write()
    done("label", "reviews.csv")
    with Store.open("reviews.querist") as store:
        store.announce("http://127.0.0.1:8765")
        for words in (["label", "reviews.csv"], ["add", "reviews.querist", "reviews.csv"]):
            message = refused(*words)
            assert f"process {os.getpid()}" in message
            assert "http://127.0.0.1:8765" in message


def test_a_project_in_a_database(server, postgresql_url):
    import psycopg

    with psycopg.connect(postgresql_url) as connection:
        connection.execute("CREATE SCHEMA label_command")
    location = f"{postgresql_url}{'&' if '?' in postgresql_url else '?'}options=-csearch_path%3Dlabel_command"
    write()
    done("label", "reviews.csv", "--project", location)
    done("label", "reviews.csv", "--project", location)
    done("serve", location)
    assert [call["location"] for call in server.calls] == [location] * 3
    with Store.open(location) as store:
        assert store.n_items == 30


def started(*words):
    """Start the real command; return the process and the link that it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "querist", "label", *words, "--no-browser"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    for line in process.stdout:
        if found := re.search(r"http://\S+", line):
            return process, found[0]
    raise AssertionError(process.stderr.read())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to a single process")
def test_the_real_page_is_served_until_ctrl_c(place):
    write()
    process, link = started("reviews.csv", "--labels", "good,bad")
    try:
        address = link.partition("/#/join")[0]
        with urllib.request.urlopen(f"{address}/api/v1/health") as answer:
            assert answer.status == 200
        second = querist("label", "reviews.csv", "--no-browser")
        assert second.exit_code == 1
        assert address in second.stderr
        with socket.create_server(("127.0.0.1", 0)) as other:
            write("others.csv")
            taken = other.getsockname()[1]
            another, link = started("others.csv", "--port", str(taken))
            assert not link.startswith(f"http://127.0.0.1:{taken}/")
            another.send_signal(signal.SIGINT)
            _, told = another.communicate(timeout=30)
            assert f"port {taken} is in use" in told
    finally:
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Every answer is saved" in output
    assert {item.name for item in place.iterdir()} == {
        "reviews.csv", "reviews.querist", "others.csv", "others.querist"
    }  # fmt: skip


def test_resuming_loads_no_library_of_tables_or_models(place, server):
    write()
    done("label", "reviews.csv")
    code = """
import json, sys
import querist.cli.label, querist.web.serving
from querist.labelling.serving.resume import resume
from querist.labelling.intake.new_project import has_project
from querist.labelling.serving.project import Project

assert has_project("reviews.querist")
resume("reviews.querist", asked={}, changes={})
Project.open("reviews.querist", train=False).close()
heavy = ("pandas", "pyarrow", "scipy", "sklearn", "skrub")
print(json.dumps([name for name in heavy if name in sys.modules]))
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert json.loads(result.stdout) == [], result.stderr


@pytest.mark.proof
def test_a_hundred_thousand_texts_are_imported_in_time(place, server):
    words = np.random.default_rng(0).choice([f"word{number}" for number in range(5000)], (100_000, 20))
    pd.DataFrame({"text": [" ".join(row) for row in words]}).to_csv("many.csv", index=False)
    start = time.process_time()  # what other programs do at the same time does not count
    done("label", "many.csv")
    assert time.process_time() - start < 20


def test_vectors_come_with_the_rows_and_with_those_that_are_added(place, server):
    vectors = np.random.default_rng(0).normal(size=(30, 3))
    pd.DataFrame({"review": TEXTS[:20]}).to_csv("reviews.csv", index=False)
    pd.DataFrame({"review": TEXTS[20:]}).to_csv("more.csv", index=False)
    np.save("v.npy", vectors[:20])
    np.save("w.npy", vectors[20:])
    made = querist("label", "reviews.csv", "--embeddings", "v.npy")
    assert made.exit_code == 0
    assert "embeddings: 3 numbers a row" in made.stderr
    assert sorted(path.name for path in (place / "reviews.querist-embeddings").iterdir()) == ["rows-0.npy"]
    refused = querist("add", "reviews.querist", "more.csv")
    assert refused.exit_code == 1
    assert "querist add" in refused.stderr
    assert "10 rows added" in querist("add", "reviews.querist", "more.csv", "--embeddings", "w.npy").stdout
    assert "embeddings" not in querist("label", "reviews.csv", "--embeddings", "v.npy").stderr


def test_vectors_that_do_not_fit_make_no_project(place, server):
    pd.DataFrame({"review": TEXTS}).to_csv("reviews.csv", index=False)
    np.save("v.npy", np.ones((29, 3)))
    refused = querist("label", "reviews.csv", "--embeddings", "v.npy")
    assert refused.exit_code == 1
    assert "v.npy has 29 vectors, but reviews.csv has 30 rows" in refused.stderr
    assert not list(place.glob("*.querist*"))


def test_a_sentence_model_makes_the_vectors_before_the_page_opens(place, server, monkeypatch):
    import tiny_models

    monkeypatch.setenv("XDG_CACHE_HOME", str(place / "cache"))
    folder, _ = tiny_models.static(place / "model")
    pd.DataFrame({"review": TEXTS}).to_csv("reviews.csv", index=False)
    made = querist("label", "reviews.csv", "--embeddings", "model", "--like", "the good film")
    assert made.exit_code == 0
    assert "embeddings: 4 numbers a row, centred and of length 1, made of 'review' by" in made.stderr
    assert len(list((place / "cache" / "querist" / "embeddings").glob("*.sqlite"))) == 1
    with Store.open("reviews.querist", read_only=True) as store:
        settings = Settings.from_dict(store.info.settings)
    assert settings.embeddings == f"model:{folder}"
    assert settings.like == ("the good film",)
    again = querist("label", "reviews.csv", "--embeddings", "model", "--like", "bad tea")
    assert "rows like 1 example are asked about first" in again.stderr
    assert "embeddings are now" not in again.stderr
    refused = querist("label", "reviews.csv", "--project", "other.querist", "--embeddings", "./gone")
    assert refused.exit_code == 1
    assert "There is no folder ./gone" in refused.stderr
    assert not (place / "other.querist").exists()
