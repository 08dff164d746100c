"""What every mailer holds to. An adapter gives `mailer` and `arrived`, which reads what reached the other end."""

from __future__ import annotations

from email import policy
from email.parser import BytesParser
from typing import TYPE_CHECKING
from typing import Any

import pytest
from benchmarks.rig.emulators import moto_outbox

from forms.cloud import Client
from forms.errors import MailError
from forms.letter import Letter
from forms.letter import to_bytes
from forms.memory import MemoryMailer
from forms.outbox import Outbox
from forms.ses import SesMailer

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

    from forms.ports import Mailer
    from forms.world import World

STOP = "<https://site.example/api/unsubscribe?token=" + "x" * 120 + ">"


def letter(name: str = "m1", created: float = 1_790_000_000) -> Letter:
    return Letter(
        id=name,
        created=created,
        sender="post@site.example",
        sender_name="Zoë's Site, Inc.",
        to="ann@example.com",
        subject="Grüße",
        body="First line\n\nLäst line\n",
        reply_to="bob@example.com",
        headers=(("List-Unsubscribe", STOP),),
    )


def changed(part: str, value: str) -> Letter:
    fields: dict[str, Any] = {part: value}
    return letter()._replace(**fields)


def parse(raw: bytes) -> EmailMessage:
    return BytesParser(policy=policy.default).parsebytes(raw)


class MailerContract:
    #: Whether a second letter with the same id arrives once; SES cannot do that.
    takes_an_id_once = True

    @pytest.fixture
    def mailer(self, tmp_path: Path) -> Mailer:
        raise NotImplementedError

    def arrived(self, mailer: Mailer, tmp_path: Path) -> list[EmailMessage]:
        raise NotImplementedError

    def test_a_letter_arrives_as_written(self, mailer: Mailer, tmp_path: Path) -> None:
        mailer.send(letter())
        (message,) = self.arrived(mailer, tmp_path)
        assert message["To"] == "ann@example.com"
        assert message["From"].addresses[0].addr_spec == "post@site.example"
        assert message["From"].addresses[0].display_name == "Zoë's Site, Inc."
        assert message["Subject"] == "Grüße"
        assert message["Reply-To"] == "bob@example.com"
        assert message["List-Unsubscribe"] == STOP
        assert message["Message-ID"] == "<m1@site.example>"
        assert message.get_content().replace("\r\n", "\n") == "First line\n\nLäst line\n"

    def test_two_letters_both_arrive(self, mailer: Mailer, tmp_path: Path) -> None:
        mailer.send(letter("m1"))
        mailer.send(letter("m2"))
        assert len(self.arrived(mailer, tmp_path)) == 2

    def test_an_id_arrives_once(self, mailer: Mailer, tmp_path: Path) -> None:
        if not self.takes_an_id_once:
            pytest.skip("this mailer cannot tell a repeated letter")
        mailer.send(letter())
        mailer.send(letter())
        assert len(self.arrived(mailer, tmp_path)) == 1

    @pytest.mark.parametrize("part", ["to", "subject", "sender_name", "reply_to"])
    def test_a_line_break_in_a_header_is_refused_and_nothing_arrives(
        self, mailer: Mailer, tmp_path: Path, part: str
    ) -> None:
        with pytest.raises(MailError):
            mailer.send(changed(part, "a@b.example\r\nBcc: all@example.com"))
        assert self.arrived(mailer, tmp_path) == []

    @pytest.mark.parametrize("part", ["subject", "reply_to", "sender_name"])
    def test_an_encoded_word_does_not_become_a_header(self, mailer: Mailer, tmp_path: Path, part: str) -> None:
        # CVE-2024-6923: EmailMessage before 3.11.10 wrote a real Bcc header for this.
        mailer.send(changed(part, "=?utf-8?q?=0aBcc:_all=40example.com?="))
        (message,) = self.arrived(mailer, tmp_path)
        assert "Bcc" not in message
        assert {name.lower() for name in message} <= {
            "from", "to", "subject", "date", "message-id", "reply-to", "auto-submitted", "list-unsubscribe",
            "content-type", "content-transfer-encoding", "mime-version",
        }  # fmt: skip


class TestMemoryMailer(MailerContract):
    @pytest.fixture
    def mailer(self, tmp_path: Path) -> Mailer:
        return _Wire()

    def arrived(self, mailer: Mailer, tmp_path: Path) -> list[EmailMessage]:
        assert isinstance(mailer, _Wire)
        return [parse(to_bytes(one)) for one in mailer.sent.values()]

    def test_it_can_fail_before_and_after_the_work(self) -> None:
        mailer = MemoryMailer()
        mailer.fail["send"] = MailError("down")
        with pytest.raises(MailError):
            mailer.send(letter())
        assert mailer.sent == {}
        mailer.fail_after["send"] = MailError("timeout")
        with pytest.raises(MailError):
            mailer.send(letter())
        assert list(mailer.sent) == ["m1"]


