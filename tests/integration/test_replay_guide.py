"""docs/replay.md: every command in it is run, on archives of our own under the guide's names."""

from __future__ import annotations

import gzip
import json
import re
import shlex
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from stream.archives.formats import Format
from stream.broker import RunningBroker
from stream.cli import main
from tests.archives import samples
from tests.integration.stand import ROOT, Stand

GUIDE = (ROOT / "docs" / "replay.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
FILES = {
    "articles.jsonl": samples.jsonl(),
    "articles.csv": samples.table(),
    "articles.parquet": samples.parquet(),
    "archive/a.html": samples.page(samples.ARTICLES[0]),
    "archive/2018-04-16.txt": "عنوان\nنص الخبر".encode(),
    "more/2018-04.csv.gz": gzip.compress(samples.table()),
    "foreign.csv": "kopf;inhalt;tag\nعنوان;نص;2018-04-16\n".encode(),
    "nested.jsonl": json.dumps({"title": "t", "content": {"plain": "b"}, "date": "2018-04-16"}).encode(),
    "antcorpus.data/politic/AN-politic-1-20180416.txt": samples.trec(),
    "artlist.json": samples.gdelt_json(),
    "artlist-renamed": samples.gdelt_csv(),
    "20180416093000.gal.json.gz": gzip.compress(samples.gdelt_list()),
    "CC-NEWS-20180420.warc.gz": samples.warc(packed=True),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the archives of the guide."""
    made = tmp_path_factory.mktemp("guide")
    for name, content in FILES.items():
        path = made / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return made


@pytest.fixture(scope="module")
def stand(kafka: RunningBroker) -> Iterator[Stand]:
    """Give topics to replay into."""
    made = Stand(kafka.bootstrap, partitions=1)
    made.create_topics()
    yield made
    made.close()


def _run(line: str, folder: Path, stand: Stand) -> str:
    """Run a line of the guide; return what it wrote to standard error."""
    file, is_piped, command = line.rpartition(" | ")
    environ = {
        "RASID_BROKER": stand.settings.broker,
        "RASID_TOPIC_PREFIX": stand.settings.topic_prefix,
        "RASID_GROUP_ID": stand.settings.group_id,
        "XDG_STATE_HOME": str(folder / ".state"),
    }
    done = CliRunner().invoke(
        main,
        shlex.split(command)[1:],
        env=environ,
        input=Path(file.removeprefix("cat ")).read_bytes() if is_piped else None,
    )
    assert done.exit_code == 0, f"{line}\n{done.output}"
    return done.stderr


def _id(block: str) -> str:
    return block.splitlines()[0][:60]


@pytest.mark.integration
@pytest.mark.parametrize("block", [text for language, text in BLOCKS if language == "sh"], ids=_id)
def test_every_command_works(block: str, folder: Path, stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each block as it stands; of remote archives, the first is at our own server and the second in this folder."""
    monkeypatch.chdir(folder)
    with _server(folder) as address:
        block = block.replace("https://archive.example", address).replace("s3://archive/2018/", "archive/")
        block = block.replace("archive/*.jsonl.gz", "more/*.csv.gz")
        # The topics of another prefix, under a name that no other run of this test has.
        block = block.replace("replay-2018.", f"replay-{stand.settings.topic_prefix}")
        errors = "".join(_run(line, folder, stand) for line in block.splitlines())
    told = re.findall(r"(\d+) lines (?:sent to|would be sent)", errors)
    assert told
    assert all(int(count) > 0 for count in told)


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_the_guide_has_commands_and_nothing_else_in_its_blocks() -> None:
    """So that none escapes the test above."""
    assert {language for language, _ in BLOCKS} == {"sh"}
    lines = [line for _, text in BLOCKS for line in text.splitlines()]
    assert len(lines) > 15
    assert all(re.match(r"(cat [\w.]+ \| )?rasid (replay|diff|topics create) ", line) for line in lines)


def test_the_guide_names_every_format() -> None:
    """In its table of archives, or beside it."""
    named = {"jsonl": "JSON lines", "json": "| JSON |", "text": "`.txt`", "html": "`.html`", "trec": "TREC"}
    for form in Format:
        assert named.get(form.value, form.value).lower() in GUIDE.lower(), form
