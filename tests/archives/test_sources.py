"""stream/archives/sources.py: archives behind addresses, from servers on this machine."""

from __future__ import annotations

import gzip
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from stream.archives.reading import ArchiveReader
from stream.archives.sources import without_secrets
from stream.reading import Damage, Line
from tests.archives import samples

_LIST = """<?xml version="1.0"?><ListBucketResult><Name>news</Name><Prefix>{prefix}</Prefix><KeyCount>{count}</KeyCount>
<MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>"""
_ITEM = """<Contents><Key>{key}</Key><Size>{size}</Size><ETag>"e"</ETag><StorageClass>STANDARD</StorageClass>
<LastModified>2018-04-20T10:00:00.000Z</LastModified></Contents>"""


class _Files(BaseHTTPRequestHandler):
    """Serves *files*, with or without ranges, and lists the bucket `news` as S3 does."""

    files: ClassVar[dict[str, bytes]] = {}
    ranges: ClassVar[bool] = True

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        path, _, query = self.path.partition("?")
        content = self.files.get(path)
        if path in ("/news", "/news/") and "list-type=2" in query:
            content = self._listing(query)
        if content is None:
            self.send_error(404)
            return
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")) if self.ranges else None
        self.send_response(206 if found else 200)
        if found:
            start, end = int(found[1]), min(int(found[2] or len(content)), len(content) - 1)
            self.send_header("Content-Range", f"bytes {start}-{end}/{len(content)}")
            content = content[start : end + 1]
        if self.ranges:
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", '"e"')
        self.send_header("Last-Modified", "Fri, 20 Apr 2018 10:00:00 GMT")
        self.end_headers()
        if with_body:
            self.wfile.write(content)

    def _listing(self, query: str) -> bytes:
        prefix = re.search(r"prefix=([^&]*)", query)
        begins = (prefix[1] if prefix else "").replace("%2F", "/")
        keys = [name.removeprefix("/news/") for name in self.files if name.startswith(f"/news/{begins}")]
        items = "".join(_ITEM.format(key=key, size=len(self.files[f"/news/{key}"])) for key in keys)
        return _LIST.format(prefix=begins, count=len(keys), contents=items).encode()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the signature is the library's
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give the address of a server of files, which is S3's endpoint too."""
    _Files.ranges = True
    _Files.files = {
        "/a.csv.gz": gzip.compress(samples.table()),
        "/a.parquet": samples.parquet(),
        "/news/2018/a.jsonl.gz": gzip.compress(samples.jsonl()),
        "/news/2018/b.parquet": samples.parquet(),
    }
    listening = ThreadingHTTPServer(("127.0.0.1", 0), _Files)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{listening.server_port}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    yield address
    listening.shutdown()
    listening.server_close()


def _read(*paths: str) -> tuple[int, list[Damage]]:
    items = list(ArchiveReader().read(paths))
    return sum(isinstance(item, Line) for item in items), [item for item in items if isinstance(item, Damage)]


@pytest.mark.parametrize("ranges", [True, False], ids=["ranges", "no-ranges"])
@pytest.mark.parametrize("name", ["a.csv.gz", "a.parquet"])
def test_http(server: str, name: str, ranges: bool) -> None:
    """Also from a server that gives no ranges and no sizes."""
    _Files.ranges = ranges
    assert _read(f"{server}/{name}?key=secret") == (3, [])


def test_http_without_the_file(server: str) -> None:
    """The damage names the address, and never what a query or a login may hide."""
    lines, damages = _read(f"{server.replace('//', '//user:word@')}/none.jsonl?key=secret")
    assert lines == 0
    assert [damage.fatal for damage in damages] == [True]
    assert "none.jsonl" in str(damages[0])
    assert "there is no such file" in str(damages[0])
    assert "secret" not in str(damages[0])
    assert "word" not in str(damages[0])


def test_s3_objects_and_globs(server: str) -> None:
    """One object, and a pattern of them."""
    assert _read("s3://news/2018/a.jsonl.gz") == (3, [])
    assert _read("s3://news/2018/*") == (6, [])


def test_an_address_that_nobody_opens(server: str) -> None:
    """An unknown scheme and a port where nothing listens are damages, not crashes."""
    for address in ("nowhere://x/y.jsonl", "http://127.0.0.1:9/x.jsonl"):
        lines, damages = _read(address)
        assert lines == 0
        assert len(damages) == 1
        assert "cannot be opened" in damages[0].reason


def test_addresses_are_shown_without_secrets() -> None:
    """Neither login nor query."""
    assert without_secrets("https://me:pw@h.example:8/a/b?sig=1#x") == "https://h.example:8/a/b"
