"""What the command line does in the directory."""

from uuid import UUID

from services.common.resources import Resources

from .accounts import rules
from .accounts import service as accounts


async def create_administrator(resources: Resources, *, email: str, password: str, full_name: str) -> UUID:
    """An administrator of the platform, confirmed at once; an account that exists is promoted and keeps its password."""
    length = len(password)
    if not rules.SHORTEST_PASSWORD <= length <= rules.LONGEST_PASSWORD:
        raise ValueError(f"a password has {rules.SHORTEST_PASSWORD} to {rules.LONGEST_PASSWORD} characters")
    name = " ".join(full_name.split())
    if not name:
        raise ValueError("an administrator has a name")
    async with resources.database.transaction() as session:
        return await accounts.ensure_administrator(
            session,
            resources,
            email=rules.normalise_email(email),
            password=password,
            full_name=name,
            now=resources.clock.now(),
        )
