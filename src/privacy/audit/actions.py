"""What can be recorded, and which details each entry may carry.

Details are scalars: ids, counts, codes, names of stores and purposes, days. Personal data never
belongs here: an entry outlives the erasure of the subject it points to.
"""

from enum import StrEnum, unique


@unique
class Action(StrEnum):
    """Every act that leaves an entry, as `room.past-participle`; sorted."""

    ASSIGNMENT_ANSWERED = "assignment.answered"
    ASSIGNMENT_CLOSED = "assignment.closed"
    ASSIGNMENT_ESCALATED = "assignment.escalated"
    ASSIGNMENT_OPENED = "assignment.opened"
    ASSIGNMENT_REMINDED = "assignment.reminded"
    ASSIGNMENT_SENT = "assignment.sent"
    ASSIGNMENT_VIEWED = "assignment.viewed"
    AUDIT_SEARCHED = "audit.searched"
    AUDIT_VERIFIED = "audit.verified"
    CONSENT_EXPIRED = "consent.expired"
    CONSENT_LINKED = "consent.linked"
    CONSENT_RECORDED = "consent.recorded"
    CONTROLLER_CHANGED = "controller.changed"
    CONTROLLER_REGISTERED = "controller.registered"
    DETAILS_ASKED = "details.asked"
    DETAILS_SHOWN = "details.shown"
    KEYS_REWRAPPED = "keys.rewrapped"
    KEYS_ROOT_ADDED = "keys.root-added"
    KEYS_ROTATED = "keys.rotated"
    KEYS_TRANSFERS_RENEWED = "keys.transfers-renewed"
    KEYS_VERSION_DESTROYED = "keys.version-destroyed"
    NOTICE_KEPT = "notice.kept"
    NOTICE_PUBLISHED = "notice.published"
    OPERATOR_ADDED = "operator.added"
    OPERATOR_CALENDAR_MADE = "operator.calendar-made"
    OPERATOR_CLOSED = "operator.closed"
    OPERATOR_PASSWORD_CHANGED = "operator.password-changed"  # noqa: S105 -- the name of an act
    OPERATOR_ROLES_CHANGED = "operator.roles-changed"
    OPERATOR_SIGN_IN_REFUSED = "operator.sign-in-refused"
    OPERATOR_SIGNED_IN = "operator.signed-in"
    OPERATOR_SIGNED_OUT = "operator.signed-out"
    OPERATOR_TOKEN_ISSUED = "operator.token-issued"  # noqa: S105 -- the name of an act
    OPERATOR_TOKEN_REVOKED = "operator.token-revoked"  # noqa: S105 -- the name of an act
    POLICY_VALUE_SET = "policy.value-set"
    PREFERENCES_OPENED = "preferences.opened"
    PURPOSE_PUBLISHED = "purpose.published"
    RECIPIENT_ENDPOINT_REMOVED = "recipient.endpoint-removed"
    RECIPIENT_ENDPOINT_SET = "recipient.endpoint-set"
    RECIPIENT_REGISTERED = "recipient.registered"
    RECIPIENT_RETRIED = "recipient.retried"
    RECIPIENT_TOLD = "recipient.told"
    RECTIFICATION_ADDRESS_CONFIRMED = "rectification.address-confirmed"
    RECTIFICATION_DECIDED = "rectification.decided"
    RECTIFICATION_FIELD_SETTLED = "rectification.field-settled"
    RECTIFICATION_LEFT_TO_OPERATOR = "rectification.left-to-operator"
    RECTIFICATION_RECIPIENT_NOTED = "rectification.recipient-noted"
    RECTIFICATION_RESTARTED = "rectification.restarted"
    REQUEST_AGREEMENT_ASKED = "request.agreement-asked"
    REQUEST_AGREEMENT_GIVEN = "request.agreement-given"
    REQUEST_ANSWERED = "request.answered"
    REQUEST_APPROVED = "request.approved"
    REQUEST_COMPLETED = "request.completed"
    REQUEST_DRIFTED = "request.drifted"
    REQUEST_DUE_MOVED = "request.due-moved"
    REQUEST_EXPIRED = "request.expired"
    REQUEST_EXTENDED = "request.extended"
    REQUEST_FACTS_COMPARED = "request.facts-compared"
    REQUEST_FACTS_DECLARED = "request.facts-declared"
    REQUEST_FIELD_DECIDED = "request.field-decided"
    REQUEST_HANDED_OVER = "request.handed-over"
    REQUEST_LEAD_DECIDED = "request.lead-decided"
    REQUEST_LETTER_POSTED = "request.letter-posted"
    REQUEST_MANDATE_CHECKED = "request.mandate-checked"
    REQUEST_MERGED = "request.merged"
    REQUEST_PACKAGED = "request.packaged"
    REQUEST_PAUSED = "request.paused"
    REQUEST_PREVIEW_ASKED = "request.preview-asked"
    REQUEST_PREVIEWED = "request.previewed"
    REQUEST_REFUSED = "request.refused"
    REQUEST_REMINDED = "request.reminded"
    REQUEST_REPRESENTED = "request.represented"
    REQUEST_RESUMED = "request.resumed"
    REQUEST_STORE_FAILED = "request.store-failed"
    REQUEST_STORE_SEARCHED = "request.store-searched"
    REQUEST_STORE_WAIVED = "request.store-waived"
    REQUEST_SUBMITTED = "request.submitted"
    REQUEST_TRANSFER_DECLINED = "request.transfer-declined"
    REQUEST_TRANSFER_OWED = "request.transfer-owed"
    REQUEST_TRANSFERRED = "request.transferred"
    REQUEST_VALUE_REVEALED = "request.value-revealed"
    REQUEST_VERIFIED = "request.verified"
    REQUEST_VIEWED = "request.viewed"
    SCAN_ASKED = "scan.asked"
    SCAN_FINISHED = "scan.finished"
    SCAN_PLANNED = "scan.planned"
    SITE_CHANGED = "site.changed"
    SITE_REGISTERED = "site.registered"
    SITE_SECRET_ISSUED = "site.secret-issued"  # noqa: S105 -- the name of an act
    STORE_CHANGED = "store.changed"
    STORE_CHECKED = "store.checked"
    STORE_DRAFT_CHANGED = "store.draft-changed"
    STORE_DRAFT_DROPPED = "store.draft-dropped"
    STORE_DRAFTED = "store.drafted"
    STORE_REGISTERED = "store.registered"
    STORE_REMOVED = "store.removed"
    STORE_WAIVED = "store.waived"
    STORE_WAIVER_ENDED = "store.waiver-ended"
    SUBJECT_CREATED = "subject.created"
    SUBJECT_IDENTIFIED = "subject.identified"
    SUBJECT_IDENTIFIER_ADDED = "subject.identifier-added"
    SUBJECT_KEY_DESTROYED = "subject.key-destroyed"
    SUBJECT_RESTRICTED = "subject.restricted"
    SUBJECT_RESTRICTION_LIFTED = "subject.restriction-lifted"
    TEXTS_GATEWAY_REMOVED = "texts.gateway-removed"
    TEXTS_GATEWAY_SET = "texts.gateway-set"
    TEXTS_TRIED = "texts.tried"


