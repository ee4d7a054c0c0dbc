"""Addresses of a team's contacts."""

from __future__ import annotations

from django.urls import path

from muster.contacts import downloads, edit_views, views

app_name = "contacts"
urlpatterns = [
    path("", views.contacts, name="list"),
    path("add/", edit_views.add, name="add"),
    path("contacts.csv", downloads.export, name="export"),
    path("audience.csv", downloads.audience, name="audience"),
    path("<int:pk>/", views.record, name="record"),
    path("<int:pk>/edit/", edit_views.edit, name="edit"),
    path("<int:pk>/consent", views.consent, name="consent"),
    path("<int:pk>/erase/", views.erase, name="erase"),
]
