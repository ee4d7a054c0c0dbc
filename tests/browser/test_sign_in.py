"""Every way to sign in, in a real browser, with a real identity provider and a real mail server."""

import re
import time
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.conftest import StartMuster
from tests.real.oidc import oidc
from tests.real.ports import wait_until
from tests.real.server import MusterServer
from tests.real.smtp import Mailbox

OLGA, PASSWORD = "olga@example.edu", "a rather long password"
PERIOD = 30  # seconds that a code of an app lives
SECONDS_TO_TYPE = 8


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The address of an identity provider that knows Olga, a stranger, and one who only says to be Olga."""
    olga = {"sub": "olga", "email": OLGA.upper(), "email_verified": True, "name": "Olga"}
    stranger = {"sub": "stranger", "email": "stranger@example.edu", "email_verified": True}
    mallory = {"sub": "mallory", "email": OLGA, "email_verified": False}
    with oidc(olga, stranger, mallory) as address:
        yield address


@pytest.fixture(scope="module")
def installation(start_muster: StartMuster, provider: str) -> MusterServer:
    """A Muster with that provider; Olga owns it. At localhost, where browsers allow passkeys without TLS."""
    started = start_muster(
        MUSTER_OIDC_URL=provider,
        MUSTER_OIDC_NAME="University sign-in",
        MUSTER_OIDC_CLIENT_ID="muster",
        MUSTER_OIDC_CLIENT_SECRET="secret",
    )
    started.url = started.url.replace("127.0.0.1", "localhost")
    started.run("owner", OLGA, MUSTER_PASSWORD=PASSWORD)
    return started


@pytest.fixture
def browser(chromium: Browser, installation: MusterServer) -> Iterator[BrowserContext]:
    """A browser nobody has signed in with."""
    context = chromium.new_context(base_url=installation.url)
    yield context
    context.close()


def sign_in(page: Page, email: str = OLGA, password: str = PASSWORD) -> None:
    page.goto("/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def confirm_it_is_me(page: Page, wanted: Locator) -> None:
    """What is asked before a change of how one signs in, once in a few minutes; `wanted` is what comes after it."""
    asked = page.get_by_role("heading", name="Is it you?")
    expect(asked.or_(wanted)).to_be_visible()
    if not asked.is_visible():
        return
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


def sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to Muster")).to_be_visible()


def is_in(page: Page) -> None:
    expect(page.get_by_role("heading", name=re.compile("All teams|Contacts|No contact|Users"), level=1)).to_be_visible()


def test_it_signs_in_with_the_institutions_provider(browser: BrowserContext) -> None:
    page = browser.new_page()
    page.goto("/")
    page.get_by_role("link", name="University sign-in").click()
    page.get_by_role("button", name="olga").click()
    is_in(page)
    page.goto("/profile/")
    expect(page.get_by_text(OLGA).first).to_be_visible()


@pytest.mark.parametrize(
    ("who", "heading"),
    [("stranger", "You don't have an account here yet"), ("mallory", "We can't be sure that it's you")],
)
def test_it_lets_in_nobody_it_does_not_know(browser: BrowserContext, who: str, heading: str) -> None:
    page = browser.new_page()
    page.goto("/")
    page.get_by_role("link", name="University sign-in").click()
    page.get_by_role("button", name=who).click()
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    page.goto("/profile/")
    expect(page.get_by_role("heading", name="Sign in to Muster")).to_be_visible()


def test_it_says_that_one_stopped(browser: BrowserContext) -> None:
    page = browser.new_page()
    page.goto("/")
    page.get_by_role("link", name="University sign-in").click()
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_role("link", name="Back to sign in")).to_be_visible()


def test_it_shows_what_is_typed_and_says_what_is_wrong(browser: BrowserContext) -> None:
    page = browser.new_page()
    sign_in(page, password="wrong")
    expect(page.get_by_role("alert")).to_be_focused()
    password = page.get_by_label("Password", exact=True)
    password.fill("abc")
    page.get_by_role("button", name="Show").click()
    expect(password).to_have_attribute("type", "text")


def test_it_signs_in_with_a_passkey_and_no_password(browser: BrowserContext) -> None:
    page = browser.new_page()
    keys = browser.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    virtual = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    keys.send("WebAuthn.addVirtualAuthenticator", {"options": virtual | {"isUserVerified": True}})
    sign_in(page)
    page.goto("/accounts/2fa/webauthn/add/")
    confirm_it_is_me(page, page.get_by_label("Name"))
    page.get_by_label("Name").fill("My laptop")
    page.get_by_label(re.compile("[Pp]asswordless")).check()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    is_in(page)
    page.goto("/accounts/2fa/webauthn/")
    page.get_by_role("link", name="Remove My laptop").click()
    confirm_it_is_me(page, page.get_by_role("button", name="Remove"))
    page.get_by_role("button", name="Remove").click()
    sign_out(page)
    sign_in(page)
    is_in(page)


def shown_by_app(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD)))


def code_of(secret: str, after: str = "") -> str:
    """The app's code, not the one just used, as each works once, and not one that is about to change."""
    while (code := shown_by_app(secret)) == after or PERIOD - time.time() % PERIOD < SECONDS_TO_TYPE:
        time.sleep(PERIOD - time.time() % PERIOD + 0.1)
    return code


