"""Settings of programming: `PROGRAMMING_…`, besides what services share."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.common.settings import ServiceSettings


class Settings(ServiceSettings):
    """What this service reads from its environment."""

    model_config = SettingsConfigDict(env_prefix="PROGRAMMING_")

    attachments_per_dossier: int = Field(30, ge=1, le=200, description="Most attachments a dossier may carry.")
    retention_unfunded_months: int = Field(
        24, ge=1, le=120, description="Months contacts of drafts left aside and of inadmissible dossiers are kept."
    )
    retention_contacts_months: int = Field(60, ge=12, le=240, description="Months contacts of closed dossiers are kept.")
    retention_signatures_years: int = Field(
        10, ge=4, le=30, description="Years, after that of the exercise, who signed an act of subsidy is kept."
    )

    @property
    def retention_signatures_months(self) -> int:
        """The same, as the table of retention counts."""
        return 12 * self.retention_signatures_years
