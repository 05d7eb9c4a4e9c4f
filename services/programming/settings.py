"""Settings of programming: `PROGRAMMING_…`, besides what services share."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.common.settings import ServiceSettings


class Settings(ServiceSettings):
    """What this service reads from its environment."""

    model_config = SettingsConfigDict(env_prefix="PROGRAMMING_")

    attachments_per_dossier: int = Field(30, ge=1, le=200, description="Most attachments a dossier may carry.")
    reopening_within_days: int = Field(
        7, ge=0, le=60, description="Days after its closing within which a campaign may be reopened by putting its deadline off."
    )
    call_page_url: str = Field(
        "",
        pattern=r"^(https?://[^\s<>\"]+)?$",
        description="Page where people fill the form of a campaign; `{campaign_id}` stands for its id. Empty: the address of its contract.",
    )
