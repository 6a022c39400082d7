import base64
import email
import email.policy
import gzip
import importlib.resources
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loredact.document import Masked, Replacement, Span
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


def to_nothing(text: str) -> Masked:
    """All of `text` taken out, as the operator `redact` does."""
    return Masked("", (Replacement(Span(0, len(text), "PERSON"), "", 0, 0, "redact"),))


@pytest.mark.parametrize("encoding", ["7bit", "base64", "quoted-printable"])
def test_attachment_of_which_nothing_is_left_is_written_empty(tmp_path: Path, encoding: str) -> None:
    mail = letter()
    mail.add_attachment("Zebulon Vanstone", filename="a.txt", cte=encoding)
    new = rewritten(made(tmp_path, "a.eml", mail.as_bytes()), by=to_nothing)
    attached = next(email.message_from_bytes(new, policy=email.policy.default).iter_attachments())
    assert attached.get_content().strip() == ""
    assert b"Zebulon" not in new


def in_base64(*texts: str) -> str:
    return "".join(base64.encodebytes(text.encode()).decode() for text in texts)


HEAD = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"


def test_base64_is_read_on_behind_its_padding(tmp_path: Path) -> None:
    parts = ("Hello, you\n", f"from {NAME}\n")
    assert "=" in in_base64(parts[0])
    path = made(tmp_path, "a.eml", HEAD + in_base64(*parts))
    assert rewritten(path, by=nothing) == path.read_bytes()
    body = rewritten(path).decode().partition("\n\n")[2]
    assert base64.b64decode(body).decode() == f"Hello, you\nfrom {MARK}\n"


@pytest.mark.parametrize("text", [f"Hello, {NAME}\n", "x" * 57, f"{NAME} " * 20, "short"])
def test_plain_text_behind_base64_is_masked_too(tmp_path: Path, text: str) -> None:
    footer = f"\n_____\nList\nUsers list of {NAME}\nhttp://lists.example.org/\n"
    path = made(tmp_path, "a.eml", HEAD + in_base64(text) + footer)
    assert rewritten(path, by=nothing) == path.read_bytes()
    new = rewritten(path).decode()
    assert new.endswith(footer.replace(NAME, MARK))
    encoded = new.removeprefix(HEAD).removesuffix(footer.replace(NAME, MARK))
    assert base64.b64decode(encoded).decode() == mask(text).text


def test_base64_with_a_text_in_its_middle_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path, "a.eml", HEAD + in_base64(f"{NAME} " * 5) + "-- a footer --\n" + in_base64(f"{NAME} " * 9))
    with pytest.raises(InputError, match="The base64 is damaged: a text stands between its lines") as told:
        cells(path)
    assert "footer" not in str(told.value)


def test_mail_that_begins_with_the_line_of_a_mailbox_is_masked_from_there(tmp_path: Path) -> None:
    first = b"From renee@example.com Mon Jan  1 10:20:30 2024\n"
    data = first + letter("base64").as_bytes()
    path = made(tmp_path, "a.eml", data)
    assert rewritten(path, by=nothing) == data
    new = rewritten(path)
    assert new.startswith(b"From [PERSON] Mon Jan  1 10:20:30 2024\n")
    assert b"renee" not in new
    assert base64.b64decode(new.partition(b"\n\n")[2]).startswith(b"Dear [PERSON],")
    # More than one mail: each has headers of its own.
    new = rewritten(made(tmp_path, "b.eml", data + b"\n" + data))
    assert new.count(b"From [PERSON] Mon") == 2
    assert "Müller" not in base64.b64decode(new.rpartition(b"\n\n")[2]).decode()


def test_lines_among_headers_that_are_no_field_are_masked_and_end_nothing(tmp_path: Path) -> None:
    broken = f"Subject: x\n{NAME} at 10:20 wrote\n Zebulon Vanstone\nreferences: {NAME}\n{HEAD}{in_base64(NAME)}"
    path = made(tmp_path, "a.eml", broken)
    assert rewritten(path, by=nothing) == path.read_bytes()
    new = rewritten(path).decode()
    head, _, body = new.partition("\n\n")
    assert head == f"Subject: x\n{MARK} at 10:20 wrote\n {MARK}\nreferences: {MARK}\n{HEAD.strip()}"
    assert base64.b64decode(body).decode() == MARK
    assert cells(path)[1].where.startswith("beside the headers, line")


def test_first_paragraph_that_is_no_header_is_masked_and_told_of(tmp_path: Path) -> None:
    told: list[str] = []
    path = made(tmp_path, "a.eml", f"Dear {NAME},\nI am in.\n\nYours, Zebulon Vanstone\n")
    new = rewritten(path, Options(note=told.append)).decode()
    assert new == f"Dear {MARK},\nI am in.\n\nYours, {MARK}\n"
    assert set(told) == {"no headers were found: it is read as plain text, whatever it was encoded in"}


def test_file_name_that_becomes_one_in_another_script_is_written_in_utf8(tmp_path: Path) -> None:
    data = b'Content-Disposition: attachment; filename="Zebulon Vanstone.txt"\n\nx\n'

    def by(text: str) -> Masked:
        found = mask(text).replacements
        return Masked(text, tuple(Replacement(one.span, "李小龙", 0, 3, "x") for one in found))

    assert 'filename="李小龙.txt"'.encode() in rewritten(made(tmp_path, "a.eml", data), by=by)


def test_attachment_that_is_packed_is_read_by_its_name_before_that(tmp_path: Path) -> None:
    mail = letter()
    table = gzip.compress(b"user_name,note\nZebulon Vanstone,x\n")
    mail.add_attachment(table, maintype="application", subtype="gzip", filename="people.csv.gz")
    found = cells(made(tmp_path, "a.eml", mail.as_bytes()))
    assert ("Zebulon Vanstone", "user_name") in {(cell.text, cell.heading) for cell in found}


def test_file_name_without_the_quotation_marks_it_needs_is_masked_whole(tmp_path: Path) -> None:
    data = b"Content-Type: text/plain; name=Zebulon Vanstone.txt\n\nx\n"
    path = made(tmp_path, "a.eml", data)
    assert rewritten(path, by=nothing) == data
    assert rewritten(path) == data.replace(b"Zebulon Vanstone", MARK.encode())


def test_line_of_blanks_in_base64_takes_no_time(tmp_path: Path) -> None:
    path = made(tmp_path, "a.eml", f"{HEAD}{in_base64('x')}{' ' * 60_000}!\n")
    assert rewritten(path, by=nothing) == path.read_bytes()
