"""A real SMTP server that keeps what it is sent, and refuses when told to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.real.ports import free_port


@dataclass
class Mailbox:
    """Everything that arrived, oldest first."""

    port: int
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    refused: int = 0
    _answers: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def refuse(self, times: int, *, answer: str = "451 Try again later") -> None:
        """Answer the next messages so, and keep none of them."""
        self._answers += [answer] * times

    def clear(self) -> None:
        self.messages.clear()
        self.recipients.clear()
        self._answers.clear()
        self.refused = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self._answers:
            self.refused += 1
            return self._answers.pop(0)
        content = envelope.original_content or b""
        self.recipients.append(list(envelope.rcpt_tos))
        self.messages.append(message_from_bytes(content, policy=policy.default))
        return "250 Message accepted"


@contextmanager
def smtp() -> Iterator[Mailbox]:
    mailbox = Mailbox(port=free_port())
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
