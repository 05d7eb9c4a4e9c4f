"""Settings of the directory: `DIRECTORY_…`, besides what services share."""

from typing import ClassVar, Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from services.common.settings import ServiceSettings


class Settings(ServiceSettings):
    """What this service reads from its environment."""

    model_config = SettingsConfigDict(env_prefix="DIRECTORY_")

    signing_key: SecretStr = Field(
        SecretStr(""),
        description="RSA private key of access tokens, as PEM text or a file's path; empty: drawn once under data_dir/keys.",
    )
    previous_keys: str = Field(
        "",
        description="Keys retired less than ten minutes ago, still published: PEM text, or paths separated by commas.",
    )
    password_cost: Literal["normal", "low"] = Field(
        "normal", description="Work of a password hash; `low` is for tests and is refused in production."
    )
    refresh_days: int = Field(30, ge=1, le=365, description="Days after which a session that is not used is closed.")
    mails_per_hour: int = Field(
        5, ge=1, description="Most mails of one kind (confirmation, new password) an address is sent in an hour."
    )
    requests_per_hour: int = Field(
        300, ge=1, description="Most registrations and requests for a mail accepted from one network address in an hour."
    )
    invitation_days: int = Field(14, ge=1, le=90, description="Days for which an invitation to an organisation can be accepted.")
    invitations_per_hour: int = Field(60, ge=1, description="Most mails of invitation one person has sent in an hour.")
    claim_days: int = Field(
        14, ge=1, le=90, description="Days the managers have to object when a member claims the management they do not exercise."
    )
    client_tokens_per_minute: int = Field(60, ge=1, description="Most access tokens a program is given in a minute.")

    export_hours: int = Field(24, ge=1, le=720, description="Hours services have to answer a person's request for their data.")
    erasure_days: int = Field(7, ge=0, le=30, description="Days in which a person may change their mind about being erased.")
    retention_accounts_months: int = Field(
        36, ge=12, le=120, description="Months without a sign-in after which a person is warned, then erased thirty days later."
    )
    retention_joining_months: int = Field(
        12, ge=1, le=60, description="Months decided requests to join and claims of management are kept, with their words."
    )
    retention_exports_days: int = Field(7, ge=1, le=30, description="Days an export of personal data can be downloaded.")

    #: Fixed: what a service that was away still finds.
    retention_told_days: ClassVar[int] = 30

    @model_validator(mode="after")
    def _real_passwords_in_production(self) -> Self:
        if self.environment == "production" and self.password_cost != "normal":  # noqa: S105
            raise ValueError("DIRECTORY_PASSWORD_COST=low is refused in production")
        return self
