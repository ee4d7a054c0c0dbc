"""The WSGI application, for any WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

from muster.settings import make_folder

make_folder()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "muster.django_settings")
application = get_wsgi_application()

from muster.teams import seen  # noqa: E402  its models can be loaded only now

seen.keep_writing()
