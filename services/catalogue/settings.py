"""Settings of the catalogue: `CATALOGUE_…`, besides what services share."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.common.settings import ServiceSettings


class Settings(ServiceSettings):
    """What this service reads from its environment."""

    model_config = SettingsConfigDict(env_prefix="CATALOGUE_")

    page_url: str = Field(
        "",
        description="Page of a document for people, with `{reference}`; empty: the document itself, as JSON, under public_url.",
    )
    mails_per_hour: int = Field(
        3, ge=1, description="Most confirmation mails an address is sent in an hour when somebody subscribes it to a newsletter."
    )
    requests_per_hour: int = Field(
        60, ge=1, description="Most subscriptions to newsletters accepted from one network address in an hour."
    )
