"""Which purposes a request carries consent for, so that a server's own cookies obey as well.

Copy this file; it needs nothing else. `granted(request.headers.get("Cookie", ""))` is a set of
purpose codes, empty for who was not asked, refused, or sent anything that is not exactly a choice.
"""

import re
import time

_CHOICE = re.compile(
    r"(?:^|; ?)privacy_choice=1\.[\da-f]{32}\.([\da-f]{8})\.(\d{10})((?:\.[\w-]+:[01])+)(?=;|\Z)",
    re.ASCII,
)


def granted(
    cookies: str, *, material: str = "", days: int = 180, now: float | None = None
) -> frozenset[str]:
    """Return the codes that a cookie header grants; `material` is that of the banner's data.

    Without `material` a choice counts though the purposes were changed since; `now` is in seconds
    since 1970, and a choice that is older than `days`, or of days to come, grants nothing.
    """
    said = _said(cookies, material, days, now)
    answers = (one.split(":") for one in said[1:].split(".") if said)
    return frozenset(code for code, yes in answers if yes == "1")


def answered(
    cookies: str, *, material: str = "", days: int = 180, now: float | None = None
) -> bool:
    """Return whether a cookie header holds a choice, so that a page need not draw the question."""
    return bool(_said(cookies, material, days, now))


def _said(cookies: str, material: str, days: int, now: float | None) -> str:
    found = _CHOICE.findall(cookies)
    if len(found) != 1:
        return ""
    ((asked, at, said),) = found
    age = (time.time() if now is None else now) - int(at)
    if (material and asked != material) or not -86_400 <= age < days * 86_400:
        return ""
    return str(said)
