"""The word of a site: who is signed in there, signed with the site's secret.

A token is `v1.<payload>.<mac>`: the payload is JSON in base64url without padding, the mac the
HMAC-SHA256 of `v1.<payload>` in hexadecimal under the secret as it was printed. In PHP:
`"$text." . hash_hmac("sha256", $text, $secret)`.
"""

import base64
import hmac
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.consent.models import SiteSecret
from privacy.crypto import Context, new_token
from privacy.errors import InvalidError
from privacy.purposes.models import Site
from privacy.subjects.identify import Claim, IdentifierKind
from privacy.subjects.keys import KeyCabinet

LONGEST = timedelta(minutes=10)
"""How long a token may be good for; a page asks its server for a new one."""
OVERLAP = timedelta(days=1)
"""How long the secret before still works, so that a site can be changed over in peace."""
_FORM = re.compile(r"(v1\.([A-Za-z0-9_-]{1,2000}))\.([0-9a-f]{64})")
_NAMES = {"site", "aud", "kind", "sub", "exp"}


@dataclass(frozen=True)
class Vouched:
    """Whom a site says is signed in, until when."""

    claim: Claim
    expires_at: datetime


def issue_secret(
    session: Session, *, actor: str, at: datetime, cabinet: KeyCabinet, site: Site
) -> str:
    """Return a site's new secret, which is never shown again; the one before works for a day."""
    rows = _rows(session, site.id)
    version = rows[0].version + 1 if rows else 1
    secret = new_token()
    key = cabinet.index_key(session, controller_id=site.controller_id)
    sealed = key.seal(secret, context=_context(site, version))
    session.execute(
        delete(SiteSecret).where(SiteSecret.site_id == site.id, SiteSecret.version < version - 1)
    )
    session.add(SiteSecret(site_id=site.id, version=version, secret_sealed=sealed, created_at=at))
    log.append(
        session,
        Action.SITE_SECRET_ISSUED,
        at=at,
        actor=actor,
        controller_id=site.controller_id,
        site=site.key,
        version=version,
    )
    return secret


def vouched(
    session: Session, *, cabinet: KeyCabinet, site: Site, audience: str, token: str, at: datetime
) -> Vouched:
    """Return whom a site's token names; the audience is what the token may be used for.

    Raises InvalidError for a token that the site's secret did not sign, that is made for
    something else, has expired, or is good for more than ten minutes.
    """
    found = _FORM.fullmatch(token)
    if found is None:
        raise _refused("is not of the form v1.<payload>.<mac>")
    signed, payload, mac = found.groups()
    if not any(
        hmac.compare_digest(hmac.digest(secret.encode(), signed.encode(), "sha256").hex(), mac)
        for secret in _secrets(session, cabinet, site, at)
    ):
        raise _refused("is not signed with the secret of this site")
    told = _payload(payload)
    expires_at = datetime.fromtimestamp(told["exp"], UTC)
    if (told["site"], told["aud"]) != (site.key, audience):
        raise _refused("is made for another site or use")
    if not at < expires_at <= at + LONGEST:
        raise _refused("has expired, or is good for more than ten minutes")
    kind = told.get("kind", IdentifierKind.ACCOUNT_NUMBER.value)
    return Vouched(Claim(kind, told["sub"], verified=True), expires_at)


def _payload(text: str) -> dict[str, Any]:
    try:
        told = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        raise _refused("holds no JSON") from None
    texts = ("site", "aud", "sub", *({"kind"} & set(told if isinstance(told, dict) else ())))
    if (
        not isinstance(told, dict)
        or set(told) - _NAMES
        or not all(isinstance(told.get(name), str) for name in texts)
        or type(told.get("exp")) is not int
        or not 0 <= told["exp"] < 2**33
    ):
        raise _refused("must hold site, aud, sub and exp (seconds since 1970), and perhaps kind")
    return told


def _secrets(session: Session, cabinet: KeyCabinet, site: Site, at: datetime) -> Iterator[str]:
    rows = _rows(session, site.id)
    key = cabinet.index_key(session, controller_id=site.controller_id)
    for row in rows[:2]:
        if row is rows[0] or at < rows[0].created_at + OVERLAP:
            yield key.open_text(row.secret_sealed, context=_context(site, row.version))


def _rows(session: Session, site_id: UUID) -> list[SiteSecret]:
    wanted = select(SiteSecret).where(SiteSecret.site_id == site_id)
    return list(session.scalars(wanted.order_by(SiteSecret.version.desc())))


def _context(site: Site, version: int) -> Context:
    return ("site_secret", "secret", str(site.controller_id), str(site.id), str(version))


def _refused(why: str) -> InvalidError:
    return InvalidError("The site's word is not accepted.", fields={"token": [why]})
