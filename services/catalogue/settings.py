"""Settings of the catalogue: `CATALOGUE_…`, besides what services share."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.common.settings import ServiceSettings


class Settings(ServiceSettings):
    """What this service reads from its environment."""

    model_config = SettingsConfigDict(env_prefix="CATALOGUE_")

    page_url: str = Field(
        "",
        description="Page of a document for people, with `{reference}`, where permalinks lead; empty: they answer with the document, as JSON.",
    )
