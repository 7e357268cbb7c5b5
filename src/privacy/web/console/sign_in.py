"""Signing in and out, and the operator's own account."""

from collections.abc import Mapping
from http import HTTPStatus
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from privacy.crypto import digest
from privacy.errors import InvalidError
from privacy.operators import acts, jobs, queries
from privacy.operators.jobs import PasswordChange
from privacy.web import auth, current, limits, pages
from privacy.web.console.surface import blueprint, chosen, go_to, page


@blueprint.get("/sign-in")
@auth.public("nobody has signed in yet")
def sign_in() -> str:
    """Show the form."""
    done = "signed_out" if request.args.get("done") == "signed_out" else None
    return _sign_in_form(request.args, flash=done)


@blueprint.post("/sign-in")
@auth.public("nobody has signed in yet")
@limits.limited("sign-in")
def do_sign_in() -> AnyResponse | tuple[str, HTTPStatus]:
    """Open a session; an unknown address and a wrong password get the same answer."""
    runtime = current.runtime()
    old = auth.session_token()
    try:
        token = jobs.sign_in(
            runtime.database,
            keyring=runtime.keyring,
            clock=runtime.clock,
            email=request.form.get("email", ""),
            password=request.form.get("password", ""),
            old=digest(old) if old else None,
        )
    except InvalidError:
        form = _sign_in_form(request.form, errors={"sign_in": "sign_in.failed"})
        return form, HTTPStatus.UNPROCESSABLE_ENTITY
    response = redirect(auth.next_target(request.form.get("next")), HTTPStatus.SEE_OTHER)
    auth.remember(response, token)  # type: ignore[arg-type] # Flask's redirect is Flask's Response
    return response


def _sign_in_form(
    typed: Mapping[str, str], *, errors: Mapping[str, str] | None = None, flash: str | None = None
) -> str:
    """Return the form, with the address as it was typed and where to go from it."""
    return pages.render(
        "console/sign_in.html",
        values={"email": typed.get("email", "")} if errors else {},
        errors=errors or {},
        next=typed.get("next") or None,
        flash=flash,
    )


@blueprint.post("/sign-out")
@auth.signed_in
def sign_out() -> AnyResponse:
    """End the session."""
    runtime = current.runtime()
    token = current.token()
    with runtime.database.transaction() as session:
        acts.sign_out(session, **current.by_operator(), digest=digest(str(token)))
    response = redirect(url_for("console.sign_in", done="signed_out"), HTTPStatus.SEE_OTHER)
    auth.forget(response)  # type: ignore[arg-type] # Flask's redirect is Flask's Response
    return response


@blueprint.get("/account")
@auth.signed_in
def account() -> str:
    """Show the operator's own account."""
    return _account({})


@blueprint.post("/account")
@auth.signed_in
def do_account() -> AnyResponse | tuple[str, HTTPStatus]:
    """Change the operator's password; every other session of it ends."""
    runtime = current.runtime()
    form = request.form
    if form.get("new", "") != form.get("again", ""):
        return _account({"again": "password.different"}), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        jobs.change_password(
            runtime.database,
            keyring=runtime.keyring,
            clock=runtime.clock,
            operator_id=current.operator().operator_id,
            change=PasswordChange(form.get("current", ""), form.get("new", "")),
            keep=digest(str(current.token())),
        )
    except InvalidError as error:
        wrong = "current" in error.fields
        errors = {"current": "password.wrong"} if wrong else {"new": "password.weak"}
        return _account(errors), HTTPStatus.UNPROCESSABLE_ENTITY
    return go_to("account", done="password_changed")


def _account(errors: dict[str, str]) -> str:
    controller = chosen()
    mine = own_line(current.operator().operator_id)
    roles = sorted(mine.roles.get(controller.id, frozenset()))
    operator = {"id": mine.operator_id, "name": mine.name, "email": mine.email, "roles": roles}
    return page("account", controller, operator=operator, errors=errors)


def own_line(operator_id: UUID) -> queries.ListedOperator:
    """Return an operator as the list of operators shows it."""
    runtime = current.runtime()
    with runtime.database.reading() as session:
        listed = queries.operators(session, keyring=runtime.keyring)
    return next(one for one in listed if one.operator_id == operator_id)
