"""Signatures and signed notes, against a published example and against tampering."""

import base64
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.crypto.signing import Signer, Verifier, open_note
from privacy.errors import InvalidError, SealError

# The example of golang.org/x/mod/sumdb/note, the first implementation of the format.
GO_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
GO_LINE = (
    "\u2014 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.just("\n")).map(
    lambda text: text + "\n"
)


def a_signer(name: str = "log.example/1") -> Signer:
    return Signer(name, secrets.token_bytes(32))


def test_our_note_is_the_published_one():
    signer = Signer("PeterNeumann", GO_SEED)
    assert signer.vkey == GO_VKEY
    assert signer.sign_note(GO_TEXT) == f"{GO_TEXT}\n{GO_LINE}"


def test_the_published_note_opens():
    assert open_note(f"{GO_TEXT}\n{GO_LINE}", [Verifier(GO_VKEY)]) == GO_TEXT


@given(TEXTS)
def test_every_signed_text_opens_to_itself(text: str):
    signer = Signer("PeterNeumann", GO_SEED)
    assert open_note(signer.sign_note(text), [signer.verifier]) == text


@given(st.data())
def test_no_altered_note_opens(data: st.DataObject):
    note = f"{GO_TEXT}\n{GO_LINE}"
    place = data.draw(st.integers(0, len(note) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda sign: sign != note[place]))
    with pytest.raises(SealError):
        open_note(note[:place] + other + note[place + 1 :], [Verifier(GO_VKEY)])


def test_a_signature_is_written_in_one_way_only():
    # "AM=" and "AN=" decode to the same byte; two texts for one note would be two notes.
    assert GO_LINE.endswith("JnAM=\n")
    with pytest.raises(SealError, match="malformed"):
        open_note(f"{GO_TEXT}\n{GO_LINE}".replace("JnAM=", "JnAN="), [Verifier(GO_VKEY)])


def test_signatures_of_unknown_keys_are_ignored():
    ours, theirs = a_signer("ours"), a_signer("theirs")
    note = ours.sign_note("hello\n")
    their_line = theirs.sign_note("hello\n").removeprefix("hello\n\n")
    assert open_note(note + their_line, [ours.verifier]) == "hello\n"
    assert open_note(note + their_line, [theirs.verifier]) == "hello\n"


def test_a_note_that_no_known_key_signed_does_not_open():
    with pytest.raises(SealError, match="No known key"):
        open_note(a_signer().sign_note("hello\n"), [a_signer().verifier])
    with pytest.raises(SealError, match="No known key"):
        open_note(a_signer().sign_note("hello\n"), [])


def test_a_wrong_signature_of_a_known_key_spoils_the_whole_note():
    one, two = a_signer("one"), a_signer("two")
    wrong_line = two.sign_note("other\n").removeprefix("other\n\n")
    with pytest.raises(SealError, match="does not belong"):
        open_note(one.sign_note("hello\n") + wrong_line, [one.verifier, two.verifier])


def test_the_text_ends_at_the_last_empty_line():
    signer = a_signer()
    body = f"hello\n\n{GO_LINE}"
    assert open_note(signer.sign_note(body), [signer.verifier, Verifier(GO_VKEY)]) == body


@pytest.mark.parametrize(
    "note",
    [
        "",
        "hello\n",
        "hello\n\n",
        f"hello\n{GO_LINE}",
        f"hello\n\n{GO_LINE}"[:-1],
        "hello\n\n-- PeterNeumann x08go/ZJ\n",
        "hello\n\n\u2014 PeterNeumann\n",
        "hello\n\n\u2014 PeterNeumann !!!!\n",
        "hello\n\n\u2014 PeterNeumann é\n",
        "hello\n\n\u2014 PeterNeumann x08gow==\n",
        "hello\n\n\u2014  x08go/ZJkuBS\n",
        f"hello\x07\n\n{GO_LINE}",
        f"hello\ud800\n\n{GO_LINE}",
        "hello\n\n" + GO_LINE * 101,
    ],
)
def test_what_is_not_a_note_does_not_open(note: str):
    with pytest.raises(SealError):
        open_note(note, [Verifier(GO_VKEY)])


@pytest.mark.parametrize("body", ["", "hello", "a\tb\n", "a\r\n", "\ud800\n"])
def test_a_body_that_no_verifier_would_read_is_not_signed(body: str):
    with pytest.raises(InvalidError):
        a_signer().sign_note(body)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\u00a0b", "a\nb", "\udc00"])
def test_a_name_that_would_break_the_format_is_refused(name: str):
    with pytest.raises(InvalidError):
        a_signer(name)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "PeterNeumann",
        GO_VKEY.replace("c74f20a3", "c74f20a4"),
        GO_VKEY.replace("c74f20a3", "C74F20A3"),
        GO_VKEY.replace("PeterNeumann", "Peter"),
        GO_VKEY[:-4],
        GO_VKEY.replace("+AR", "+BR"),
        GO_VKEY + "\n",
    ],
)
def test_a_verifier_key_that_lies_is_refused(vkey: str):
    with pytest.raises(InvalidError):
        Verifier(vkey)


def test_a_plain_signature_verifies_and_an_altered_message_does_not():
    signer = a_signer()
    signature = signer.sign(b"message")
    signer.verifier.verify(b"message", signature)
    wrong = signature[:-1] + bytes([signature[-1] ^ 1])
    for message, mark in [(b"Message", signature), (b"message", wrong)]:
        with pytest.raises(SealError):
            signer.verifier.verify(message, mark)


def test_a_signature_of_any_length_is_only_wrong():
    with pytest.raises(SealError):
        a_signer().verifier.verify(b"message", b"")


def test_repr_names_the_public_key_only():
    signer = Signer("PeterNeumann", GO_SEED)
    assert repr(signer) == f"<Signer {GO_VKEY}>"
    assert repr(signer.verifier) == f"<Verifier {GO_VKEY}>"
