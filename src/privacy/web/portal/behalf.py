"""What the form of a request says of another person, for whom its sender asks."""

from collections.abc import Mapping

from privacy.errors import InvalidError
from privacy.requests.behalf import LONGEST, LONGEST_NAME, Behalf, Standing
from privacy.subjects.identify import Claim, IdentifierKind, normalise_email

KNOWN_BY = {
    "subject_email": IdentifierKind.EMAIL,
    "subject_phone": IdentifierKind.PHONE,
    "subject_customer_number": IdentifierKind.ACCOUNT_NUMBER,
}
"""Fields by which the controller may know the person, and the kind of each."""
FIELDS = frozenset(
    {
        *KNOWN_BY, "standing", "acting_name", "subject_name", "subject_known", "acting_words",
        "declared",
    }
)  # fmt: skip
"""Every field of that part of the form; a fault in one opens it."""
_TYPED = FIELDS - {"standing", "declared", "subject_known"}
_FAULTS = {
    "subject_email": "email.invalid",
    "subject_phone": "number.invalid",
    "subject_customer_number": "number.invalid",
}


def read(typed: Mapping[str, str]) -> tuple[Behalf | None, dict[str, str]]:
    """Return for whom is asked, or what is wrong by field; nobody where nothing was filled in."""
    said = {name: typed.get(name, "").strip() for name in FIELDS}
    if not said["standing"]:
        begun = any(said[name] for name in _TYPED) or bool(said["declared"])
        return None, {"standing": "capacity.invalid"} if begun else {}
    faults: dict[str, str] = {}
    if said["standing"] not in set(Standing):
        faults["standing"] = "capacity.invalid"
    faults.update(_texts(said))
    claims = _claims(said, typed.get("email", ""), faults)
    if not said["declared"]:
        faults["declared"] = "declared.missing"
    if faults:
        return None, faults
    return Behalf(
        Standing(said["standing"]),
        said["acting_name"],
        said["subject_name"],
        claims,
        said["acting_words"],
    ), {}


def _texts(said: Mapping[str, str]) -> dict[str, str]:
    faults = {
        name: f"{name}.missing"
        for name in ("acting_name", "subject_name")
        if not 0 < len(said[name]) <= LONGEST_NAME
    }
    if len(said["acting_words"]) > LONGEST:
        faults["acting_words"] = "acting_words.invalid"
    return faults


def _claims(said: Mapping[str, str], own: str, faults: dict[str, str]) -> tuple[Claim, ...]:
    claims = []
    for name, kind in KNOWN_BY.items():
        try:
            if said[name]:
                claims.append(Claim(kind, said[name]))
        except InvalidError:
            faults[name] = _FAULTS[name]
    parent = said["standing"] in {Standing.PARENT_UNDER_15, Standing.PARENT_15_17}
    shared = any(one.kind == IdentifierKind.EMAIL and one.value == _email(own) for one in claims)
    if shared and not parent:  # a child's account may well be under a parent's address
        faults["subject_email"] = "same.invalid"
    if not claims and not set(_FAULTS) & faults.keys():
        faults["subject_known"] = "subject_known.missing"
    return tuple(claims)


def _email(text: str) -> str | None:
    try:
        return normalise_email(text)
    except InvalidError:
        return None
