"""The Kubernetes manifests: valid, locked down, and about this program and no other."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import click
import jsonschema
import kubernetes_validate
import pytest
import yaml

from stream.app import create_app
from stream.cli import main
from stream.incident_app import create_incident_app
from stream.settings import Settings, load_settings

HERE = Path(__file__).parent
OVERLAYS = Path(__file__).parents[2] / "deploy" / "kubernetes" / "overlays"
# The oldest that the manifests' fields are for, and the newest that there is a schema for.
VERSIONS = ("1.31", kubernetes_validate.latest_version())
NAMES = sorted(path.name for path in OVERLAYS.iterdir())


def render(overlay: str) -> list[dict[str, Any]]:
    """The objects of an overlay, as kubectl would apply them."""
    tool = shutil.which("kustomize")
    command = [tool, "build"] if tool else [shutil.which("kubectl") or "", "kustomize"]
    if not command[0]:
        message = "neither kustomize nor kubectl (1.27 or newer) is installed"
        raise pytest.fail.Exception(message) if os.environ.get("CI") else pytest.skip.Exception(message)
    done = subprocess.run([*command, str(OVERLAYS / overlay)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


@pytest.fixture(scope="module", params=NAMES)
def objects(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    """Give the objects of each overlay in turn."""
    return render(request.param)


@pytest.fixture(scope="module")
def production() -> list[dict[str, Any]]:
    """Give the objects of the production overlay."""
    return render("production")


def of_kind(objects: list[dict[str, Any]], *kinds: str) -> list[dict[str, Any]]:
    """Those objects that are of one of *kinds*; there must be some."""
    found = [each for each in objects if each["kind"] in kinds]
    assert found
    return found


def pod(workload: dict[str, Any]) -> dict[str, Any]:
    """The pod that a workload makes."""
    spec: dict[str, Any] = workload["spec"]["template"]["spec"]
    return spec


def container(workload: dict[str, Any]) -> dict[str, Any]:
    """Its only container."""
    (only,) = pod(workload)["containers"]
    found: dict[str, Any] = only
    return found


def validate(each: dict[str, Any], version: str) -> None:
    """Raise unless *each* is valid: unknown fields are refused."""
    if each["apiVersion"].startswith("keda.sh/"):
        jsonschema.validate(each, json.loads((HERE / "keda.schema.json").read_text(encoding="utf-8")))
    else:
        kubernetes_validate.validate(each, version, strict=True)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_object_is_valid(objects: list[dict[str, Any]], version: str) -> None:
    """Under the schemas of the oldest Kubernetes that is meant and of the newest, and under KEDA's."""
    for each in objects:
        validate(each, version)


