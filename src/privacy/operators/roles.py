"""What each role may do; data, shown in the console and walked by a test."""

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """What an operator is to one controller."""

    DPO = "dpo"
    AGENT = "agent"
    AUDITOR = "auditor"
    MACHINE = "machine"


class Permission(StrEnum):
    """One thing that an operator may be allowed to do for one controller."""

    ASSIGNMENTS_ANSWER = "assignments.answer"
    AUDIT_READ = "audit.read"
    AUDIT_VERIFY = "audit.verify"
    CONSENTS_CHECK = "consents.check"
    CONSENTS_READ = "consents.read"
    CONSENTS_RECORD = "consents.record"
    OPERATORS_MANAGE = "operators.manage"
    OPERATORS_READ = "operators.read"
    PURPOSES_MANAGE = "purposes.manage"
    PURPOSES_READ = "purposes.read"
    REQUESTS_APPROVE = "requests.approve"
    REQUESTS_HANDLE = "requests.handle"
    REQUESTS_READ = "requests.read"
    REQUESTS_REVIEW = "requests.review"
    SETTINGS_READ = "settings.read"
    STORES_MANAGE = "stores.manage"
    STORES_READ = "stores.read"


MATRIX: dict[Role, frozenset[Permission]] = {
    Role.DPO: frozenset(Permission),
    # An agent prepares; that somebody else approves is the point of the role.
    Role.AGENT: frozenset(
        {
            Permission.ASSIGNMENTS_ANSWER,
            Permission.CONSENTS_CHECK,
            Permission.CONSENTS_READ,
            Permission.CONSENTS_RECORD,
            Permission.PURPOSES_READ,
            Permission.REQUESTS_HANDLE,
            Permission.REQUESTS_READ,
            Permission.STORES_READ,
        }
    ),
    # An auditor judges the work without seeing the people: nothing here shows personal data.
    Role.AUDITOR: frozenset(
        {
            Permission.AUDIT_READ,
            Permission.AUDIT_VERIFY,
            Permission.PURPOSES_READ,
            Permission.SETTINGS_READ,
            Permission.STORES_READ,
        }
    ),
    # A server that sends messages or keeps forms asks the gate and tells it; it sees nobody.
    Role.MACHINE: frozenset({Permission.CONSENTS_CHECK, Permission.CONSENTS_RECORD}),
}


def allowed(roles: Iterable[Role], permission: Permission) -> bool:
    """Say whether any of the roles grants the permission."""
    return any(permission in MATRIX[role] for role in roles)
