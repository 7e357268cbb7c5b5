"""Setting a legal value."""

from datetime import datetime

from sqlalchemy.orm import Session

from privacy.audit import log
from privacy.audit.actions import Action
from privacy.errors import InvalidError
from privacy.policy.checks import text_fault, value_fault
from privacy.policy.models import PolicyValue
from privacy.policy.queries import as_row
from privacy.policy.values import UNITS, Value


def set_value(
    session: Session, *, actor: str, at: datetime, value: Value, reason: str
) -> PolicyValue:
    """Let a value hold from a day on, instead of the built-in one, with its audit entry.

    A value of the same key and first day is replaced. Raises InvalidError, with the fields,
    for an unknown key, a value that its unit or limits refuse, or without a source or reason.
    """
    faults = _faults(value, reason)
    if faults:
        raise InvalidError(
            "The policy value cannot be set: " + " ".join(faults.values()),
            fields={field: [fault] for field, fault in faults.items()},
        )
    row = session.merge(as_row(value, reason=reason.strip()))
    log.append(
        session,
        Action.POLICY_VALUE_SET,
        at=at,
        actor=actor,
        key=value.key,
        value=value.value,
        unit=value.unit.value,
        since=value.from_on.isoformat(),
        until=value.to_on.isoformat() if value.to_on else None,
        source=value.source,
    )
    return row


def _faults(value: Value, reason: str) -> dict[str, str]:
    if value.key not in UNITS:
        return {"key": "There is no such key."}
    unit = UNITS[value.key]
    ended = value.to_on is not None and value.to_on < value.from_on
    found = {
        "value": value_fault(value.key, value.value),
        "unit": "" if value.unit is unit else f"The unit of this key is {unit}.",
        "to_on": "The last day cannot come before the first." if ended else "",
        "source": text_fault("source", value.source),
        "reason": text_fault("reason", reason),
    }
    return {field: fault for field, fault in found.items() if fault}
