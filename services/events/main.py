"""`uvicorn services.events.main:app`"""

from services.common import logs

from .app import create_app
from .settings import Settings

settings = Settings()
logs.configure(settings.log_level)
app = create_app(settings)
