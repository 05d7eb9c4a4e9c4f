"""The service's own tables and no others."""

from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from services.common.db import new_metadata
from services.common.storage import declare_kernel_tables


class Base(SQLModel, registry=registry(metadata=new_metadata())):
    """Base of every table of the events service."""


KERNEL = declare_kernel_tables(Base.metadata)
