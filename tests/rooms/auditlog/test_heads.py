"""Signed heads leave for a file and for syslog, once for each move, and never continue a file that proves a loss."""

import logging
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError

from mcm.audit import heads
from mcm.audit.exporting import HeadBroken, HeadExport, lines_of, syslog_address
from mcm.audit.keys import SegmentKeys
from mcm.errors import InvalidInput, Unavailable
from mcm.settings import Settings
from tests.rooms.auditlog.world import Trail


def _export(trail: Trail, **settings: object) -> HeadExport:
    return HeadExport(Settings(**settings), trail.database, SegmentKeys(trail.vault))  # type: ignore[arg-type]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "heads.jsonl"


def test_file_gets_a_line_whenever_the_trail_has_moved(trail: Trail, file: Path) -> None:
    export = _export(trail, audit_head_file=file)
    export.run()
    assert not file.exists() or file.read_text() == ""
    for number in range(1, 4):
        trail.write()
        export.run()
        export.run()
        assert len(file.read_text().splitlines()) == number
    trail.seal()
    export.run()
    trail.write()
    _export(trail, audit_head_file=file).run()
    assert file.stat().st_mode & 0o077 == 0
    report = trail.verify(lines_of(file))
    assert (report.ok, report.heads, report.unreadable) == (True, 5, [])


def test_half_a_line_of_a_power_cut_harms_nothing(trail: Trail, file: Path) -> None:
    export = _export(trail, audit_head_file=file)
    trail.write()
    export.run()
    trail.write()
    export.run()
    file.write_bytes(file.read_bytes()[:-20])
    trail.write()
    export.run()
    report = trail.verify(lines_of(file))
    assert (report.ok, report.heads, report.unreadable) == (True, 2, [2])


def test_file_that_proves_a_loss_is_left_as_it_is(trail: Trail, file: Path) -> None:
    export = _export(trail, audit_head_file=file)
    trail.write(4)
    export.run()
    before = file.read_bytes()
    trail.intrude(
        "DELETE FROM audit_event WHERE seq > 2",
        "UPDATE audit_segment SET last_seq = 2, head = (SELECT mac FROM audit_event WHERE seq = 2) WHERE number = 1",
    )
    trail.write(5)
    with pytest.raises(HeadBroken) as broken:
        export.run()
    assert "MCM_AUDIT_HEAD_FILE" in broken.value.next_step
    assert file.read_bytes() == before
    assert trail.verify().ok
    found = trail.verify(lines_of(file)).finding
    assert found is not None
    assert found.kind == "truncated"


def test_trail_that_vanished_altogether_is_a_loss_too(trail: Trail, file: Path) -> None:
    export = _export(trail, audit_head_file=file)
    trail.write(2)
    export.run()
    trail.intrude("DELETE FROM audit_event", "DELETE FROM audit_segment")
    with pytest.raises(HeadBroken):
        export.run()


def test_several_processes_append_whole_lines_in_order(trail: Trail, file: Path) -> None:
    trail.write()
    exports = [_export(trail, audit_head_file=file) for _ in range(4)]

    def work(export: HeadExport) -> None:
        for _ in range(10):
            trail.write()
            export.run()

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(work, export) for export in exports]:
            done.result()
    found = [heads.parse(line) for line in file.read_text().splitlines()]
    seqs = [head.seq for head in found if head is not None]
    assert len(seqs) == len(found)
    assert seqs == sorted(set(seqs))
    assert trail.verify(lines_of(file)).ok


def test_file_that_cannot_be_written_is_said(trail: Trail, tmp_path: Path) -> None:
    trail.write()
    with pytest.raises(Unavailable, match="cannot be written"):
        _export(trail, audit_head_file=tmp_path / "nowhere" / "heads").run()
    with pytest.raises(Unavailable, match="cannot be read"):
        list(lines_of(tmp_path / "nowhere" / "heads"))


@pytest.fixture
def collector() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(20)
        yield listening


def test_syslog_gets_the_same_line(trail: Trail, collector: socket.socket) -> None:
    export = _export(trail, audit_syslog=f"udp://127.0.0.1:{collector.getsockname()[1]}")
    trail.write()
    export.run()
    export.run()
    trail.write()
    export.run()
    messages = [collector.recv(4096).decode() for _ in range(2)]
    for message in messages:
        # RFC 5424: priority authpriv.info, version 1, the message behind six fields.
        assert message.startswith("<86>1 ")
        fields = message.split(" ", 7)
        assert (fields[3], fields[5], fields[6]) == ("mcm", "audit-head", "-")
    report = trail.verify(message.split(" ", 7)[7] for message in messages)
    assert (report.ok, report.heads) == (True, 2)


def test_local_syslog_socket_is_used_and_its_absence_said(trail: Trail, tmp_path: Path) -> None:
    path = tmp_path / "log"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(path))
        listening.settimeout(20)
        trail.write()
        _export(trail, audit_syslog=f"unix://{path}").run()
        assert b"mcm_audit_head" in listening.recv(4096)
    with pytest.raises(Unavailable, match="syslog"):
        _export(trail, audit_syslog=str(tmp_path / "absent")).run()


@pytest.mark.parametrize(
    "text", ["tcp://host:1", "udp://host", "udp://:514", "udp://host:0", "udp://h:99999", "host:514", "x"]
)
def test_address_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="MCM_AUDIT_SYSLOG"):
        syslog_address(text)


def test_setting_that_is_no_address_is_refused_at_once() -> None:
    with pytest.raises(ValidationError, match="audit_syslog"):
        Settings(audit_syslog="host:514")
    assert Settings(audit_syslog="udp://host:514").audit_syslog


def test_addresses() -> None:
    assert syslog_address("udp://[::1]:514") == ("::1", 514)
    assert syslog_address("/dev/log") == syslog_address("unix:///dev/log") == "/dev/log"


def test_nothing_of_a_key_is_exported(trail: Trail, file: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    trail.write()
    _export(trail, audit_head_file=file).run()
    with trail.database.reading() as session:
        from mcm.models import AuditSegment

        keys = [
            trail.vault.open(row.key_sealed, f"audit_segment/{row.number}/key_sealed")
            for row in session.query(AuditSegment)
        ]
    assert not [key for key in keys if key in file.read_text() + caplog.text]
