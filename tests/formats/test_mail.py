import email
import email.policy
import importlib.resources
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loredact.errors import InputError
from loredact.formats import Options
from tests.formats.masking import MARK, cells, made, mask, nothing, rewritten

NAME = "Renée Müller"
ENCODINGS = ("7bit", "8bit", "quoted-printable", "base64")


def letter(encoding: str = "quoted-printable", text: str = f"Dear {NAME},\n\nsee you.\n") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = f"{NAME} <renee@example.com>"
    mail["To"] = f'"{NAME}" <a@b.org>, Zebulon Vanstone <z@b.org>, renee@example.com'
    mail["Subject"] = f"Re: Rechnung für {NAME} bitte"
    mail["Message-ID"] = "<1@b.org>"
    mail.set_content(text, cte=encoding, charset="utf-8")
    return mail


@pytest.mark.parametrize("encoding", ["8bit", "quoted-printable", "base64"])
@pytest.mark.parametrize("policy", [email.policy.SMTP, email.policy.default])
def test_mail_is_masked_in_every_transfer_encoding(
    tmp_path: Path, encoding: str, policy: email.policy.EmailPolicy
) -> None:
    mail = letter(encoding)
    mail.add_alternative("<p>Dear <b>Ren&eacute;e</b> Müller</p>", subtype="html", cte=encoding)
    mail.add_attachment(f"name,note\n{NAME},x\n".encode(), maintype="text", subtype="csv", filename=f"{NAME}.csv")
    forwarded = letter("8bit")
    mail.add_attachment(forwarded)
    data = mail.as_bytes(policy=policy)
    path = made(tmp_path, "a.eml", data)
    assert rewritten(path, by=nothing) == data
    read = email.message_from_bytes(rewritten(path), policy=email.policy.default)
    texts = [part.get_content().replace("\r\n", "\n") for part in read.walk() if part.get_content_maintype() == "text"]
    assert texts[0].startswith(f"Dear {MARK},\n\nsee you.")
    assert texts[1].strip() == f"<p>Dear <b>{MARK}</b></p>"
    assert texts[2] == f"name,note\n{MARK},x\n"
    assert texts[3].startswith(f"Dear {MARK},")
    assert next(part.get_filename() for part in read.iter_attachments()) == f"{MARK}.csv"
    assert not any(part.defects for part in read.walk())
    assert "Müller" not in read.as_string()
    assert "renee" not in read.as_string()


def test_headers_stay_lists_of_addresses(tmp_path: Path) -> None:
    path = made(tmp_path, "a.eml", letter().as_bytes(policy=email.policy.SMTP))
    read = email.message_from_bytes(rewritten(path), policy=email.policy.default)
    sender, *_ = read["from"].addresses
    assert (sender.display_name, sender.domain) == (MARK, "masked.invalid")
    assert [address.display_name for address in read["to"].addresses] == [MARK, MARK, ""]
    assert [address.addr_spec for address in read["to"].addresses][:2] == ["a@b.org", "z@b.org"]
    assert not read["from"].defects
    assert not read["to"].defects
    assert read["subject"] == f"Re: Rechnung für {MARK} bitte"
    assert read["message-id"] == "<1@b.org>"


def test_headers_in_utf8_are_read_as_such_and_others_as_latin_1(tmp_path: Path) -> None:
    data = f'From: "{NAME}" <renee@example.com>\r\nSubject: for {NAME}, for 李小龙\r\n\r\nx\r\n'.encode()
    path = made(tmp_path, "a.eml", data)
    assert [cell.text for cell in cells(path)][:2] == [f'"{NAME}" <renee@example.com>', f"for {NAME}, for 李小龙"]
    assert rewritten(path, by=nothing) == data
    new = rewritten(path)
    assert b"Subject: for [PERSON], for [PERSON]\r\n" in new
    assert "Müller".encode() not in new
    latin = made(tmp_path, "b.eml", f"Subject: for {NAME}\r\n\r\nx\r\n".encode("latin-1"))
    assert rewritten(latin).startswith(b"Subject: for [PERSON]\r\n")


