"""Every address and every operation, and who may open it. `test_walls.py` tries them all; one that is missing fails."""

from enum import StrEnum


class Door(StrEnum):
    """Who may go through."""

    ANYONE = "anyone"
    SIGNED_IN = "whoever is signed in"
    MEMBER = "everybody in the team"
    ADMIN = "Admins of the team"
    TEAM_OWNER = "owners, seeing the team"
    OWNER = "owners"
    SIGNED = "nobody but who signs the call"
    SHUT = "nobody, once there is an owner"


A, S, M, D, T, O = Door.ANYONE, Door.SIGNED_IN, Door.MEMBER, Door.ADMIN, Door.TEAM_OWNER, Door.OWNER  # noqa: E741

# By name; an address without one by its pattern.
PAGES = {
    "healthz": A,
    "readyz": A,
    "metrics": A,
    "api-docs": A,
    "guide": A,
    "home": S,
    "invitation": A,
    "welcome": Door.SHUT,
    "notices": S,
    "profile": S,
    "appearance": S,
    "language": S,
    "new_token": S,
    "revoke_token": S,
    "end_session": S,
    "end_other_sessions": S,
    "owner:teams": O,
    "owner:new_team": O,
    "owner:team": O,
    "owner:owners": O,
    "owner:end_ownership": O,
    "owner:people": O,
    "owner:person": O,
    "owner:log": O,
    "status": O,
    "owner:mails": O,
    "owner:mail_server": O,
    "owner:mail": O,
    "overview:overview": M,
    "teams:switch": M,
    "teams:users": D,
    "teams:invite": D,
    "teams:member": D,
    "teams:remove": D,
    "teams:resend": D,
    "teams:withdraw": D,
    "teams:log": D,
    "fields:list": D,
    "fields:add": D,
    "fields:edit": D,
    "fields:delete": D,
    "fields:move": D,
    "fields:forget_answer": D,
    "hook": Door.SIGNED,
    "connections:list": D,
    "connections:add": D,
    "connections:one": D,
    "connections:edit": D,
    "connections:delete": D,
    "webhooks:list": D,
    "webhooks:add": D,
    "webhooks:one": D,
    "webhooks:edit": D,
    "webhooks:secret": D,
    "webhooks:test": D,
    "webhooks:again": D,
    "webhooks:delete": D,
    "contacts:list": M,
    "contacts:add": D,
    "contacts:export": D,
    "contacts:workbook": D,
    "contacts:audience": M,
    "contacts:stop_list": D,
    "contacts:stopped": D,
    "contacts:stop_words": D,
    "contacts:opt_in": D,
    "contacts:save_list": M,
    "contacts:total": M,
    "contacts:several": D,
    "contacts:steps": D,
    "contacts:undo_step": D,
    "contacts:delete_list": M,
    "contacts:record": M,
    "contacts:edit": D,
    "contacts:consent": M,
    "contacts:erase": D,
    "imports:history": D,
    "imports:new": D,
    "imports:paste": D,
    "imports:template": D,
    "imports:template_workbook": D,
    "imports:recipes": D,
    "imports:recipe": D,
    "imports:recipe_delete": D,
    "imports:repeat": D,
    "imports:take_back": D,
    "imports:show": D,
    "imports:name": D,
    "imports:progress": D,
    "imports:rows_to_fix": D,
    "imports:fix_workbook": D,
    "imports:changes": D,
    "imports:original": D,
    "imports:look_anew": D,
    "imports:options": D,
    "imports:columns": D,
    "imports:apply_opt_outs": D,
    "imports:fix_here": D,
    "imports:reading": D,
    "imports:row": D,
    "imports:leave_out": D,
    "imports:fix": D,
    "imports:grid": D,
    "imports:grid_rows": D,
    "imports:grid_cells": D,
    "imports:grid_ops": D,
    "imports:grid_next": D,
    "imports:grid_find": D,
    "imports:grid_causes": D,
    "imports:undo_step": D,
    "imports:redo_step": D,
    "imports:confirm": D,
    "imports:cancel": D,
    "imports:undo": D,
}

