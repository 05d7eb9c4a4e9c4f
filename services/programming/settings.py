"""Settings of programming: `PROGRAMMING_…`, besides what services share."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.common.settings import ServiceSettings


class Settings(ServiceSettings):
    """What this service reads from its environment."""

    model_config = SettingsConfigDict(env_prefix="PROGRAMMING_")

    dropped_drafts_kept_days: int = Field(
        30, ge=1, le=365, description="Days a dropped draft may still be taken up again before it is erased."
    )
    invitations_expire_days: int = Field(14, ge=1, le=90, description="Days an invitation to write a dossier may be accepted.")
    collaboration_page_url: str = Field(
        "", description="Page where an invitation to write a dossier is accepted, with `{token}`; empty: the invitation as JSON."
    )
    messages_told_after_minutes: int = Field(
        10, ge=1, le=1440, description="Minutes messages wait so that one mail tells of all those written meanwhile."
    )
    attachments_per_dossier: int = Field(30, ge=1, le=200, description="Most attachments a dossier may carry.")
    notice_days: int = Field(
        8, ge=0, le=90, description="Fewest days between the day a notice amends a campaign and the campaign's deadline."
    )
    clamd: str = Field(
        "",
        pattern=r"^(?:tcp://[^/\s]+:[0-9]{1,5}|unix:/\S+)?$",
        description="ClamAV daemon, `tcp://host:3310` or `unix:/run/clamav/clamd.ctl`: attachments wait for its scan. Empty: no scan.",
    )
    clamd_seconds: float = Field(300, gt=0, description="Seconds the scan of one attachment may take.")
    reopening_within_days: int = Field(
        7, ge=0, le=60, description="Days after its closing within which a campaign may be reopened by putting its deadline off."
    )
    call_page_url: str = Field(
        "",
        pattern=r"^(https?://[^\s<>\"]+)?$",
        description="Page where people fill the form of a campaign; `{campaign_id}` stands for its id. Empty: the address of its contract.",
    )
    webhook_failing_days: int = Field(5, ge=1, le=60, description="A webhook that fails for so many days is disabled.")
    webhook_retention_days: int = Field(
        30, ge=2, le=366, description="How long events and their deliveries are kept, and may be replayed."
    )
    webhooks_per_organisation: int = Field(10, ge=1, le=100, description="Most webhooks an organisation may have.")
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
