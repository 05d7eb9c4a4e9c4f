"""How the directory of actors is kept true and quiet. Pure."""

from datetime import timedelta

#: Messages a person sends in an hour.
MESSAGES_PER_HOUR = 10
WINDOW = timedelta(hours=1)
#: A card is to be confirmed so long after it was.
VERIFIED_FOR = timedelta(days=365)
#: Between two reminders.
REMINDED_EVERY = timedelta(days=30)
#: People shown on a card.
MOST_PEOPLE = 100
#: Kinds of schema.org for those that are not any organisation.
_SCHEMA = {
    "association": "NGO",
    "foundation": "NGO",
    "company": "Corporation",
    "school": "EducationalOrganization",
    **dict.fromkeys(
        ("state", "region", "departement", "epci", "commune", "caf", "public_body", "other_public"), "GovernmentOrganization"
    ),
}


def schema_type(kind: str) -> str:
    return _SCHEMA.get(kind, "Organization")
