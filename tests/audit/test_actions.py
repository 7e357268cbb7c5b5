from itertools import pairwise

from privacy.audit.actions import DETAILS, LENGTHS, Action


def test_the_actions_are_sorted():
    assert all(before < after for before, after in pairwise(str(one) for one in Action))


def test_each_action_is_a_room_and_a_past_participle():
    for action in Action:
        room, _, what = action.partition(".")
        assert room.isalpha()
        assert what.replace("-", "").isalpha()
        assert action.name == f"{room}_{what}".replace("-", "_").upper()


def test_each_action_says_which_details_it_may_carry():
    assert list(DETAILS) == list(Action)


def test_no_detail_is_named_after_personal_data():
    personal = {"address", "contact", "email", "ip", "mail", "name", "phone", "text", "agent"}
    assert not personal & set().union(*DETAILS.values())


def test_only_details_that_exist_have_a_length_of_their_own():
    assert set(LENGTHS) <= set().union(*DETAILS.values())
