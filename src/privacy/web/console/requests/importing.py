"""Importing many requests from a file; all of its lines are right, or none is taken in."""

import csv
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from privacy.operators.roles import Permission
from privacy.purposes.models import Controller
from privacy.requests.intake import bulk
from privacy.requests.intake.bulk import Fault, Line, LinesError
from privacy.requests.intake.taking_in import Verification
from privacy.web import current
from privacy.web.auth import operators_only
from privacy.web.console.surface import blueprint, chosen, go_to, page, today_of
from privacy.web.words import LANGUAGES


@blueprint.get("/requests/import")
@operators_only(Permission.REQUESTS_HANDLE)
def bulk_form() -> str:
    """Show the form."""
    return _form(chosen(Permission.REQUESTS_HANDLE))


@blueprint.post("/requests/import")
@operators_only(Permission.REQUESTS_HANDLE)
def take_in_bulk() -> AnyResponse | tuple[str, HTTPStatus]:
    """Take in every line of the file, or say which are wrong."""
    controller, runtime = chosen(Permission.REQUESTS_HANDLE), current.runtime()
    method = request.form.get("verification", "")
    errors = {} if method in set(Verification) else {"verification": "verification.missing"}
    lines, faults = _read(controller)
    if not lines and not faults:
        errors["file"] = "file.missing"
    if errors or faults:
        return _form(controller, errors, faults), HTTPStatus.UNPROCESSABLE_ENTITY
    done = bulk.import_lines(
        runtime.database,
        clock=runtime.clock,
        desk=runtime.desk,
        batch=bulk.Batch(controller, Verification(method), current.operator().actor),
        lines=lines,
    )
    runtime.wake("deliver-mail")
    return go_to("bulk_done", taken=done.taken, known=done.known)


@blueprint.get("/requests/imported/<int:taken>/<int:known>")
@operators_only(Permission.REQUESTS_HANDLE)
def bulk_done(taken: int, known: int) -> str:
    """Say how many requests were taken in, and how many an earlier import had made."""
    controller = chosen(Permission.REQUESTS_HANDLE)
    return page("import_done", controller, taken=taken, known=known)


def _read(controller: Controller) -> tuple[list[Line], Sequence[Fault]]:
    """Return the lines of the file, or what is wrong with them."""
    sent = request.files.get("file")
    octets = sent.read() if sent else b""
    if not octets:
        return [], ()
    try:
        text = octets.decode("utf-8-sig")
        return bulk.read_file(text, today=today_of(controller), languages=LANGUAGES), ()
    except LinesError as error:
        return [], error.faults
    except (UnicodeDecodeError, csv.Error):
        return [], [Fault(1, "columns")]


def _form(
    controller: Controller,
    errors: Mapping[str, str] | None = None,
    faults: Sequence[Fault] = (),
) -> str:
    return page(
        "request_import",
        controller,
        columns=bulk.COLUMNS,
        kinds=bulk.IMPORTABLE,
        verifications=tuple(Verification),
        verification=request.form.get("verification"),
        errors=errors or {},
        faults=faults,
    )
