"""Settings of the catalogue: `CATALOGUE_…`, besides what services share."""

from typing import ClassVar

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
    question_page_url: str = Field(
        "",
        description="Page of a question for people, with `{question_id}`; empty: the question itself, as JSON, under public_url.",
    )
    question_reopen_within_days: int = Field(15, ge=1, le=90, description="Days an asker may reopen an answered question.")
    question_kept_months: int = Field(
        24,
        ge=1,
        le=120,
        description="Months a closed question keeps its words and its asker; then only what counts delays is left.",
    )
    #: Fixed: the life of a link, the time a refusal is honoured, a year of vain searches.
    unconfirmed_kept_days: ClassVar[int] = 2
    refusals_kept_months: ClassVar[int] = 36
    searches_kept_months: ClassVar[int] = 12
    file_limit_mb: int = Field(500, ge=1, le=4096, description="Largest file of a document, in MB.")
    upload_hours: int = Field(24, ge=1, description="Hours an interrupted upload waits for its next piece.")
    clamd: str = Field(
        "",
        pattern=r"^(?:tcp://[^/\s]+:[0-9]{1,5}|unix:/\S+)?$",
        description="ClamAV daemon, `tcp://host:3310` or `unix:/run/clamav/clamd.ctl`: files wait for its scan. Empty: no scan.",
    )
    clamd_seconds: float = Field(300, gt=0, description="Seconds the scan of one file may take.")
    reading_seconds: float = Field(120, gt=0, description="Seconds reading the text of one file may take.")
    reading_memory_mb: int = Field(1024, ge=256, description="Memory reading one file may take, in MB.")
    mails_per_hour: int = Field(
        3, ge=1, description="Most confirmation mails an address is sent in an hour when somebody subscribes it to a newsletter."
    )
    requests_per_hour: int = Field(
        60, ge=1, description="Most subscriptions to newsletters accepted from one network address in an hour."
    )
