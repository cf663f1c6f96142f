"""stream/archives: the same articles come out of every format, from every place, and each damage is told."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from schemas.article import Article
from stream.archives.extras import MissingExtraError, optional
from stream.archives.formats import Format
from stream.archives.mapping import MappingError, parse_map
from stream.archives.reading import ArchiveReader
from stream.reading import Damage, Line
from tests.archives import samples
from tests.archives.samples import ARTICLES

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".zst": lambda content: zstandard.ZstdCompressor().compress(content),
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}
CONTENTS: dict[str, Callable[[], bytes]] = {
    "articles.jsonl": samples.jsonl,
    "articles.json": samples.json_array,
    "articles.csv": samples.table,
    "articles.tsv": lambda: samples.table("\t"),
    "semicolons.csv": lambda: b"\xef\xbb\xbf" + samples.table(";"),
    "articles.parquet": samples.parquet,
    "articles.warc": samples.warc,
    "collection.txt": samples.trec,
}


def read(*paths: Path | str, **options: Any) -> tuple[list[Article], list[Damage], ArchiveReader]:
    """Return what the archives hold, and the reader that counted."""
    reader = ArchiveReader(**options)
    items = list(reader.read(map(str, paths)))
    articles = [Article.model_validate_json(item.data) for item in items if isinstance(item, Line)]
    return articles, [item for item in items if isinstance(item, Damage)], reader


def file(folder: Path, name: str, content: bytes) -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("suffix", PACKERS, ids=lambda suffix: suffix or "plain")
@pytest.mark.parametrize("name", CONTENTS)
def test_every_format_gives_the_same_articles(tmp_path: Path, name: str, suffix: str) -> None:
    """Plain or packed: text, title, time and address are those that went in."""
    path = file(tmp_path, name + suffix, PACKERS[suffix](CONTENTS[name]()))
    articles, damages, _ = read(path)
    assert damages == []
    wanted = [Article.model_validate(each) for each in ARTICLES]
    assert [(a.title, a.body, a.published_at, a.url, a.source) for a in articles] == [
        (a.title, a.body, a.published_at, a.url, a.source) for a in wanted
    ]


def test_json_lines_are_handed_on_as_they_stand(tmp_path: Path) -> None:
    """Byte for byte, what is no article too."""
    path = file(tmp_path, "a.jsonl", samples.jsonl() + b'{"broken\n')
    items = list(ArchiveReader().read([str(path)]))
    assert b"".join(item.data + b"\n" for item in items if isinstance(item, Line)) == path.read_bytes()


def test_a_folder_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    """Texts and pages, folders in it too; hidden and foreign files are left alone."""
    file(tmp_path, "2018-04-16/b.txt", "عنوان\nقتل ثلاثة في غارة.".encode())
    file(tmp_path, "2018-04-16/a.html", samples.page(ARTICLES[1]))
    file(tmp_path, "pictures/x.png", b"\x89PNG")
    file(tmp_path, ".git/c.txt", b"hidden")
    articles, damages, _ = read(tmp_path)
    assert damages == []
    assert [a.title for a in articles] == [ARTICLES[1]["title"], "عنوان"]
    assert articles[1].body == "قتل ثلاثة في غارة."
    assert articles[1].published_at.isoformat() == "2018-04-16T00:00:00+00:00"


def test_a_text_without_a_date_in_its_path_has_that_of_its_file(tmp_path: Path) -> None:
    """And one of a single line is all body."""
    path = file(tmp_path, "x.txt", "سطر واحد".encode())
    os.utime(path, (1_524_000_000, 1_524_000_000))
    articles, _, _ = read(path)
    assert (articles[0].title, articles[0].body) == ("", "سطر واحد")
    # A folder that pytest made may look like a date; the file's own time is what stands in otherwise.
    assert articles[0].published_at.timestamp() == 1_524_000_000


def test_globs_and_zip_archives_open_up(tmp_path: Path) -> None:
    """A quoted glob is opened by us; a zip archive is as a folder."""
    members = {"b/2.csv": samples.table(), "a.jsonl": samples.jsonl(), "logo.png": b"x", "__MACOSX/a.jsonl": b"{"}
    file(tmp_path, "one.zip", samples.zipped(members))
    file(tmp_path, "two.jsonl.gz", gzip.compress(samples.jsonl(ARTICLES[:1])))
    articles, damages, _ = read(tmp_path / "*.*")
    assert damages == []
    assert [a.article_id for a in articles] == ["n1", "n2", "n3"] * 2 + ["n1"]
    _, damages, _ = read(tmp_path / "*.warc")
    assert [damage.reason for damage in damages] == ["no file is called so"]


@pytest.mark.parametrize(
    "content", [samples.parquet(), gzip.compress(samples.warc()), samples.zipped({"a.csv": samples.table()})]
)
def test_standard_input_may_be_any_format(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """Formats that need to be sought in are put on disk first."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    articles, damages, _ = read("-")
    assert damages == []
    assert [a.url for a in articles] == [each["url"] for each in ARTICLES]