def test_a_misspelt_field_is_refused(production: list[dict[str, Any]]) -> None:
    """The check above can fail: in Kubernetes' objects and in KEDA's."""
    (deployment, *_) = of_kind(production, "Deployment")
    (scaled, *_) = of_kind(production, "ScaledObject")
    wrong = copy.deepcopy(deployment)
    container(wrong)["livenessProb"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        validate(wrong, VERSIONS[-1])
    wrong = copy.deepcopy(scaled)
    wrong["spec"]["triggers"][0]["metadata"]["lagTreshold"] = "5"
    with pytest.raises(jsonschema.ValidationError):
        validate(wrong, VERSIONS[-1])


def test_pods_can_do_nothing_that_they_need_not(objects: list[dict[str, Any]]) -> None:
    """Pod security `restricted`, and more: a read-only root, no token of the API, bounded CPU, memory and disk."""
    for workload in of_kind(objects, "Deployment", "Job"):
        spec, only = pod(workload), container(workload)
        assert spec["automountServiceAccountToken"] is False
        assert spec["securityContext"]["runAsNonRoot"] is True
        # The image's user.
        assert spec["securityContext"]["runAsUser"] == 10001
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert only["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        }
        assert only["resources"]["limits"].keys() == only["resources"]["requests"].keys() == {"cpu", "memory"}
        assert {mount["mountPath"] for mount in only["volumeMounts"]} == {"/tmp", "/var/lib/rasid"}  # noqa: S108 - named, not used
        assert all("sizeLimit" in volume["emptyDir"] for volume in spec["volumes"])


def test_what_runs_on_can_be_watched_moved_and_updated(objects: list[dict[str, Any]]) -> None:
    """Each deployment has probes on a port that it opens, is spread, and has a budget that lets nodes be drained."""
    budgets = [each["spec"]["selector"]["matchLabels"] for each in of_kind(objects, "PodDisruptionBudget")]
    for deployment in of_kind(objects, "Deployment"):
        spec, only = deployment["spec"], container(deployment)
        labels = spec["template"]["metadata"]["labels"]
        assert spec["selector"]["matchLabels"].items() <= labels.items()
        ports = {port["name"] for port in only["ports"]}
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            assert only[probe]["httpGet"]["port"] in ports
        assert only["livenessProbe"]["httpGet"]["path"] == "/health/live"
        assert only["readinessProbe"]["httpGet"]["path"] == "/health/ready"
        assert {each["topologyKey"] for each in pod(deployment)["topologySpreadConstraints"]} == {
            "kubernetes.io/hostname",
            "topology.kubernetes.io/zone",
        }
        for constraint in pod(deployment)["topologySpreadConstraints"]:
            assert constraint["labelSelector"]["matchLabels"].items() <= labels.items()
        assert len([budget for budget in budgets if budget.items() <= labels.items()]) == 1
        # Draining takes 10 s.
        assert pod(deployment)["terminationGracePeriodSeconds"] >= 15


def test_no_secret_stands_in_a_manifest(objects: list[dict[str, Any]]) -> None:
    """Secrets are named and never made here, and no setting that is one has a value here."""
    assert not [each for each in objects if each["kind"] == "Secret"]
    for config in of_kind(objects, "ConfigMap"):
        assert not {"PASSWORD", "TOKEN"} & {name.rpartition("_")[2] for name in config["data"]}
    for workload in of_kind(objects, "Deployment", "Job"):
        assert any("secretRef" in source for source in container(workload)["envFrom"])
        assert all("value" not in variable for variable in container(workload).get("env", []))


def test_in_production_the_login_is_not_optional(production: list[dict[str, Any]]) -> None:
    """A pod without its secret does not start with no login."""
    for workload in of_kind(production, "Deployment", "Job"):
        for source in container(workload)["envFrom"]:
            assert not source.get("secretRef", {}).get("optional", False)


def settings(objects: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings that a pod has, with a made-up login."""
    for name in [name for name in os.environ if name.startswith("RASID_")]:
        monkeypatch.delenv(name)
    for config in of_kind(objects, "ConfigMap"):
        for name, value in config["data"].items():
            monkeypatch.setenv(name, value)
    if "RASID_SASL_MECHANISM" in os.environ:
        monkeypatch.setenv("RASID_SASL_USERNAME", "rasid")
        monkeypatch.setenv("RASID_SASL_PASSWORD", "secret")
    return load_settings()


def test_rasid_takes_the_settings(objects: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    """None is misspelt, all fit together, and health is served where the probes and Prometheus look."""
    found = settings(objects, monkeypatch)
    assert found.health_host == "0.0.0.0"  # noqa: S104 - inside a pod
    for deployment in of_kind(objects, "Deployment"):
        ports = {port["name"]: port["containerPort"] for port in container(deployment)["ports"]}
        assert len(ports) == len(container(deployment)["ports"])
        figures = deployment["spec"]["template"]["metadata"].get("annotations", {})
        if container(deployment)["args"] == ["serve"]:
            assert found.serve_host == "0.0.0.0"  # noqa: S104 - inside a pod
            assert ports["health"] == found.serve_port
            assert figures == {}
            continue
        assert ports["health"] == found.health_port
        assert figures["prometheus.io/scrape"] == "true"
        assert figures["prometheus.io/port"] == str(found.health_port)


def test_rasid_takes_the_arguments(objects: list[dict[str, Any]]) -> None:
    """Each container's arguments are those of a command that there is."""
    for workload in of_kind(objects, "Deployment", "Job"):
        command: click.Command = main
        words = list(container(workload)["args"])
        while isinstance(command, click.Group):
            found = command.get_command(click.Context(command), words[0])
            assert found is not None, words
            command = found
            words.pop(0)
        command.make_context(command.name, words)


def test_the_workers_scale_up_to_the_partitions(
    production: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """KEDA looks at the workers' own group and topic; more pods than partitions would idle."""
    own = settings(production, monkeypatch)
    apps = {"rasid-worker": create_app, "rasid-incidents": create_incident_app}
    deployments = {each["metadata"]["name"]: each for each in of_kind(production, "Deployment")}
    (job,) = of_kind(production, "Job")
    words = container(job)["args"]
    partitions = int(words[words.index("--partitions") + 1])
    for scaled in of_kind(production, "ScaledObject"):
        target = deployments[scaled["spec"]["scaleTargetRef"]["name"]]
        # A number there would be set anew at each release.
        assert "replicas" not in target["spec"]
        assert 2 <= scaled["spec"]["minReplicaCount"] < scaled["spec"]["maxReplicaCount"] == partitions
        (trigger,) = scaled["spec"]["triggers"]
        metadata = trigger["metadata"]
        assert metadata["bootstrapServers"] == own.broker
        app = apps[scaled["spec"]["scaleTargetRef"]["name"]](own)
        assert metadata["consumerGroup"] == app.settings.group_id
        assert metadata["topic"] in app.consumes
        assert metadata["tls"] == ("enable" if own.tls else "disable")
        assert metadata["sasl"] == str(own.sasl_mechanism).lower().replace("scram-sha-", "scram_sha")
        # Faust begins there as well.
        assert metadata["offsetResetPolicy"] == "earliest"


def test_what_is_not_said_is_denied(objects: list[dict[str, Any]]) -> None:
    """One policy closes every pod of ours in both directions; the others open named ports only."""
    policies = of_kind(objects, "NetworkPolicy")
    closed = [each for each in policies if not {"ingress", "egress"} & each["spec"].keys()]
    assert [each["spec"]["policyTypes"] for each in closed] == [["Ingress", "Egress"]]
    selector = closed[0]["spec"]["podSelector"]["matchLabels"]
    for workload in of_kind(objects, "Deployment", "Job"):
        assert selector.items() <= workload["spec"]["template"]["metadata"]["labels"].items()
    for policy in policies:
        for rule in policy["spec"].get("ingress", []) + policy["spec"].get("egress", []):
            assert rule["ports"]
