"""Settings of programming: `PROGRAMMING_…`, besides what services share."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.common.settings import ServiceSettings


class Settings(ServiceSettings):
    """What this service reads from its environment."""

    model_config = SettingsConfigDict(env_prefix="PROGRAMMING_")

    attachments_per_dossier: int = Field(30, ge=1, le=200, description="Most attachments a dossier may carry.")
    webhook_failing_days: int = Field(5, ge=1, le=60, description="A webhook that fails for so many days is disabled.")
    webhook_retention_days: int = Field(
        30, ge=2, le=366, description="How long events and their deliveries are kept, and may be replayed."
    )
    webhooks_per_organisation: int = Field(10, ge=1, le=100, description="Most webhooks an organisation may have.")
