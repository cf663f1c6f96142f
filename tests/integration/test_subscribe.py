"""`rasid subscribe` and `stream.subscribe` on a real Kafka: filters, formats, sinks, groups."""

from __future__ import annotations

import asyncio
import base64
import csv
import hashlib
import hmac
import io
import json
import resource
import signal
import subprocess
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from aiokafka import AIOKafkaProducer

from schemas.alert import Alert
from schemas.incident import Incident, Lifecycle
from stream.broker import RunningBroker
from stream.filters import Filter
from stream.formats.cap import NAMESPACE
from stream.subscribe import Gone, subscribe, subscribe_incidents
from tests.formats.made import incident
from tests.incidents.made import alert
from tests.integration.stand import ROOT, Stand
from tests.integration.subscribers import SECRET, Receiver, command, create_topics, environ, publish
from tests.integration.subscribers import subscribe as rasid_subscribe

pytestmark = pytest.mark.integration

ALERTS = [
    alert("a1", "shelling", "saraqib", "syria", "rebels", severity=80, killed=3),
    alert("a2", "air_strike", "mosul", "is", severity=20),
    alert("a3", "consult", "vienna", "russia iran", severity=10),
    alert("a4", "bombing", "douma", "rebels", severity=60, status="alleged"),
]
SCHEMA = Path(__file__).parents[1] / "formats" / "CAP-v1.2.xsd"


@pytest.fixture
def stand(kafka: RunningBroker) -> Iterator[Stand]:
    """Topics of its own."""
    made = Stand(kafka.bootstrap, partitions=2)
    made.create_topics()
    yield made
    made.close()


@pytest.fixture(scope="module")
def alerts(kafka: RunningBroker) -> Stand:
    """Topics with the four alerts, the first of them delivered twice, and a message that is none."""
    made = Stand(kafka.bootstrap, partitions=2)
    made.create_topics()
    publish(made, ALERTS[0], *ALERTS)
    return made


def _ids(output: str) -> list[str]:
    return sorted(json.loads(line)["alert_id"] for line in output.splitlines())


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], ["a1", "a2", "a3", "a4"]),
        (["--kind", "diplomacy"], ["a3"]),
        (["--country", "SY", "--severity", "70"], ["a1"]),
        (["--near", "36.3,43.1,50"], ["a2"]),
        (["--actor", "rebels", "--status", "alleged"], ["a4"]),
    ],
    ids=" ".join,
)
def test_filters_choose(alerts: Stand, options: list[str], expected: list[str]) -> None:
    """Each alert once, although one was delivered twice."""
    assert _ids(rasid_subscribe(alerts, *options).stdout) == expected


def test_formats_of_one_run_after_another(alerts: Stand, tmp_path: Path) -> None:
    """A file of each format holds every alert, in a form that readers of the format take."""
    files = {form: tmp_path / form for form in ("csv", "geojson", "cap", "cloudevents")}
    for form, file in files.items():
        done = rasid_subscribe(alerts, "--format", form, "--output", str(file), "--max-messages", "4")
        assert done.stdout == ""
        assert done.stderr.splitlines()[-1] == f"4 alerts given to {file}."
    rows = list(csv.DictReader(io.StringIO(files["csv"].read_text(encoding="utf-8"))))
    assert sorted(row["alert_id"] for row in rows) == ["a1", "a2", "a3", "a4"]
    features = [json.loads(text) for text in files["geojson"].read_text(encoding="utf-8").split("\x1e")[1:]]
    assert sorted(feature["id"] for feature in features) == ["a1", "a2", "a3", "a4"]
    events = [json.loads(line) for line in files["cloudevents"].read_text(encoding="utf-8").splitlines()]
    assert Counter(event["type"] for event in events) == {"org.rasid.alert.attack": 3, "org.rasid.alert.diplomacy": 1}
    schema = xmlschema.XMLSchema(SCHEMA)
    messages = files["cap"].read_text(encoding="utf-8").splitlines()
    assert len(messages) == 4
    for message in messages:
        schema.validate(message)