def test_lines_that_did_not_change_keep_their_quoted_printable(tmp_path: Path) -> None:
    data = (
        b"Subject: x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        b"odd =41=\r\nnd long = \r\nways =E2=82=AC\r\nRen=C3=\r\n=A9e M=C3=BCller\r\nend=20\r\n"
    )
    new = rewritten(made(tmp_path, "a.eml", data))
    assert new == data.replace(b"Ren=C3=\r\n=A9e M=C3=BCller", MARK.encode())


@given(st.lists(st.sampled_from(["Grüße", "über", NAME, "x" * 30, "李小龙", "a, b", '"c"']), min_size=1, max_size=8))
def test_subject_reads_as_the_masked_subject(tmp_path_factory: pytest.TempPathFactory, words: list[str]) -> None:
    mail = EmailMessage()
    mail["Subject"] = " ".join(words)
    mail.set_content("x")
    data = mail.as_bytes(policy=email.policy.SMTP)
    before = email.message_from_bytes(data, policy=email.policy.default)["subject"]
    path = made(tmp_path_factory.mktemp("mail"), "a.eml", data)
    assert cells(path)[0].text == before
    after = email.message_from_bytes(rewritten(path), policy=email.policy.default)["subject"]
    assert "".join(after.split()) == "".join(mask(before).text.split())


def test_attachment_of_no_format_is_left_and_noted_without_its_name(tmp_path: Path) -> None:
    mail = letter()
    mail.add_attachment(b"\x89PNG\0", maintype="image", subtype="png", filename="Zebulon.png")
    notes: list[str] = []
    data = mail.as_bytes()
    new = rewritten(made(tmp_path, "a.eml", data), Options(note=notes.append))
    assert set(notes) == {"part 2, attachment is left as it is: image/png"}
    assert data[data.index(b"image/png") :] == new[new.index(b"image/png") :]


def test_mailbox_masks_each_mail_and_its_sender(tmp_path: Path) -> None:
    one = b"From renee@example.com Mon Jan  1 00:00:00 2024\n" + letter("8bit").as_bytes() + b"\n"
    box = one + b"From x Mon Jan  1 00:00:00 2024\nSubject: y\n\nhello\n>From here\n\n" + one
    path = made(tmp_path, "all.mbox", box)
    assert rewritten(path, by=nothing) == box
    new = rewritten(path)
    assert new.count(b"\nFrom ") == 2
    assert b"renee" not in new
    assert "Müller".encode() not in new


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_mail_that_is_cut_short_is_masked_as_far_as_it_goes(tmp_path: Path, end: str) -> None:
    head = ["Content-Type: multipart/mixed; boundary=b", "", "--b", "", "Renée Müller"]
    assert rewritten(made(tmp_path, "a.eml", end.join(head))).decode() == end.join([*head[:-1], MARK])


def test_damaged_base64_is_told_with_its_part(tmp_path: Path) -> None:
    data = "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Transfer-Encoding: base64\n\nx\n--b--\n"
    with pytest.raises(InputError, match="part 1, The base64 is damaged"):
        cells(made(tmp_path, "a.eml", data))


def test_mails_of_other_programs_come_out_byte_for_byte(tmp_path: Path) -> None:
    try:
        folder = importlib.resources.files("test.test_email.data")
    except ModuleNotFoundError:
        pytest.skip("this Python came without the mails of its tests")
    done = 0
    for place in folder.iterdir():
        if place.name.startswith("msg_") and place.name.endswith(".txt"):
            path = made(tmp_path, f"{place.name}.eml", place.read_bytes())
            try:
                assert rewritten(path, by=nothing) == path.read_bytes(), place.name
            except InputError as error:
                assert "base64 is damaged" in str(error)  # noqa: PT017 - one of them is
            done += 1
    assert done >= 10
