"""Who can sign in, and what each role allows."""

from privacy.operators import queries
from privacy.operators.roles import MATRIX, Permission
from privacy.web import current
from privacy.web.auth import operators_only
from privacy.web.console.surface import blueprint, chosen, page


@blueprint.get("/roles")
@operators_only(Permission.OPERATORS_READ)
def roles() -> str:
    """Show the operators of the controller and the permission matrix."""
    controller = chosen(Permission.OPERATORS_READ)
    runtime = current.runtime()
    with runtime.database.reading() as session:
        listed = queries.operators(session, keyring=runtime.keyring)
    me = current.operator()
    return page(
        "roles",
        controller,
        operator={"id": me.operator_id, "name": me.name},
        operators=[
            {
                "id": one.operator_id,
                "name": one.name,
                "email": one.email,
                "roles": sorted(one.roles[controller.id]),
                "state": one.state.value,
            }
            for one in listed
            if controller.id in one.roles
        ],
        matrix={role: set(allowed) for role, allowed in MATRIX.items()},
        permissions=list(Permission),
    )
