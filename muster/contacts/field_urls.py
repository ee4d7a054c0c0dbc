"""Addresses of the Fields page."""

from __future__ import annotations

from django.urls import path

from muster.contacts.pages import fields

app_name = "fields"
urlpatterns = [
    path("", fields.show, name="list"),
    path("add/", fields.add, name="add"),
    path("<int:pk>/", fields.edit, name="edit"),
    path("<int:pk>/delete/", fields.delete, name="delete"),
    path("<int:pk>/move/", fields.move, name="move"),
    path("answers/<int:pk>/forget/", fields.forget_answer, name="forget_answer"),
]
