"""Who is turned away when the room is full."""

from hypothesis import given
from hypothesis import strategies as st

from querist.web.crowd import Crowd


class Guest:
    def __init__(self):
        self.is_away = False

    def send_away(self):
        self.is_away = True


def test_the_oldest_of_the_busiest_address_goes_first(caplog):
    crowd = Crowd(10, 4, clock=lambda: 0.0)
    quiet, *loud = [Guest() for _ in range(7)]
    assert crowd.enter(quiet, "192.0.2.1")
    for guest in loud:
        assert crowd.enter(guest, "192.0.2.66")
    assert [guest.is_away for guest in (quiet, *loud)] == [False, True, True, True, False, False, False]
    # Told once a minute, not once a connection.
    assert len(caplog.records) == 1


def test_who_is_signed_in_stays_and_makes_no_room():
    crowd = Crowd(3, 2)
    known = [Guest() for _ in range(3)]
    for guest in known:
        crowd.enter(guest, "a")
        crowd.welcome(guest, "a")
    stranger = Guest()
    assert not crowd.enter(stranger, "a")
    assert not any(guest.is_away for guest in known)
    crowd.leave(known[0], "a")
    assert crowd.enter(stranger, "a")


@given(st.lists(st.tuples(st.sampled_from(["enter", "welcome", "leave"]), st.integers(0, 8), st.sampled_from("abc"))))
def test_never_more_than_there_is_room_for(steps):
    crowd = Crowd(6, 3)
    inside, known = {}, set()
    for what, number, address in steps:
        here = [guest for guest in inside if not guest.is_away]
        if what == "enter":
            guest = Guest()
            if crowd.enter(guest, address):
                inside[guest] = address
        elif here:
            guest = here[number % len(here)]
            if what == "welcome":
                crowd.welcome(guest, inside[guest])
                known.add(guest)
            else:
                crowd.leave(guest, inside.pop(guest))
                known.discard(guest)
        here = [guest for guest in inside if not guest.is_away]
        assert len(crowd) == len(here) <= 6
        assert len([guest for guest in here if guest not in known]) <= 3
        assert not any(guest.is_away for guest in known)