# What the pages want to be told that have nothing to show otherwise.
FORMS = {
    "contacts:consent": {"channel": "text", "opted_out": "yes"},
    "imports:fix": {"fix": "trim", "header": "FirstName"},
}
PERSONAL = {"revoke_token", "end_session"}  # 404 to everybody but whose it is
SPOKEN_BY_SCRIPTS = {"imports:grid_cells": {"patch"}}

# The library's: how one signs in, and one's own account.
LIBRARY = {
    "account_login": A,
    "account_logout": A,
    "account_inactive": A,
    "account_signup": A,
    "account_reauthenticate": S,
    "account_request_reauthentication_code": S,
    "account_confirm_reauthentication_code": S,
    "account_email": S,
    "account_email_verification_sent": A,
    "account_change_password": S,
    "account_set_password": S,
    "account_reset_password": A,
    "account_reset_password_done": A,
    "account_reset_password_from_key": A,
    "account_reset_password_from_key_done": A,
    "account_confirm_login_code": A,
    "account_confirm_email": A,
    "mfa_index": S,
    "mfa_authenticate": A,
    "mfa_reauthenticate": S,
    "mfa_activate_totp": S,
    "mfa_deactivate_totp": S,
    "mfa_view_recovery_codes": S,
    "mfa_generate_recovery_codes": S,
    "mfa_download_recovery_codes": S,
    "mfa_list_webauthn": S,
    "mfa_add_webauthn": S,
    "mfa_reauthenticate_webauthn": S,
    "mfa_remove_webauthn": S,
    "mfa_edit_webauthn": S,
    "mfa_login_webauthn": A,
    "socialaccount_login_cancelled": A,
    "socialaccount_login_error": A,
    "socialaccount_signup": A,
    "socialaccount_connections": S,
    "openid_connect_login": A,
    "openid_connect_callback": A,
    "usersessions_list": A,  # leads to Profile
    "accounts/sessions/": A,
    "accounts/social/login/cancelled/": A,
    "accounts/social/login/error/": A,
    "accounts/social/signup/": A,
    "accounts/social/connections/": A,
}

# Below /api/v1. What a page forbids a user, it forbids their token.
OPERATIONS = {
    "GET /me": S,
    "GET /teams": S,
    "POST /teams": O,
    "GET /teams/{team}": M,
    "PATCH /teams/{team}": T,
    "GET /teams/{team}/users": D,
    "POST /teams/{team}/users": D,
    "PATCH /teams/{team}/users/{email}": D,
    "DELETE /teams/{team}/users/{email}": D,
    "GET /teams/{team}/recipes": D,
    "GET /teams/{team}/recipes/{recipe_id}": D,
    "PATCH /teams/{team}/recipes/{recipe_id}": D,
    "DELETE /teams/{team}/recipes/{recipe_id}": D,
    "GET /teams/{team}/fields": M,
    "POST /teams/{team}/fields": D,
    "PATCH /teams/{team}/fields/{name}": D,
    "DELETE /teams/{team}/fields/{name}": D,
    "GET /teams/{team}/template.csv": D,
    "GET /teams/{team}/template.xlsx": D,
    "POST /teams/{team}/imports": D,
    "GET /teams/{team}/imports": D,
    "GET /teams/{team}/imports/{import_id}": D,
    "PATCH /teams/{team}/imports/{import_id}": D,
    "GET /teams/{team}/imports/{import_id}/rows": D,
    "PATCH /teams/{team}/imports/{import_id}/rows": D,
    "POST /teams/{team}/imports/{import_id}/confirm": D,
    "POST /teams/{team}/imports/{import_id}/cancel": D,
    "POST /teams/{team}/imports/{import_id}/apply-opt-outs": D,
    "POST /teams/{team}/imports/{import_id}/fix": D,
    "POST /teams/{team}/imports/{import_id}/undo": D,
    "GET /teams/{team}/imports/{import_id}/rows-to-fix.csv": D,
    "GET /teams/{team}/imports/{import_id}/rows-to-fix.xlsx": D,
    "GET /teams/{team}/contacts": M,
    "POST /teams/{team}/contacts": D,
    "GET /teams/{team}/contacts/{contact_id}": M,
    "DELETE /teams/{team}/contacts/{contact_id}": D,
    "PATCH /teams/{team}/contacts/{contact_id}": D,
    "GET /teams/{team}/contacts/{contact_id}/history": M,
    "POST /teams/{team}/contacts/{contact_id}/consent": M,
    "POST /teams/{team}/consent": M,
    "GET /teams/{team}/stopped": D,
    "GET /teams/{team}/changes": M,
    "GET /teams/{team}/webhooks": D,
    "POST /teams/{team}/webhooks": D,
    "PATCH /teams/{team}/webhooks/{webhook_id}": D,
    "DELETE /teams/{team}/webhooks/{webhook_id}": D,
    "POST /teams/{team}/webhooks/{webhook_id}/secret": D,
    "POST /teams/{team}/webhooks/{webhook_id}/test": D,
    "GET /teams/{team}/webhooks/{webhook_id}/deliveries": D,
    "POST /teams/{team}/webhooks/deliveries/{delivery_id}/again": D,
    "GET /teams/{team}/connections": D,
    "POST /teams/{team}/connections": D,
    "PATCH /teams/{team}/connections/{connection_id}": D,
    "DELETE /teams/{team}/connections/{connection_id}": D,
    "GET /teams/{team}/connections/{connection_id}/calls": D,
    "GET /teams/{team}/contacts.csv": D,
    "GET /teams/{team}/contacts.xlsx": D,
    "GET /teams/{team}/audience": M,
}