def test_foreign_names_are_mapped(tmp_path: Path) -> None:
    """Columns, fields of JSON lines and fields inside of objects."""
    rows = [{"Kopf": "عنوان", "inhalt": {"text": "نص"}, "tag": "2018-04-16", "id": 7}]
    options = {"field_map": parse_map(("title=Kopf", "body=inhalt.text", "published_at=tag"))}
    for path in (file(tmp_path, "a.jsonl", samples.jsonl(rows)), file(tmp_path, "a.parquet", samples.parquet(rows))):
        articles, damages, _ = read(path, **options)
        assert damages == []
        assert (articles[0].title, articles[0].body) == ("عنوان", "نص")
    table = file(tmp_path, "a.csv", "Kopf,Text,tag\nعنوان,نص,2018-04-16\n".encode())
    articles, _, _ = read(table, field_map=parse_map(("title=Kopf", "body=Text", "published_at=tag")))
    assert (articles[0].title, articles[0].body) == ("عنوان", "نص")


@pytest.mark.parametrize("pair", ["body", "body=", "headline=x", "=x"])
def test_a_mapping_of_no_field_is_refused(pair: str) -> None:
    """The message lists the fields."""
    with pytest.raises(MappingError, match="published_at"):
        parse_map((pair,))


def test_a_table_without_texts_says_which_columns_it_has(tmp_path: Path) -> None:
    """So that they can be mapped."""
    for path in (
        file(tmp_path, "a.csv", b"kopf,inhalt\nx,y\n"),
        file(tmp_path, "a.parquet", samples.parquet([{"kopf": "x", "inhalt": "y"}])),
    ):
        _, damages, _ = read(path)
        assert [damage.fatal for damage in damages] == [True]
        assert "--map body=COLUMN (there are: kopf, inhalt)" in damages[0].reason


def test_pages_keep_the_text_and_lose_the_menu(tmp_path: Path) -> None:
    """Its own time of publication counts, and the headline is not told twice."""
    articles, _, _ = read(file(tmp_path, "p.html", samples.page(ARTICLES[1])))
    assert articles[0].title == ARTICLES[1]["title"]
    assert articles[0].body == ARTICLES[1]["body"]
    assert articles[0].published_at.isoformat() == ARTICLES[1]["published_at"]
    assert articles[0].url == ARTICLES[1]["url"]


def test_a_crawl_gives_its_pages_and_counts_the_rest(tmp_path: Path) -> None:
    """Common Crawl's form, packed record by record; a page without a date has that of its crawl."""
    articles, damages, reader = read(file(tmp_path, "CC-NEWS-20180420.warc.gz", samples.warc(packed=True, date=False)))
    assert damages == []
    assert [a.published_at.isoformat() for a in articles] == ["2018-04-20T10:00:00+00:00"] * 3
    assert reader.passed_over == {"record that is no page": 2}


