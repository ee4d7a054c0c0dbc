"""Addresses of a team's contacts."""

from __future__ import annotations

from django.urls import path

from muster.contacts.pages import downloads, edit, views

app_name = "contacts"
urlpatterns = [
    path("", views.contacts, name="list"),
    path("add/", edit.add, name="add"),
    path("contacts.csv", downloads.export, name="export"),
    path("audience.csv", downloads.audience, name="audience"),
    path("<int:pk>/", views.record, name="record"),
    path("<int:pk>/edit/", edit.edit, name="edit"),
    path("<int:pk>/consent", views.consent, name="consent"),
    path("<int:pk>/erase/", views.erase, name="erase"),
]
