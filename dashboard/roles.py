"""Who reads what a server shows: analysts, or officials, to whom it shows no single record."""

import os

from data.errors import RoleError

VARIABLE = "CONTRAFLOW_ROLE"
ANALYST, OFFICIAL = "analyst", "official"
REFUSED = "Single records are not shown here: this app was started for officials, who see sums, corridors and briefs."


def is_official() -> bool:
    """Return True when this server's readers are officials; without the variable they are analysts.

    Raises:
        RoleError: the variable names no role; nothing may be shown then.
    """
    role = os.environ.get(VARIABLE, ANALYST)
    if role not in (ANALYST, OFFICIAL):
        raise RoleError(
            f"{VARIABLE} is {role!r}, so nothing is shown; set it to {ANALYST} or {OFFICIAL} and start the app again."
        )
    return role == OFFICIAL
