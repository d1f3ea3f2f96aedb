"""The server is killed at random moments while four people label: what was acknowledged is in the log, once."""

import random
import threading
import time
from collections import Counter

import pytest
from api_client import ApiClient, invite, label
from example_project import make_project
from served import serving_project

PEOPLE = 4


def crash(location, folder, *, answers, kills, seed):
    """Label with 4 clients while the server is killed; return acknowledged results, sent uuids, events, kills done."""
    draw = random.Random(seed)
    sent, results, failures = {}, {}, []
    with serving_project(location, folder) as served:
        owner = ApiClient(served.url, "tab-0").sign_in(served.link)
        link = invite(owner, PEOPLE - 1)
        clients = [owner, *(ApiClient(served.url, f"tab-{i}").join(link, f"person {i}") for i in range(1, PEOPLE))]

        def acknowledged(action, result):
            sent[action["uuid"]] = action
            results[action["uuid"]] = result["status"]

        def work(client):
            try:
                label(client, answers // PEOPLE, lambda row: row % 2, acknowledged, batch=draw.randint(1, 3))
            except BaseException as error:
                failures.append(error)
                raise

        workers = [threading.Thread(target=work, args=(client,)) for client in clients]
        for worker in workers:
            worker.start()
        done = 0
        while any(worker.is_alive() for worker in workers) and done < kills:
            # Between two kills about the same number of answers; then a random moment of a request.
            until = min(answers - 1, round((done + draw.random()) * answers / kills))
            while len(results) < until and any(worker.is_alive() for worker in workers):
                time.sleep(0.001)
            time.sleep(draw.random() * 0.03)
            served.kill()
            done += 1
            served.start()
        for worker in workers:
            worker.join(120)
        assert not failures
        assert not any(worker.is_alive() for worker in workers)
        served.kill()
        for client in clients:
            client.close()
        return results, sent, served.events(), done


def check(results, sent, events, answers):
    logged = Counter(event.uuid for event in events if event.kind in ("answered", "changed"))
    saved = {uuid for uuid, status in results.items() if status in ("saved", "repeated")}
    assert len(results) >= answers
    assert not [uuid for uuid in saved if logged[uuid] != 1], "acknowledged, but not in the log exactly once"
    assert set(logged) == saved, "in the log, but never acknowledged as saved"
    by_uuid = {event.uuid: event for event in events}
    for uuid in saved:
        assert (by_uuid[uuid].row, by_uuid[uuid].data["class_id"]) == (sent[uuid]["row"], sent[uuid]["class_id"])
    numbers = [event.seq for event in events]
    assert numbers == sorted(set(numbers))
    # Nobody's answer was turned away for what a crash did to the leases.
    assert Counter(results.values())["refused"] == 0
    rows = Counter(by_uuid[uuid].row for uuid in saved)
    assert max(rows.values()) == 1, "the same row was asked twice"


def test_five_kills(store_location, tmp_path):
    results, sent, events, kills = crash(make_project(store_location(), 500), tmp_path, answers=200, kills=5, seed=0)
    assert kills == 5
    check(results, sent, events, 200)


@pytest.mark.proof
def test_fifty_kills_in_a_thousand_answers(store_location, tmp_path):
    results, sent, events, kills = crash(make_project(store_location(), 3000), tmp_path, answers=1000, kills=55, seed=1)
    assert kills >= 50
    check(results, sent, events, 1000)
