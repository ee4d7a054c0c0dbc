"""Addresses of the Fields page."""

from __future__ import annotations

from django.urls import path

from muster.contacts import field_pages

app_name = "fields"
urlpatterns = [
    path("", field_pages.show, name="list"),
    path("add/", field_pages.add, name="add"),
    path("<int:pk>/", field_pages.edit, name="edit"),
    path("<int:pk>/delete/", field_pages.delete, name="delete"),
    path("<int:pk>/move/", field_pages.move, name="move"),
    path("answers/<int:pk>/forget/", field_pages.forget_answer, name="forget_answer"),
]
