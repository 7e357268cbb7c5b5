"""The matrix is data; these tests say what must never be true of it."""

from privacy.operators.roles import MATRIX, Permission, Role, allowed

PERSONAL = {
    Permission.CONSENTS_READ,
    Permission.OPERATORS_READ,
    Permission.REQUESTS_READ,
}


def test_every_role_has_a_line():
    assert set(MATRIX) == set(Role)


def test_a_dpo_may_do_everything():
    assert all(allowed([Role.DPO], permission) for permission in Permission)


def test_an_agent_handles_requests_and_does_not_approve_them():
    assert allowed([Role.AGENT], Permission.REQUESTS_HANDLE)
    assert not allowed([Role.AGENT], Permission.REQUESTS_APPROVE)


def test_an_auditor_reads_the_log_and_nothing_personal():
    assert allowed([Role.AUDITOR], Permission.AUDIT_READ)
    assert not PERSONAL & MATRIX[Role.AUDITOR]


def test_an_auditor_changes_nothing():
    acting = {p for p in Permission if p.endswith((".manage", ".handle", ".approve"))}
    assert not acting & MATRIX[Role.AUDITOR]


def test_several_roles_add_up():
    roles = [Role.AGENT, Role.AUDITOR]
    assert allowed(roles, Permission.REQUESTS_READ)
    assert allowed(roles, Permission.AUDIT_READ)


def test_no_role_may_do_nothing():
    assert not any(allowed([], permission) for permission in Permission)
