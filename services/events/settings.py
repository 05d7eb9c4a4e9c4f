"""Settings of the events service: `EVENTS_…`, besides what services share."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.common.settings import ServiceSettings


class Settings(ServiceSettings):
    """What this service reads from its environment."""

    model_config = SettingsConfigDict(env_prefix="EVENTS_")

    event_page_url: str = Field(
        "",
        description="Page of an event for people, with `{reference}`; empty: the event itself, as JSON, under public_url.",
    )
    registration_page_url: str = Field(
        "",
        description="Page of one's own registration, with `{token}`; empty: the registration itself, as JSON, under public_url.",
    )
    confirmation_hours: int = Field(
        24, ge=1, le=168, description="Hours somebody without an account has to confirm their e-mail; then their seats go on."
    )
    survey_page_url: str = Field(
        "",
        description="Page where somebody answers a survey, with `{survey_token}`; empty: the survey itself, as JSON, under public_url.",
    )
    survey_days: int = Field(14, ge=1, le=90, description="Days a survey stays open when organisers say nothing else.")