# A body that the operation takes, so that an id of another team is what it stumbles over.
BODIES: dict[str, object] = {
    "POST /teams": {"name": "New"},
    "PATCH /teams/{team}": {"strict_numbers": True},
    "POST /teams/{team}/users": {"email": "new@example.edu"},
    "PATCH /teams/{team}/users/{email}": {"staff_id": "new"},
    "PATCH /teams/{team}/recipes/{recipe_id}": {"name": "New", "version": 1},
    "POST /teams/{team}/fields": {"name": "New", "kind": "text"},
    "PATCH /teams/{team}/fields/{name}": {"required": True},
    "POST /teams/{team}/imports": {"text": "ContactId", "blank_mobile": "infer"},
    "PATCH /teams/{team}/imports/{import_id}": {"blank_mobile": "infer"},
    "PATCH /teams/{team}/imports/{import_id}/rows": [{"row": 2, "leave_out": True}],
    "POST /teams/{team}/contacts": {"first_name": "New", "last_name": "X", "mobile_number": "+1 716 555 9999"},
    "PATCH /teams/{team}/contacts/{contact_id}": {"first_name": "New"},
    "POST /teams/{team}/webhooks": {"url": "https://example.com/hook", "events": ["contacts.changed"]},
    "PATCH /teams/{team}/webhooks/{webhook_id}": {"events": ["import.finished"]},
    "POST /teams/{team}/connections": {"kind": "twilio", "name": "Texting", "secret": "s"},
    "PATCH /teams/{team}/connections/{connection_id}": {"name": "Texting"},
    "POST /teams/{team}/contacts/{contact_id}/consent": {"channel": "text", "opted_out": True, "source": "user"},
    "POST /teams/{team}/consent": {
        "number": "+17165550101",
        "channel": "text",
        "opted_out": True,
        "source": "contact",
    },
}


OTHERS = {"alice", "bob", "charlie", "dora"}


def opens(door: Door, character: str) -> str:
    """What a character meets at a door: "open", or how it is shut. Charlie and Dora are in other teams, or in none."""
    open_to = {S: OTHERS, M: {"alice", "bob"}, D: {"alice"}, T: set[str](), O: set[str]()}
    if door is Door.SIGNED:
        return "403"
    if door is Door.SHUT:
        return "404"
    if door is A or character == "olivia":
        return "open"
    if character == "nobody":
        return "sign in"
    if character in open_to[door]:
        return "open"
    return "404" if character in {"charlie", "dora"} and door is not O else "403"
