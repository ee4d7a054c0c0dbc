"""Addresses of a team's contacts, and of its Fields page."""

from __future__ import annotations

from django.urls import URLPattern, path

from muster.contacts.pages import downloads, edit, fields, many, saved_lists, stop_list, views

contacts: list[URLPattern] = [
    path("", views.contacts, name="list"),
    path("add/", edit.add, name="add"),
    path("contacts.csv", downloads.export, name="export"),
    path("contacts.xlsx", downloads.workbook, name="workbook"),
    path("audience.csv", downloads.audience, name="audience"),
    path("total/", views.total, name="total"),
    path("several/", many.several, name="several"),
    path("several/done/", many.steps, name="steps"),
    path("several/done/<int:pk>/undo", many.undo, name="undo_step"),
    path("lists/", saved_lists.save, name="save_list"),
    path("lists/<int:pk>/delete", saved_lists.delete, name="delete_list"),
    path("stopped/", stop_list.show, name="stop_list"),
    path("stopped.csv", stop_list.download, name="stopped"),
    path("stopped/words", stop_list.words, name="stop_words"),
    path("<int:pk>/", views.record, name="record"),
    path("<int:pk>/edit/", edit.edit, name="edit"),
    path("<int:pk>/consent", views.consent, name="consent"),
    path("<int:pk>/opt-in/<slug:channel>/", stop_list.opt_in, name="opt_in"),
    path("<int:pk>/erase/", views.erase, name="erase"),
]

custom_fields: list[URLPattern] = [
    path("", fields.show, name="list"),
    path("add/", fields.add, name="add"),
    path("<int:pk>/", fields.edit, name="edit"),
    path("<int:pk>/delete/", fields.delete, name="delete"),
    path("<int:pk>/move/", fields.move, name="move"),
    path("answers/<int:pk>/forget/", fields.forget_answer, name="forget_answer"),
]