@pytest.mark.parametrize(
    ("name", "content", "form", "bodies"),
    [
        ("doc.json", samples.gdelt_json, None, False),
        ("doc.csv", samples.gdelt_csv, None, False),
        ("20180416.gal.json.gz", lambda: gzip.compress(samples.gdelt_list()), None, True),
        ("list", samples.gdelt_list, Format.GDELT, True),
        ("table", samples.gdelt_csv, Format.GDELT, False),
    ],
)
def test_gdelts_article_lists(
    tmp_path: Path, name: str, content: Callable[[], bytes], form: Format | None, bodies: bool
) -> None:
    """Titles, times and addresses of its API; of its Article List the summary too."""
    articles, damages, _ = read(file(tmp_path, name, content()), form=form)
    assert damages == []
    assert [(a.title, a.url) for a in articles] == [(each["title"], each["url"]) for each in ARTICLES]
    assert articles[0].published_at.isoformat() in ("2018-04-16T09:30:00+00:00", ARTICLES[0]["published_at"])
    assert [bool(a.body) for a in articles] == [bodies] * 3
    assert {a.source for a in articles} <= {"news.example", None}


def test_another_encoding_is_named(tmp_path: Path) -> None:
    """Windows-1256 is common in old archives; unnamed it is a damage of each line."""
    path = file(tmp_path, "a.csv", "title,body,date\nعنوان,نص,2018-04-16\n".encode("windows-1256"))
    _, damages, _ = read(path)
    assert "--encoding" in damages[0].reason
    articles, damages, _ = read(path, encoding="windows-1256")
    assert damages == []
    assert articles[0].body == "نص"


def test_a_missing_extra_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each format that needs one, and addresses."""

    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr("stream.archives.extras.importlib.import_module", missing)
    for path in (
        file(tmp_path, "a.parquet", samples.parquet()),
        file(tmp_path, "a.html", samples.page(ARTICLES[0])),
        file(tmp_path, "a.warc", samples.warc()),
        "s3://bucket/a.jsonl",
    ):
        articles, damages, _ = read(path)
        assert articles == []
        assert [damage.fatal for damage in damages] == [True]
        assert "pip install 'rasid[archives]'" in damages[0].reason
    with pytest.raises(MissingExtraError):
        optional("warcio", "reading WARC")


def test_a_missing_file_does_not_stop_the_next(tmp_path: Path) -> None:
    """Each file stands for itself, and its damage names it."""
    good = file(tmp_path, "a.jsonl", samples.jsonl())
    articles, damages, _ = read(tmp_path / "none.csv", good)
    assert len(articles) == 3
    assert str(damages[0]).endswith("none.csv:1: cannot be opened: No such file or directory")


def test_what_was_read_is_tallied(tmp_path: Path) -> None:
    """So that progress can be told by bytes."""
    tallied: list[int] = []
    path = file(tmp_path, "a.jsonl.gz", gzip.compress(samples.jsonl()))
    read(path, tally=tallied.append)
    assert sum(tallied) == path.stat().st_size


def test_lines_of_json_hold_what_parquet_knows(tmp_path: Path) -> None:
    """Times, lists and bytes come through as JSON."""
    rows = [{"title": "t", "body": b"b", "date": datetime(2018, 4, 16, 9), "tags": ["x", "y"]}]  # noqa: DTZ001 - Parquet often has no zones
    items = list(ArchiveReader().read([str(file(tmp_path, "a.parquet", samples.parquet(rows)))]))
    assert isinstance(items[0], Line)
    assert json.loads(items[0].data) == {"title": "t", "body": "b", "date": "2018-04-16T09:00:00", "tags": ["x", "y"]}


@pytest.mark.parametrize("codec", ["none", "snappy", "gzip", "zstd", "brotli", "lz4"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_parquet_of_every_codec_and_page(tmp_path: Path, codec: str, version: str) -> None:
    """Pages with statistics, indexes and checksums; many to a column."""
    rows = pa.Table.from_pylist([each | {"tags": ["x", "y"]} for each in ARTICLES] * 400)
    path = tmp_path / "a.parquet"
    options = {"compression": codec, "data_page_version": version, "data_page_size": 2000}
    pq.write_table(rows, path, write_page_index=True, write_page_checksum=True, **options)
    articles, damages, _ = read(path)
    assert damages == []
    assert [article.article_id for article in articles] == ["n1", "n2", "n3"] * 400
    assert articles[-1].tags == ("x", "y")