class _Wire(MemoryMailer):
    """Memory that writes the bytes first, as every real mailer does."""

    def send(self, letter: Letter) -> None:
        to_bytes(letter)
        super().send(letter)


class TestOutbox(MailerContract):
    @pytest.fixture
    def mailer(self, tmp_path: Path) -> Mailer:
        return Outbox(tmp_path / "data" / "outbox")

    def arrived(self, mailer: Mailer, tmp_path: Path) -> list[EmailMessage]:
        folder = tmp_path / "data" / "outbox"
        return [parse(path.read_bytes()) for path in sorted(folder.glob("*"))] if folder.exists() else []

    def test_names_sort_by_time(self, mailer: Mailer, tmp_path: Path) -> None:
        for name, when in (("a", 3e8), ("c", 1e9), ("b", 1.79e9)):
            mailer.send(letter(name, when))
        names = sorted(path.name for path in (tmp_path / "data" / "outbox").iterdir())
        assert names == ["19790705T052000Z-a.eml", "20010909T014640Z-c.eml", "20260921T141320Z-b.eml"]

    def test_files_are_for_the_owner_only(self, mailer: Mailer, tmp_path: Path) -> None:
        mailer.send(letter())
        (path,) = (tmp_path / "data" / "outbox").iterdir()
        assert path.stat().st_mode & 0o777 == 0o600

    def test_a_folder_that_cannot_be_written_is_a_mail_error(self, tmp_path: Path) -> None:
        (tmp_path / "outbox").write_text("a file in the way")
        with pytest.raises(MailError):
            Outbox(tmp_path / "outbox").send(letter())

    def test_no_encoded_word_of_others_is_written(self, mailer: Mailer, tmp_path: Path) -> None:
        mailer.send(changed("subject", "=?utf-8?q?=0aBcc:_all=40example.com?="))
        (path,) = (tmp_path / "data" / "outbox").iterdir()
        assert b"=?utf-8?q?=0a" not in path.read_bytes()

    def test_a_long_subject_in_other_letters_keeps_to_the_line_ends_of_mail(
        self, mailer: Mailer, tmp_path: Path
    ) -> None:
        mailer.send(changed("subject", "Grüße " * 40))
        (path,) = (tmp_path / "data" / "outbox").iterdir()
        raw = path.read_bytes()
        assert b"\n" not in raw.replace(b"\r\n", b"")
        assert parse(raw)["Subject"].strip() == ("Grüße " * 40).strip()

    def test_a_link_stays_whole_in_the_file(self, mailer: Mailer, tmp_path: Path) -> None:
        link = "https://site.example/api/confirm?token=" + "y" * 120
        mailer.send(letter()._replace(body=f"Open this:\n\n{link}\n"))
        (path,) = (tmp_path / "data" / "outbox").iterdir()
        assert link in path.read_text(encoding="ascii")


class TestSes(MailerContract):
    takes_an_id_once = False

    @pytest.fixture
    def mailer(self, world: Callable[[str], World], moto_url: str) -> Iterator[Mailer]:
        client = Client("email", world(moto_url), signed_as="ses")
        # moto, like an account in the sandbox, sends from verified addresses only.
        client.call("POST", "/v2/email/identities", {}, b'{"EmailIdentity": "post@site.example"}')
        moto_outbox().clear()
        mailer = SesMailer(client, config_set="forms")
        yield mailer
        mailer.close()
        client.call("DELETE", "/v2/email/identities/post@site.example", {}, b"")

    def arrived(self, mailer: Mailer, tmp_path: Path) -> list[EmailMessage]:
        return [parse(one.raw_data.encode()) for one in moto_outbox()]

    def test_the_letter_goes_to_its_one_address(self, mailer: Mailer) -> None:
        mailer.send(letter())
        (taken,) = moto_outbox()
        # moto adds the address in `To` to the one it is told.
        assert set(taken.destinations) == {"ann@example.com"}

    def test_a_sender_that_is_not_verified_is_a_certain_failure_and_names_no_address(self, mailer: Mailer) -> None:
        with pytest.raises(MailError, match="MessageRejected") as caught:
            mailer.send(changed("sender", "stranger@elsewhere.example"))
        assert not caught.value.uncertain
        assert "stranger" not in str(caught.value)
        assert moto_outbox() == []
