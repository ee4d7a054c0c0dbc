"""Addresses of a team's connections and webhooks."""

from __future__ import annotations

from django.urls import URLPattern, path

from muster.connect.pages import connections, webhooks

connection_pages: list[URLPattern] = [
    path("", connections.show, name="list"),
    path("add/", connections.add, name="add"),
    path("<int:pk>/", connections.one, name="one"),
    path("<int:pk>/edit/", connections.edit, name="edit"),
    path("<int:pk>/delete/", connections.delete, name="delete"),
]

webhook_pages: list[URLPattern] = [
    path("", webhooks.show, name="list"),
    path("add/", webhooks.add, name="add"),
    path("<int:pk>/", webhooks.one, name="one"),
    path("<int:pk>/edit/", webhooks.edit, name="edit"),
    path("<int:pk>/secret/", webhooks.secret, name="secret"),
    path("<int:pk>/test/", webhooks.test, name="test"),
    path("<int:pk>/delete/", webhooks.delete, name="delete"),
    path("<int:pk>/deliveries/<int:delivery>/again/", webhooks.again, name="again"),
]
