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
        description="Page of one's own registration, with `{token}`; empty: the platform's own (`/inscription`), under public_url.",
    )
    visio_page_url: str = Field(
        "",
        description="Page for people whose visio link does not lead to a room, with `{token}` and `{problem}`; empty: the problem, as JSON.",
    )
    confirmation_hours: int = Field(
        24, ge=1, le=168, description="Hours somebody without an account has to confirm their e-mail; then their seats go on."
    )
    registrations_per_address_per_hour: int = Field(
        6, ge=1, description="Most registrations without an account that one e-mail address may ask for in an hour."
    )
    registrations_per_network_per_hour: int = Field(
        120, ge=1, description="Most registrations without an account accepted from one network address in an hour."
    )
    email_change_page_url: str = Field(
        "",
        description="Page where a new e-mail is confirmed, with `{token}`; empty: the change itself, as JSON, under public_url.",
    )
    links_per_hour: int = Field(3, ge=1, description="Most times in an hour an address is sent the link of its registration again.")
    link_requests_per_hour: int = Field(
        120, ge=1, description="Most requests for a link accepted from one network address in an hour."
    )
    certificate_page_url: str = Field(
        "",
        description="Page where anyone verifies a certificate, with `{code}`; empty: the verification itself, as JSON, under public_url.",
    )
    survey_page_url: str = Field(
        "",
        description="Page where somebody answers a survey, with `{survey_token}`; empty: the survey itself, as JSON, under public_url.",
    )
    survey_days: int = Field(14, ge=1, le=90, description="Days a survey stays open when organisers say nothing else.")
    personal_data_page_url: str = Field(
        "",
        description="Page where a request about personal data is confirmed, with `{request_token}`; empty: as JSON, under public_url.",
    )
    mails_per_hour: int = Field(3, ge=1, description="Most mails an address is sent in an hour about its personal data.")
    requests_per_hour: int = Field(
        60, ge=1, description="Most requests about personal data accepted from one network address in an hour."
    )
    retention_needs_days: int = Field(7, ge=0, le=90, description="Days needs are kept after an event.")
    retention_phones_months: int = Field(3, ge=0, le=36, description="Months contacts' phones are kept after an event.")
    retention_answers_months: int = Field(
        12, ge=0, le=36, description="Months answers to an event's form, and texts of its survey, are kept after it."
    )
    retention_identity_months: int = Field(36, ge=0, le=120, description="Months names and e-mails are kept after an event.")
    retention_wishes_months: int = Field(
        36, ge=0, le=120, description="Months the account and the address of who said a training need are kept."
    )
    retention_certificates_months: int = Field(60, ge=0, le=240, description="Months certificates are kept after an event.")
