"""Small archives of every format, written for the tests: the same three articles in each."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

ARTICLES: list[dict[str, Any]] = [
    {
        "article_id": "n1",
        "title": "غارات على أطراف البلدة",
        "body": "شنت طائرات حربية غارات جوية على أطراف البلدة صباح الاثنين، وأسفرت عن مقتل ثلاثة أشخاص.\n"
        "وقال شهود إن القصف استمر ساعتين، وإن فرق الإنقاذ تبحث عن ناجين تحت الأنقاض.",
        "published_at": "2018-04-16T09:30:00+03:00",
        "url": "https://news.example/2018/n1",
        "source": "news.example",
    },
    {
        "article_id": "n2",
        "title": 'الوزير يلتقي نظيره، ويبحث معه "الحدود"',
        "body": "التقى وزير الخارجية نظيره في العاصمة يوم الثلاثاء، وبحثا فتح المعابر & تبادل السفراء.\n"
        "واتفق الجانبان على عقد جولة أخرى من المحادثات في الشهر المقبل.",
        "published_at": "2018-04-17T12:00:00+03:00",
        "url": "https://news.example/2018/n2",
        "source": "news.example",
    },
    {
        "article_id": "n3",
        "title": "افتتاح معرض الكتاب",
        "body": "افتتح معرض الكتاب أبوابه للزوار أمس، ويستمر عشرة أيام بمشاركة مئة دار نشر.\n"
        "ويتوقع المنظمون أن يزوره نصف مليون شخص من داخل البلاد وخارجها.",
        "published_at": "2018-04-15T08:00:00+03:00",
        "url": "https://news.example/2018/n3",
        "source": "news.example",
    },
]


def jsonl(articles: list[dict[str, Any]] = ARTICLES) -> bytes:
    """JSON lines."""
    return b"".join(json.dumps(each, ensure_ascii=False).encode() + b"\n" for each in articles)


def json_array() -> bytes:
    """One JSON array."""
    return json.dumps(ARTICLES, ensure_ascii=False, indent=1).encode()


def table(delimiter: str = ",") -> bytes:
    """CSV."""
    file = io.StringIO()
    writer = csv.DictWriter(file, ARTICLES[0], delimiter=delimiter)
    writer.writeheader()
    writer.writerows(ARTICLES)
    return file.getvalue().encode()


def parquet(rows: list[dict[str, Any]] = ARTICLES) -> bytes:
    """Parquet, in groups of two rows."""
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), file, row_group_size=2)
    return file.getvalue()


def page(article: dict[str, Any], *, date: bool = True) -> bytes:
    """A web page with a menu, with or without its time of publication."""
    meta = f'<meta property="article:published_time" content="{article["published_at"]}">' if date else ""
    paragraphs = "".join(f"<p>{each.replace('&', '&amp;')}</p>" for each in article["body"].split("\n"))
    return (
        f'<!doctype html><html lang="ar"><head><meta charset="utf-8"><title>{article["title"]}</title>{meta}'
        f'<link rel="canonical" href="{article["url"]}"></head><body><nav><a href="/">الرئيسية</a></nav>'
        f"<article><h1>{article['title']}</h1>{paragraphs}</article><footer>جميع الحقوق محفوظة</footer></body></html>"
    ).encode()


def trec() -> bytes:
    """Documents in the style of the ANT corpus: no escapes, and an empty author."""
    return "\n".join(
        f"<DOC>\n<DOCNO>{each['article_id']}</DOCNO>\n<URL>{each['url']}</URL> \n<SRC>{each['source']}</SRC>\n"
        f"<CAT>politic</CAT>\n<TITLE>{each['title']}</TITLE>\n<TIME>{each['published_at']}</TIME>\n<AUTHOR></AUTHOR>\n"
        f"<ABSTRACT>\n\n</ABSTRACT>\n<TEXT>\n{each['body']}\n</TEXT>\n</DOC>"
        for each in ARTICLES
    ).encode()


def warc(articles: list[dict[str, Any]] = ARTICLES, *, packed: bool = False, date: bool = True) -> bytes:
    """A crawl: a picture and a missing page, then the articles."""
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=packed)
    writer.write_record(writer.create_warcinfo_record("news.warc", {"software": "tests"}))

    def answer(url: str, status: str, media: str, content: bytes) -> None:
        headers = StatusAndHeaders(status, [("Content-Type", media)], protocol="HTTP/1.1")
        record = writer.create_warc_record(
            url,
            "response",
            payload=io.BytesIO(content),
            http_headers=headers,
            warc_headers_dict={"WARC-Date": "2018-04-20T10:00:00Z"},
        )
        writer.write_record(record)

    answer("https://news.example/logo.png", "200 OK", "image/png", b"\x89PNG")
    answer("https://news.example/gone", "404 Not Found", "text/html", page(ARTICLES[0]))
    for each in articles:
        answer(each["url"], "200 OK", "text/html; charset=utf-8", page(each, date=date))
    return file.getvalue()


def gdelt_json() -> bytes:
    """What GDELT's DOC API answers as JSON."""
    rows = [
        {
            "url": each["url"],
            "url_mobile": "",
            "title": each["title"],
            "seendate": f"2018041{6 + at}T093000Z",
            "socialimage": "",
            "domain": "news.example",
            "language": "Arabic",
            "sourcecountry": "Egypt",
        }
        for at, each in enumerate(ARTICLES)
    ]
    return json.dumps({"articles": rows}, ensure_ascii=False, indent=2).encode()


def gdelt_csv() -> bytes:
    """The same as CSV."""
    rows = "".join(
        f'{each["url"]},,2018-04-1{6 + at} 09:30:00,"{each["title"].replace(chr(34), chr(34) * 2)}"\n'
        for at, each in enumerate(ARTICLES)
    )
    return ("\ufeffURL,MobileURL,Date,Title\n" + rows).encode()


def gdelt_list() -> bytes:
    """One line each, as in GDELT's Article List."""
    rows = [
        {"date": each["published_at"], "url": each["url"], "domain": "news.example", "title": each["title"]}
        | {"desc": each["body"].split("\n")[0], "lang": "ar", "outletName": "News"}
        for each in ARTICLES
    ]
    return jsonl(rows)


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2018, 4, 20, 8, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()