def test_a_second_run_appends_without_a_second_heading(alerts: Stand, tmp_path: Path) -> None:
    """Also behind a line that a crash cut off."""
    file = tmp_path / "alerts.csv"
    options = ["--format", "csv", "--output", str(file), "--kind", "diplomacy", "--max-messages", "1"]
    rasid_subscribe(alerts, *options)
    with file.open("a", encoding="utf-8") as cut:
        cut.write("half")
    rasid_subscribe(alerts, *options)
    heading, first, half, second = file.read_text(encoding="utf-8").splitlines()
    assert heading.startswith("alert_id,")
    assert half == "half"
    assert first == second


def test_the_table_and_the_cards(alerts: Stand) -> None:
    """For people; the same alerts."""
    table = rasid_subscribe(alerts, "--format", "table", "--max-messages", "4").stdout.splitlines()
    assert table[0].split() == ["WHEN", "SEV", "WHAT", "WHERE", "TOLL", "WHO"]
    assert len(table) == 5
    cards = rasid_subscribe(alerts, "--format", "cards", "--severity", "70", "--max-messages", "1").stdout
    assert cards.startswith("SHELLING  severity 80, confidence 0.60\n")


def test_a_topic_gets_the_same_bytes_keys_and_headers(alerts: Stand) -> None:
    """As JSON lines nothing is changed; in another format the content type is."""
    plain, events = f"{alerts.settings.topic_prefix}desk", f"{alerts.settings.topic_prefix}events"
    create_topics(alerts, plain, events)
    rasid_subscribe(alerts, "--to-topic", plain, "--severity", "60", "--max-messages", "2")
    rasid_subscribe(alerts, "--to-topic", events, "--severity", "80", "--max-messages", "1", "--format", "cloudevents")
    got = alerts.read(plain, events, until=lambda received: len(received) >= 3)
    wanted = {each.alert_id: each.to_json() for each in (ALERTS[0], ALERTS[3])}
    assert {message.headers["alert-id"].decode(): message.value for message in got if message.topic == plain} == wanted
    assert {message.key for message in got} == {b"a1", b"a4"}
    (event,) = [message for message in got if message.topic == events]
    assert event.headers["content-type"] == b"application/cloudevents+json"
    assert json.loads(event.value or b"")["data"]["alert_id"] == "a1"
    source = alerts.alert_topics[0]
    assert "where they come from" in rasid_subscribe(alerts, "--to-topic", source, code=2).stderr
    assert "there is no topic nowhere" in rasid_subscribe(alerts, "--to-topic", "nowhere", code=79).stderr


def test_a_group_resumes_and_others_see_everything(stand: Stand, tmp_path: Path) -> None:
    """What was given is not given again, what came meanwhile is; a group that began at the end has begun there."""
    file = tmp_path / "alerts.jsonl"
    late = ["--group", f"{stand.settings.group_id}-late", "--from", "latest"]
    group = ["--group", stand.settings.group_id, "--output", str(file)]
    publish(stand, *ALERTS[:2])
    rasid_subscribe(stand, *group, "--max-messages", "1")
    assert len(file.read_text(encoding="utf-8").splitlines()) == 1
    rasid_subscribe(stand, *group, "--max-messages", "1")
    assert rasid_subscribe(stand, *late).stdout == ""
    publish(stand, *ALERTS[2:])
    rasid_subscribe(stand, *group)
    assert _ids(file.read_text(encoding="utf-8")) == ["a1", "a2", "a3", "a4"]
    assert _ids(rasid_subscribe(stand, *late, "--max-messages", "2").stdout) == ["a3", "a4"]
    assert len(_ids(rasid_subscribe(stand, "--max-messages", "4").stdout)) == 4


