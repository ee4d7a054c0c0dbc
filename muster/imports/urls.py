"""The addresses of Contact Import, below /t/<team>/imports/."""

from __future__ import annotations

from django.urls import path

from muster.imports import confirm_views, fix_views, grid_views, reading_views, review_views, row_views, views

app_name = "imports"
urlpatterns = [
    path("", views.history, name="history"),
    path("new/", views.new, name="new"),
    path("paste/", views.paste, name="paste"),
    path("template.csv", views.template, name="template"),
    path("<uuid:pk>/", views.show, name="show"),
    path("<uuid:pk>/progress", views.progress, name="progress"),
    path("<uuid:pk>/rows-to-fix.csv", views.rows_to_fix, name="rows_to_fix"),
    path("<uuid:pk>/changes.csv", views.changes, name="changes"),
    path("<uuid:pk>/original", views.original, name="original"),
    path("<uuid:pk>/options", review_views.options, name="options"),
    path("<uuid:pk>/columns", review_views.columns, name="columns"),
    path("<uuid:pk>/reading/", reading_views.how_read, name="reading"),
    path("<uuid:pk>/rows/<int:number>/", row_views.row, name="row"),
    path("<uuid:pk>/rows/<int:number>/leave-out", review_views.leave_out, name="leave_out"),
    path("<uuid:pk>/fix/", fix_views.fix, name="fix"),
    path("<uuid:pk>/grid/", grid_views.state, name="grid"),
    path("<uuid:pk>/grid/rows", grid_views.rows, name="grid_rows"),
    path("<uuid:pk>/grid/cells", grid_views.cells, name="grid_cells"),
    path("<uuid:pk>/grid/ops", grid_views.ops, name="grid_ops"),
    path("<uuid:pk>/grid/next", grid_views.next_one, name="grid_next"),
    path("<uuid:pk>/grid/find", grid_views.find_text, name="grid_find"),
    path("<uuid:pk>/grid/causes", grid_views.causes, name="grid_causes"),
    path("<uuid:pk>/undo-step", review_views.undo_step, name="undo_step"),
    path("<uuid:pk>/redo-step", review_views.redo_step, name="redo_step"),
    path("<uuid:pk>/confirm/", confirm_views.confirm, name="confirm"),
    path("<uuid:pk>/cancel", confirm_views.cancel, name="cancel"),
    path("<uuid:pk>/undo/", confirm_views.undo_import, name="undo"),
]
