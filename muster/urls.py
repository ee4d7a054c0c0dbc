"""Every address of the product, one include per part."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from muster import health
from muster.connect import urls as connect
from muster.connect.incoming.hook import hook
from muster.contacts import urls
from muster.imports.pages.start import guide
from muster.overview.views import notices, overview

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("owner/status/", health.status, name="status"),
    path("hooks/<str:key>", hook, name="hook"),
    path("", include("muster.api.application")),
    path("", include("muster.teams.urls")),
    path("notices/", notices, name="notices"),
    path("t/<slug:team>/", include(([path("", overview, name="overview")], "overview"))),
    path("t/<slug:team>/fields/", include((urls.custom_fields, "fields"))),
    path("t/<slug:team>/contacts/", include((urls.contacts, "contacts"))),
    path("t/<slug:team>/imports/", include("muster.imports.urls")),
    path("t/<slug:team>/connections/", include((connect.connection_pages, "connections"))),
    path("t/<slug:team>/webhooks/", include((connect.webhook_pages, "webhooks"))),
    path("guide/errors", guide, name="guide"),
]

handler403 = "muster.teams.pages.errors.forbidden"
handler500 = "muster.busy.failed"
