"""What carries letters: by which address, and a folder when there is no server. The server itself: tests/rules/test_outbox.py."""

from email import message_from_bytes, policy

import pytest

from plugins import mail
from plugins.mail import message
from plugins.mail.contract import Attachment, Mail, Never, Unreachable
from plugins.mail.folder import Folder
from plugins.mail.smtp import Server, Smtp

LETTER = Mail("<1@example.nl>", "Theehuis “De Kop”, Utrecht", "hallo@example.nl", "sanne@example.nl", "nl", "Crème brûlée — € 5", "Dag\n.punt\n", "<p>Dag</p>",
              (Attachment("bon-12-crème.pdf", "application/pdf", b"%PDF-1.7"),))


@pytest.mark.parametrize(("url", "server"), [
    ("smtp://mail.example.nl", Server("smtp", "mail.example.nl")),
    ("smtps://u%40x:p%3Aw@mail.example.nl:4650", Server("smtps", "mail.example.nl", 4650, "u@x", "p:w")),
    ("smtp+starttls://u:p@mail.example.nl:587", Server("smtp+starttls", "mail.example.nl", 587, "u", "p")),
])
def test_an_address_says_which_server(url, server):
    channel = mail.channel(url)
    assert isinstance(channel, Smtp) and channel.server == server and not mail.is_folder(url)


@pytest.mark.parametrize("url", ["", "example.nl", "smtp://", "smtp://x:notaport", "file:", "ftp://x", "smtp://[::1"])
def test_an_address_nobody_understands_says_so_with_each_letter(url):
    with pytest.raises(Unreachable, match="MAIL_URL"):
        mail.channel(url).offer(LETTER)


def test_a_letter_arrives_as_it_was_written():
    sent = message_from_bytes(message.written(LETTER), policy=policy.default)
    assert sent["Subject"] == LETTER.subject and sent["From"].addresses[0].display_name == LETTER.sender_name
    assert sent.get_body("plain").get_content().splitlines() == ["Dag", ".punt"] and sent.get_body("html").get_content().strip() == "<p>Dag</p>"
    (attached,) = sent.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("bon-12-crème.pdf", b"%PDF-1.7")


@pytest.mark.parametrize("wrong", [{"subject": "a\r\nBcc: x@example.com"}, {"recipient": "a@b, c@d"}, {"recipient": "a@b\r\nc"}, {"sender_name": "a\nb"},
                                   {"message_id": "<1>\r\nX: y"}])
def test_nothing_gets_a_header_of_its_own(wrong):
    facts = {name: getattr(LETTER, name) for name in Mail.__slots__} | wrong
    with pytest.raises(Never):
        message.written(Mail(**facts))


def test_in_a_folder_each_letter_is_one_file_however_often_it_is_handed_over(tmp_path):
    channel = mail.channel(f"file://{tmp_path}/letters")
    assert isinstance(channel, Folder) and mail.is_folder(f"file://{tmp_path}")
    for _ in range(2):
        channel.offer(LETTER)
        channel.hand_over(LETTER)
    (file,) = (tmp_path / "letters").iterdir()
    assert file.name == "1@example.nl.eml" and message_from_bytes(file.read_bytes(), policy=policy.default)["To"] == "sanne@example.nl"


def test_a_folder_that_cannot_be_written_keeps_letters_waiting(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Unreachable):
        mail.channel(f"file://{tmp_path}/file/letters").offer(LETTER)


def test_a_server_that_is_not_there_is_nobodys_fault():
    with pytest.raises(Unreachable):
        mail.channel("smtp://127.0.0.1:1").offer(LETTER)