def test_it_signs_in_with_the_code_of_an_app(browser: BrowserContext) -> None:
    page = browser.new_page()
    sign_in(page)
    page.goto("/profile/")
    page.get_by_role("link", name="Set up an authenticator app").click()
    confirm_it_is_me(page, page.locator("#authenticator_secret"))
    secret = page.locator("#authenticator_secret").inner_text()
    used = code_of(secret)
    page.get_by_label("code").fill(used)
    page.get_by_role("button", name="Turn on").click()
    expect(page.locator("#recovery_codes li")).to_have_count(10)
    recovery = page.locator("#recovery_codes li").first.inner_text()

    for code in (lambda: code_of(secret, after=used), lambda: recovery):
        sign_out(page)
        sign_in(page)
        expect(page.get_by_role("heading", name="One more step")).to_be_visible()
        page.get_by_label("code").fill(code())  # type: ignore[no-untyped-call]
        page.get_by_role("button", name="Sign in", exact=True).click()
        is_in(page)

    page.goto("/accounts/2fa/totp/deactivate/")
    confirm_it_is_me(page, page.get_by_role("button", name="Turn off"))
    page.get_by_role("button", name="Turn off").click()
    expect(page.get_by_role("heading", name="Turn the authenticator app off?")).to_have_count(0)


def link_in(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    [link] = re.findall(r"http://\S+", body.get_content())
    return str(link)


def test_it_invites_by_mail_and_resets_a_password_by_mail(
    chromium: Browser, start_muster: StartMuster, smtp_server: Mailbox
) -> None:
    server = start_muster(MUSTER_EMAIL_URL=smtp_server.url, MUSTER_EMAIL_FROM="Muster <muster@example.edu>")
    server.run("owner", OLGA, MUSTER_PASSWORD=PASSWORD)
    owner = chromium.new_context(base_url=server.url).new_page()
    sign_in(owner)
    owner.get_by_role("link", name=re.compile("Create")).first.click()
    owner.get_by_label("Name").fill("Admissions")
    owner.get_by_role("button", name="Create the team").click()
    owner.get_by_role("link", name="Invite a user").click()
    owner.get_by_label("Email").fill("zoe@example.edu")
    owner.get_by_label("Admin: also imports").check()
    owner.get_by_role("button", name="Send the invitation").click()
    expect(owner.get_by_text("We mailed zoe@example.edu")).to_be_visible()

    new = chromium.new_context(base_url=server.url).new_page()
    new.goto(link_in(smtp_server.messages[-1]))
    new.get_by_label("First name").fill("Zoë")
    new.get_by_label("Last name").fill("Zimmer")
    new.get_by_label("Password", exact=True).fill("the first password")
    new.get_by_role("button", name="Join Admissions").click()
    expect(new).to_have_url(re.compile("/t/admissions/$"))

    forgetful = chromium.new_context(base_url=server.url).new_page()
    forgetful.goto("/")
    forgetful.get_by_role("link", name="Forgot password?").click()
    forgetful.get_by_label("Email").fill("zoe@example.edu")
    forgetful.get_by_role("button", name="Mail me a link").click()
    expect(forgetful.get_by_role("heading", name="Check your mail")).to_be_visible()
    wait_until(lambda: len(smtp_server.messages) == 2, seconds=10, what=lambda: "no mail")
    message = smtp_server.messages[-1]
    assert (message["To"], message["From"]) == ("zoe@example.edu", "Muster <muster@example.edu>")
    forgetful.goto(link_in(message))
    forgetful.get_by_label("New password", exact=True).fill("the second password")
    forgetful.get_by_role("button", name="Save the password").click()
    forgetful.get_by_role("main").get_by_role("link", name="Sign in").click()
    sign_in(forgetful, "zoe@example.edu", "the second password")
    expect(forgetful).to_have_url(re.compile("/t/admissions/$"))
    for page in (owner, new, forgetful):
        page.context.close()