def test_signals_commit_what_was_given_and_kill_loses_nothing(stand: Stand, tmp_path: Path) -> None:
    """After Ctrl-C and SIGTERM nothing is given twice; after SIGKILL all is there, at most the last second twice."""
    file = tmp_path / "alerts.jsonl"
    arguments = ["--group", stand.settings.group_id, "--from", "earliest", "--output", str(file)]
    numbered = [alert(f"n{number}", hours=number / 100) for number in range(300)]

    def run_until(count: int, end: signal.Signals) -> None:
        with subprocess.Popen(command(*arguments), env=environ(stand), cwd=ROOT, stderr=subprocess.PIPE) as process:
            deadline = time.monotonic() + 40
            while not file.exists() or len(file.read_bytes().splitlines()) < count:
                assert time.monotonic() < deadline
                assert process.poll() is None
                time.sleep(0.05)
            process.send_signal(end)
            assert process.wait(20) == (-end if end is signal.SIGKILL else 128 + end)

    publish(stand, *numbered[:50])
    run_until(50, signal.SIGINT)
    publish(stand, *numbered[50:100])
    run_until(100, signal.SIGTERM)
    publish(stand, *numbered[100:200])
    run_until(200, signal.SIGKILL)
    assert len(_ids(file.read_text(encoding="utf-8"))) == 200
    publish(stand, *numbered[200:])
    rasid_subscribe(stand, "--group", stand.settings.group_id, "--output", str(file))
    counts = Counter(_ids(file.read_text(encoding="utf-8")))
    assert counts.keys() == {each.alert_id for each in numbered}
    assert {counts[each.alert_id] for each in numbered[:100]} == {1}


def test_a_full_disk_stops_it_and_the_group_goes_on_from_there(stand: Stand, tmp_path: Path) -> None:
    """Exit code 72, whole lines only; with room again, what is missing comes, and nothing twice."""
    file = tmp_path / "alerts.jsonl"
    numbered = [alert(f"n{number}", hours=number / 100) for number in range(30)]
    publish(stand, *numbered)
    arguments = ["--group", stand.settings.group_id, "--from", "earliest", "--output", str(file)]
    done = subprocess.run(
        command(*arguments),
        # Without coverage: the limit would hold for the file of its figures as well.
        env={name: value for name, value in environ(stand).items() if not name.startswith("COVERAGE_")},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (12_288, 12_288)),
        capture_output=True,
        timeout=60,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 72, done.stderr
    assert f"{file} cannot be written" in done.stderr.decode()
    some = len(_ids(file.read_text(encoding="utf-8")))
    assert 0 < some < 30
    rasid_subscribe(stand, *arguments, "--max-messages", str(30 - some))
    assert _ids(file.read_text(encoding="utf-8")) == sorted(each.alert_id for each in numbered)


def test_an_incident_is_followed_to_its_end(stand: Stand, tmp_path: Path) -> None:
    """As CAP, over two runs of a group: the update, the correction that no longer fits, the cancellation."""
    first, other = ALERTS[0], ALERTS[1]
    file = tmp_path / "incidents.cap"
    run = ["--incidents", "--group", stand.settings.group_id, "--format", "cap", "--output", str(file)]
    run += ["--severity", "50", "--sender", "rasid.example"]
    publish(stand, incident(first), incident(other))
    publish(stand, incident(first, revision=2, lifecycle=Lifecycle.UPDATED))
    rasid_subscribe(stand, *run, "--max-messages", "2")
    milder = incident(first, revision=3, lifecycle=Lifecycle.CORRECTED).model_copy(update={"severity": 10})
    publish(stand, milder, milder, incident(other, revision=2), incident(other).incident_id)
    rasid_subscribe(stand, *run)
    publish(stand, incident(first).incident_id)
    rasid_subscribe(stand, *run, "--max-messages", "1")
    schema = xmlschema.XMLSchema(SCHEMA)
    messages = [ET.fromstring(line) for line in file.read_text(encoding="utf-8").splitlines()]  # noqa: S314 - ours

    def texts(name: str) -> list[str | None]:
        return [message.findtext(f"{{{NAMESPACE}}}{name}") for message in messages]

    for message in messages:
        schema.validate(message)
    assert texts("msgType") == ["Alert", "Update", "Update", "Cancel"]
    assert set(texts("incidents")) == {incident(first).incident_id}
    named = [",".join(map(str, each)) for each in zip(texts("sender"), texts("identifier"), texts("sent"), strict=True)]
    assert texts("references") == [None, *named[:-1]]
    assert len(set(texts("identifier"))) == 4