DETAILS: dict[Action, frozenset[str]] = {
    Action.ASSIGNMENT_ANSWERED: frozenset(
        {"assignment", "outcome", "records", "request", "store", "way"}
    ),
    Action.ASSIGNMENT_CLOSED: frozenset({"assignment", "outcome", "request", "store"}),
    Action.ASSIGNMENT_ESCALATED: frozenset({"assignment", "request", "store"}),
    Action.ASSIGNMENT_OPENED: frozenset(
        {"assignment", "due_on", "request", "store", "values", "way"}
    ),
    Action.ASSIGNMENT_REMINDED: frozenset({"assignment", "request", "store"}),
    Action.ASSIGNMENT_SENT: frozenset({"assignment", "outcome", "request", "store"}),
    Action.ASSIGNMENT_VIEWED: frozenset({"assignment", "request", "store"}),
    Action.AUDIT_SEARCHED: frozenset({"entries", "filters"}),
    Action.AUDIT_VERIFIED: frozenset({"entries", "first_bad", "outcome"}),
    Action.CONSENT_EXPIRED: frozenset({"answers", "since", "subjects", "until"}),
    Action.CONSENT_LINKED: frozenset({"site", "visitor"}),
    Action.CONSENT_RECORDED: frozenset(
        {
            "answer",
            "granted",
            "joint",
            "language",
            "method",
            "notice",
            "refused",
            "scope",
            "site",
        }
    ),
    Action.CONTROLLER_CHANGED: frozenset({"authority", "region", "zone"}),
    Action.CONTROLLER_REGISTERED: frozenset({"code", "country", "language", "slug"}),
    Action.DETAILS_ASKED: frozenset(),
    Action.DETAILS_SHOWN: frozenset({"fields"}),
    Action.KEYS_REWRAPPED: frozenset({"keys", "kind", "root", "version"}),
    Action.KEYS_ROOT_ADDED: frozenset({"root"}),
    Action.KEYS_ROTATED: frozenset({"kind", "root", "version"}),
    Action.KEYS_TRANSFERS_RENEWED: frozenset({"key", "outcome"}),
    Action.KEYS_VERSION_DESTROYED: frozenset({"keys", "kind", "root", "version"}),
    Action.NOTICE_KEPT: frozenset(
        {
            "code",
            "desktop_1",
            "desktop_2",
            "file",
            "language",
            "notice",
            "phone_1",
            "phone_2",
        }
    ),
    Action.NOTICE_PUBLISHED: frozenset(
        {"digest", "language", "languages", "notice", "site", "version"}
    ),
    Action.OPERATOR_ADDED: frozenset({"operator", "roles"}),
    Action.OPERATOR_CALENDAR_MADE: frozenset({"operator"}),
    Action.OPERATOR_CLOSED: frozenset({"operator"}),
    Action.OPERATOR_PASSWORD_CHANGED: frozenset({"operator", "reason"}),
    Action.OPERATOR_ROLES_CHANGED: frozenset({"operator", "roles"}),
    Action.OPERATOR_SIGN_IN_REFUSED: frozenset({"operator", "reason", "tries"}),
    Action.OPERATOR_SIGNED_IN: frozenset({"method", "operator"}),
    Action.OPERATOR_SIGNED_OUT: frozenset({"operator", "reason"}),
    Action.OPERATOR_TOKEN_ISSUED: frozenset({"expires_on", "operator", "roles", "token"}),
    Action.OPERATOR_TOKEN_REVOKED: frozenset({"operator", "token"}),
    Action.POLICY_VALUE_SET: frozenset({"key", "since", "source", "unit", "until", "value"}),
    Action.PREFERENCES_OPENED: frozenset({"method"}),
    Action.PURPOSE_PUBLISHED: frozenset({"legal_basis", "purpose", "version"}),
    Action.RECIPIENT_ENDPOINT_REMOVED: frozenset({"recipient"}),
    Action.RECIPIENT_ENDPOINT_SET: frozenset({"kind", "recipient"}),
    Action.RECIPIENT_REGISTERED: frozenset({"country", "kind", "recipient", "role"}),
    Action.RECIPIENT_RETRIED: frozenset({"messages", "recipient"}),
    Action.RECIPIENT_TOLD: frozenset(
        {"event", "message", "outcome", "recipient", "status", "tries"}
    ),
    Action.RECTIFICATION_ADDRESS_CONFIRMED: frozenset({"request"}),
    Action.RECTIFICATION_DECIDED: frozenset({"by_hand", "dependent", "fields", "request"}),
    Action.RECTIFICATION_FIELD_SETTLED: frozenset(
        {"correction", "field", "outcome", "reason", "request", "store"}
    ),
    Action.RECTIFICATION_LEFT_TO_OPERATOR: frozenset({"request"}),
    Action.RECTIFICATION_RECIPIENT_NOTED: frozenset({"outcome", "recipient", "request"}),
    Action.RECTIFICATION_RESTARTED: frozenset({"request"}),
    Action.REQUEST_AGREEMENT_ASKED: frozenset({"request"}),
    Action.REQUEST_AGREEMENT_GIVEN: frozenset({"outcome", "request"}),
    Action.REQUEST_ANSWERED: frozenset({"due_on", "identifier", "kind", "request"}),
    Action.REQUEST_APPROVED: frozenset({"due_on", "plan", "request", "stores"}),
    Action.REQUEST_COMPLETED: frozenset({"kind", "late", "outcome", "request"}),
    Action.REQUEST_DRIFTED: frozenset({"place", "reason", "request"}),
    Action.REQUEST_DUE_MOVED: frozenset({"due_on", "request"}),
    Action.REQUEST_EXPIRED: frozenset({"reason", "request", "state"}),
    Action.REQUEST_EXTENDED: frozenset({"due_on", "reason", "request"}),
    Action.REQUEST_FACTS_COMPARED: frozenset({"kind", "outcome", "request", "store"}),
    Action.REQUEST_FACTS_DECLARED: frozenset({"collection", "field", "kind", "store"}),
    Action.REQUEST_FIELD_DECIDED: frozenset(
        {"collection", "field", "ground", "request", "scope", "store", "treatment"}
    ),
    Action.REQUEST_HANDED_OVER: frozenset({"bytes", "digest", "package", "request"}),
    Action.REQUEST_LEAD_DECIDED: frozenset({"collection", "kind", "outcome", "request", "store"}),
    Action.REQUEST_LETTER_POSTED: frozenset({"kind", "request"}),
    Action.REQUEST_MANDATE_CHECKED: frozenset({"request"}),
    Action.REQUEST_MERGED: frozenset({"into", "request"}),
    Action.REQUEST_PACKAGED: frozenset(
        {"bytes", "digest", "expires_on", "files", "package", "records", "request", "stores"}
    ),
    Action.REQUEST_PAUSED: frozenset({"counts", "due_on", "kind", "request"}),
    Action.REQUEST_PREVIEW_ASKED: frozenset({"request"}),
    Action.REQUEST_PREVIEWED: frozenset({"leads", "outcome", "plan", "records", "request"}),
    Action.REQUEST_REFUSED: frozenset({"ground", "request"}),
    Action.REQUEST_REMINDED: frozenset({"request", "stage"}),
    Action.REQUEST_REPRESENTED: frozenset({"age", "capacity", "proof", "request"}),
    Action.REQUEST_RESUMED: frozenset({"due_on", "kind", "request"}),
    Action.REQUEST_STORE_FAILED: frozenset({"reason", "request", "store", "task", "tries"}),
    Action.REQUEST_STORE_SEARCHED: frozenset(
        {"outcome", "records", "request", "store", "task", "tries"}
    ),
    Action.REQUEST_STORE_WAIVED: frozenset({"request", "store"}),
    Action.REQUEST_SUBMITTED: frozenset(
        {"channel", "due_on", "kind", "language", "received_on", "request"}
    ),
    Action.REQUEST_TRANSFER_DECLINED: frozenset({"request"}),
    Action.REQUEST_TRANSFER_OWED: frozenset({"bytes", "digest", "request"}),
    Action.REQUEST_TRANSFERRED: frozenset({"digest", "outcome", "request", "status"}),
    Action.REQUEST_VALUE_REVEALED: frozenset({"collection", "field", "request", "store"}),
    Action.REQUEST_VERIFIED: frozenset({"due_on", "kind", "method", "request"}),
    Action.REQUEST_VIEWED: frozenset({"request"}),
    Action.SCAN_ASKED: frozenset({"scan", "site"}),
    Action.SCAN_FINISHED: frozenset({"failing", "outcome", "pages", "scan"}),
    Action.SCAN_PLANNED: frozenset({"every", "site"}),
    Action.SITE_CHANGED: frozenset({"origins", "site"}),
    Action.SITE_REGISTERED: frozenset({"origin", "origins", "site"}),
    Action.SITE_SECRET_ISSUED: frozenset({"site", "version"}),
    Action.STORE_CHANGED: frozenset({"kind", "store"}),
    Action.STORE_CHECKED: frozenset({"kind", "outcome", "store"}),
    Action.STORE_DRAFT_CHANGED: frozenset({"collection", "kind", "store"}),
    Action.STORE_DRAFT_DROPPED: frozenset({"kind", "reason", "store"}),
    Action.STORE_DRAFTED: frozenset({"kind", "store"}),
    Action.STORE_REGISTERED: frozenset({"kind", "owner", "store"}),
    Action.STORE_REMOVED: frozenset({"kind", "store"}),
    Action.STORE_WAIVED: frozenset({"kind", "store", "until"}),
    Action.STORE_WAIVER_ENDED: frozenset({"kind", "reason", "store"}),
    Action.SUBJECT_CREATED: frozenset({"origin"}),
    Action.SUBJECT_IDENTIFIED: frozenset({"identifier", "kind", "method", "request"}),
    Action.SUBJECT_IDENTIFIER_ADDED: frozenset({"identifier", "kind", "source"}),
    Action.SUBJECT_KEY_DESTROYED: frozenset({"reason", "request", "version"}),
    Action.SUBJECT_RESTRICTED: frozenset({"request"}),
    Action.SUBJECT_RESTRICTION_LIFTED: frozenset(),
    Action.TEXTS_GATEWAY_REMOVED: frozenset(),
    Action.TEXTS_GATEWAY_SET: frozenset({"budget", "price"}),
    Action.TEXTS_TRIED: frozenset({"outcome"}),
}

LENGTHS: dict[str, int] = {"filters": 1000, "granted": 4000, "refused": 4000, "stores": 4000}
"""The longest text of a detail that is a list joined by commas; every other has 200 characters."""
