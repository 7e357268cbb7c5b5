"""How good a password must be: CNIL recommendation 2022-100, passwords used alone.

The recommendation asks for 80 bits and gives two examples that reach it: 12 characters of four
kinds, or 14 of three. We take the examples, add a phrase of seven words as the recommendation
does, and do not let a common word count for more than one character.
"""

from privacy.errors import InvalidError

MAX_LENGTH = 1024
WORDS = 7
_KINDS_TO_LENGTH = {4: 12, 3: 14}
_COMMON = (
    *("password", "passwort", "motdepasse", "passw", "azerty", "qwerty", "qwertz", "bonjour"),
    *("soleil", "welcome", "letmein", "iloveyou", "monkey", "dragon", "doudou", "chouchou"),
    *("privacy", "rgpd", "gdpr", "admin", "secret", "changeme", "123456", "12345", "abcdef"),
    *("janvier", "octobre", "summer", "winter", "printemps", "automne", "marseille", "paris"),
    *("2023", "2024", "2025", "2026", "2027"),
)
_SPOKEN = str.maketrans("4@31!0$5", "aaeiioss")


def weakness(password: str, *, known: tuple[str, ...] = ()) -> str | None:
    """Say what is missing for the password to be strong enough, or None.

    `known` are words that an attacker would try first, such as the operator's own e-mail.
    """
    if len(password) > MAX_LENGTH:
        return f"A password may have {MAX_LENGTH} characters at most."
    counted = _counted(password, known)
    if len({word.casefold() for word in counted.split() if len(word) > 2}) >= WORDS:
        return None
    if len(set(counted)) >= 8 and len(counted) >= _KINDS_TO_LENGTH.get(
        _kinds(counted), MAX_LENGTH
    ):
        return None
    return (
        "Choose a longer password: 12 characters with lower case, upper case, digits and signs, "
        "or 14 with three of these, or seven words. Common words and your own e-mail count as "
        "one character."
    )


def check(password: str, *known: str) -> None:
    """Raise InvalidError, saying what is missing, unless the password is strong enough."""
    fault = weakness(password, known=known)
    if fault:
        raise InvalidError(fault, fields={"password": [fault]})


def _counted(password: str, known: tuple[str, ...]) -> str:
    """Shrink each guessable word to its first character."""
    guessable = {part for word in known for part in _parts(word)}.union(_COMMON)
    for word in sorted(guessable, key=len, reverse=True):
        for spelling in (password.casefold(), password.casefold().translate(_SPOKEN)):
            start = spelling.find(word)
            if start >= 0 and len(spelling) == len(password):
                password = password[: start + 1] + password[start + len(word) :]
                break
    return password


def _parts(word: str) -> list[str]:
    separated = "".join(c if c.isalnum() else " " for c in word.casefold())
    return [part for part in separated.split() if len(part) >= 4]


def _kinds(password: str) -> int:
    return sum(
        (
            any(c.islower() for c in password),
            any(c.isupper() for c in password),
            any(c.isdecimal() for c in password),
            any(not c.isalnum() for c in password),
        )
    )