def test_incidents_in_the_other_formats(stand: Stand) -> None:
    """Revisions, and the end of one that became part of another."""
    one = incident(ALERTS[0])
    publish(stand, one, one.incident_id)
    lines = rasid_subscribe(stand, "--incidents", "--max-messages", "2").stdout.splitlines()
    assert Incident.model_validate_json(lines[0]) == one
    assert json.loads(lines[1]) == {"incident_id": one.incident_id, "lifecycle": "retracted"}
    rows = list(
        csv.DictReader(
            io.StringIO(rasid_subscribe(stand, "--incidents", "--max-messages", "2", "--format", "csv").stdout)
        )
    )
    assert [row["lifecycle"] for row in rows] == ["open", "retracted"]
    table = rasid_subscribe(stand, "--incidents", "--max-messages", "2", "--format", "cards").stdout
    assert "  sources   1 independent of 1: outlet of a1\n" in table
    assert f"incident {one.incident_id} is part of another one now" in table


def _verified(post: tuple[dict[str, str], bytes]) -> dict[str, Any]:
    """Return what was posted, after its signature was computed anew as the specification says."""
    headers, body = post
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{digest}"
    posted: dict[str, Any] = json.loads(body)
    assert headers["webhook-id"] == posted["alert_id"]
    return posted


def test_what_a_transaction_takes_back_is_not_given(stand: Stand) -> None:
    """Incidents are written in transactions: the revisions of an aborted one never happened."""
    taken_back, kept = incident(ALERTS[0]), incident(ALERTS[1])

    async def send() -> None:
        producer = AIOKafkaProducer(bootstrap_servers=stand.settings.broker, transactional_id=stand.settings.group_id)
        await producer.start()
        for end, each in ((producer.abort_transaction, taken_back), (producer.commit_transaction, kept)):
            await producer.begin_transaction()
            await producer.send_and_wait(stand.settings.topics.incidents, each.to_json(), each.incident_id.encode())
            await end()
        await producer.stop()

    asyncio.run(send())
    given = rasid_subscribe(stand, "--incidents", "--format", "jsonl").stdout
    assert [json.loads(line)["incident_id"] for line in given.splitlines()] == [kept.incident_id]


def test_a_webhook_gets_each_alert_signed(stand: Stand) -> None:
    """After two errors that may pass, the same again; what it redirects is kept as undelivered, with the rest sent."""
    kept = f"{stand.settings.topic_prefix}undelivered"
    create_topics(stand, kept)
    publish(stand, *ALERTS[:2])
    with Receiver([503, 429, 200, 302], {"location": "/elsewhere", "retry-after": "1"}).serving() as receiver:
        options = ["--group", stand.settings.group_id, "--webhook", receiver.url, "--allow-private"]
        done = rasid_subscribe(stand, *options, "--undelivered", f"topic:{kept}")
        publish(stand, ALERTS[2])
        rasid_subscribe(stand, *options, "--max-messages", "1")
    ids = [_verified(post)["alert_id"] for post in receiver.posts]
    assert ids[:3] == [ids[0]] * 3
    assert sorted(set(ids[:4])) == ["a1", "a2"]
    assert ids[4:] == ["a3"]
    assert "hidden" not in done.stderr
    (letter,) = stand.read(kept, until=bool)
    assert letter.value == next(each.to_json() for each in ALERTS if each.alert_id == ids[3])
    assert letter.headers["origin-topic"] == stand.alert_topics[0].encode()
    assert b"it redirects (302)" in letter.headers["error-message"]
    assert b"hidden" not in letter.headers["error-message"]


def test_a_webhook_that_takes_nothing_stops_the_group_there(stand: Stand, tmp_path: Path) -> None:
    """Exit code 75; the next run begins with the same alert, and --undelivered keeps it in a file."""
    publish(stand, ALERTS[0])
    with Receiver([400, 500, 500]).serving() as receiver:
        options = ["--group", stand.settings.group_id, "--webhook", receiver.url, "--allow-private"]
        options += ["--webhook-attempts", "2"]
        stopped = rasid_subscribe(stand, *options, code=75)
        assert "did not take a1 in 1 attempts: it answered 400." in stopped.stderr
        file = tmp_path / "undelivered.jsonl"
        rasid_subscribe(stand, *options, "--undelivered", str(file))
        rasid_subscribe(stand, *options)
    assert len(receiver.posts) == 3
    letter = json.loads(file.read_text(encoding="utf-8"))
    assert (letter["id"], letter["attempts"], letter["reason"]) == ("a1", 2, "it answered 500")
    assert Alert.model_validate_json(letter["body"]) == ALERTS[0]


def test_a_private_address_is_not_connected_to(stand: Stand) -> None:
    """Unless it is allowed; exit code 75 and no request."""
    publish(stand, ALERTS[0])
    with Receiver().serving() as receiver:
        for host in ("127.0.0.1", "localhost", "0x7f.1"):
            url = receiver.url.replace("127.0.0.1", host)
            refused = rasid_subscribe(stand, "--webhook", url, code=75)
            assert "127.0.0.1 is not public" in refused.stderr or "::1 is not public" in refused.stderr
    assert receiver.posts == []


def test_programs_iterate_over_validated_alerts(stand: Stand) -> None:
    """With the filter of the command line; an alert counts as done when the next one is asked for."""
    publish(stand, *ALERTS)

    async def read(count: int | None) -> list[str]:
        found = []
        wanted = Filter(min_severity=20)
        stream = subscribe(
            wanted, settings=stand.settings, start="beginning", group=stand.settings.group_id, idle_seconds=1
        )
        async with aclosing(stream) as alerts:
            async for each in alerts:
                found.append(each.alert_id)
                if len(found) == count:
                    break
        return found

    first = asyncio.run(read(2))
    rest = asyncio.run(read(None))
    # The second was not done: nobody asked for a third.
    assert first[1] == rest[0] or first[1] in rest
    assert sorted({*first, *rest}) == ["a1", "a2", "a4"]
    assert first[0] not in rest
    assert asyncio.run(read(None)) == []


def test_programs_follow_incidents(stand: Stand) -> None:
    """Revisions of what fitted once, and its end; from a time on."""
    one, two = incident(ALERTS[0]), incident(ALERTS[0], revision=2)
    lowered = two.model_copy(update={"severity": 1})
    before = datetime.now(UTC)
    publish(stand, incident(ALERTS[1]), one, lowered)
    # The broker's clock counts milliseconds.
    time.sleep(0.01)
    between = datetime.now(UTC)
    publish(stand, one.incident_id)

    async def read(start: datetime) -> list[Incident | Gone]:
        stream = subscribe_incidents(Filter(min_severity=50), settings=stand.settings, start=start, idle_seconds=1)
        return [each async for each in stream]

    assert asyncio.run(read(before)) == [one, lowered, Gone(one.incident_id)]
    assert asyncio.run(read(between)) == []


def test_two_of_a_group_share_the_work(stand: Stand, tmp_path: Path) -> None:
    """Each alert goes to one of them; what the one that ends leaves is taken over."""
    numbered = [alert(f"n{number}", hours=number / 100) for number in range(150)]
    files = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    arguments = ["--group", stand.settings.group_id, "--from", "earliest", "--output"]
    processes = [
        subprocess.Popen(command(*arguments, str(file)), env=environ(stand), cwd=ROOT, stderr=subprocess.DEVNULL)
        for file in files
    ]
    try:
        # Until both are there, the one that is gets everything.
        sent = 0
        while not all(file.exists() and file.read_bytes() for file in files):
            assert sent < 120
            publish(stand, numbered[sent])
            sent += 1
            time.sleep(0.1)
        _wait_for(files, sent)
        processes[0].send_signal(signal.SIGINT)
        assert processes[0].wait(20) == 130
        publish(stand, *numbered[120:])
        _wait_for(files, sent + 30)
    finally:
        for process in processes:
            process.kill()
            process.wait()
    counts = Counter(_ids("".join(file.read_text(encoding="utf-8") for file in files)))
    assert counts == dict.fromkeys((each.alert_id for each in (*numbered[:sent], *numbered[120:])), 1)


def _wait_for(files: list[Path], count: int) -> None:
    deadline = time.monotonic() + 40
    while sum(len(file.read_bytes().splitlines()) for file in files if file.exists()) < count:
        assert time.monotonic() < deadline
        time.sleep(0.1)
