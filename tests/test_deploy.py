"""What deploy/ says agrees with the code: variables, paths, ports, times. `make test-hosting` runs its nginx.conf."""

import json
import re
import shlex
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import uvicorn
import yaml
from starlette.testclient import TestClient

from dev.documents import ROOT
from dev.hosting.proxy import CONFIGURATION, REPLICAS, with_addresses
from order_mcp.account_config import rate_variable
from order_mcp.commands.cli import _parser
from order_mcp.config import all_variables, read_config
from order_mcp.hosted import hosted_names
from order_mcp.hosting.admission import MOST_BYTES
from order_mcp.hosting.app import checked, http_app
from order_mcp.hosting.door import ALIVE, PATH, READY
from order_mcp.hosting.process import AFTER_DEADLINE_SECONDS
from order_mcp.hosting.tokens import MOST_TOKEN_CHARS
from order_mcp.providers.registry import built_in
from order_mcp.rules import DEADLINE, DEFAULT_SECONDS

PROVIDERS = built_in()

DEPLOY = ROOT / "deploy"
FILES = {path.name: path.read_text(encoding="utf-8") for path in DEPLOY.iterdir() if path.is_file()}
DOCKERFILE = FILES["Dockerfile"].replace("\\\n", " ")
COMPOSE: dict[str, Any] = yaml.safe_load(FILES["compose.yaml"])
KUBERNETES: dict[str, dict[str, Any]] = {each["kind"]: each for each in yaml.safe_load_all(FILES["kubernetes.yaml"])}
POD: dict[str, Any] = KUBERNETES["Deployment"]["spec"]["template"]["spec"]
[CONTAINER] = POD["containers"]
SERVERS = ("one", "two")
NGINX = re.sub(r"#.*", "", FILES["nginx.conf"])

KNOWN = {name for each in all_variables() for name in (each.name, each.file_name)} | {
    *hosted_names(),
    *map(rate_variable, PROVIDERS),
}
LONGEST_CALL = DEFAULT_SECONDS[DEADLINE] + AFTER_DEADLINE_SECONDS
METADATA = "/.well-known/oauth-protected-resource"
# What a person puts where the files leave a gap, by the end of the file's name.
SECRETS = {
    "callers.toml": f'[callers.support-desk]\ntoken_sha256 = "{"0" * 63}1"\n',
    "storage": "redis://:password@redis:6379/0",
}


def seconds(text: str) -> float:
    """`25s` as a number."""
    return float(text.removesuffix("s"))


def instruction(name: str) -> str:
    """The last instruction of this name in the Dockerfile, without its name."""
    return re.findall(rf"^{name} +(.*)$", DOCKERFILE, re.MULTILINE)[-1]


def directive(name: str) -> str:
    """The one value of a directive in nginx.conf."""
    [value] = re.findall(rf"^ *{name} +([^;]*);", NGINX, re.MULTILINE)
    return str(value)


COMMANDS: dict[str, list[str]] = {
    "Dockerfile": json.loads(instruction("CMD")),
    "kubernetes.yaml": CONTAINER["command"],
}
ENVIRONMENTS: dict[str, dict[str, str]] = {
    **{name: COMPOSE["services"][name]["environment"] for name in SERVERS},
    "pod": {each["name"]: each["value"] for each in CONTAINER["env"]},
}


@pytest.mark.parametrize("name", FILES)
def test_every_variable_that_is_named_exists(name: str) -> None:
    ours = "|".join(["ORDER_MCP", *(provider.upper() for provider in PROVIDERS)])
    # What Kubernetes sets of itself is named where it is switched off.
    named = set(re.findall(rf"\b(?:{ours})_[A-Z_]+\b", FILES[name])) - {"ORDER_MCP_SERVICE_HOST"}
    assert named <= KNOWN


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_the_command_is_one_and_listens_to_the_network(command: list[str]) -> None:
    assert command[0] == "order-mcp"
    options = _parser().parse_args(command[1:])
    assert options.http and options.host == "0.0.0.0" and options.port == 8000


@pytest.mark.parametrize("given", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_the_server_starts_with_it_and_is_ready(given: Mapping[str, str], tmp_path: Path) -> None:
    """With the files of secrets in a folder of this test, and the gaps filled in."""
    environment = {}
    for name, value in given.items():
        if value.startswith("/run/secrets/"):
            file = tmp_path / Path(value).name
            file.write_text(SECRETS.get(file.name, "something"))
            value = str(file)
        gap = re.fullmatch(r"\$\{(\w+):\?.*\}", value)
        assert not gap or gap[1] == name
        environment[name] = {"ORDER_MCP_PUBLIC_URL": "https://o.example.com/mcp"}.get(name, "x") if gap else value
    config = read_config(environment)
    checked(config)
    assert config.hosted.authenticates and config.hosted.storage and config.hosted.audit_key
    assert not config.unknown and config.usable
    # Whether it is ready says nothing of the storage, which is not there.
    with TestClient(http_app(config)) as client:
        assert [client.get(path).status_code for path in (ALIVE, READY)] == [200, 200]


@pytest.mark.parametrize("given", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_no_secret_stands_in_a_variable(given: Mapping[str, str]) -> None:
    secret = {each.name for each in all_variables() if each.secret} | {"ORDER_MCP_STORAGE", "ORDER_MCP_AUDIT_KEY"}
    assert not secret & set(given)


def test_the_image() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    [extras] = re.findall(r"pip install .*\.\[([a-z,]+)\]", DOCKERFILE)
    assert set(extras.split(",")) == {"redis", "otel"} <= set(project["optional-dependencies"])
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)
    sources = {name for line in copied for name in line.split()}
    assert {project["readme"], *project["license-files"], "pyproject.toml", "src"} == sources
    allowed = {line[1:] for line in FILES["Dockerfile.dockerignore"].splitlines() if line.startswith("!")}
    assert allowed == sources
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == ["python:3.11-slim"] * 2
    assert int(instruction("USER").split(":")[0]) > 0
    assert instruction("EXPOSE") == "8000"


def test_the_image_looks_whether_the_server_is_alive() -> None:
    check = json.loads(instruction("HEALTHCHECK").partition("CMD ")[2])
    assert check[:2] == ["python", "-c"] and "'127.0.0.1', 8000, timeout=2" in check[2]
    assert f"'{ALIVE}'" in check[2]
    compile(check[2], "HEALTHCHECK", "exec")


def test_the_replicas_of_compose_are_those_that_nginx_asks() -> None:
    services = COMPOSE["services"]
    addresses = [services[name]["networks"]["inside"]["ipv4_address"] for name in SERVERS]
    assert [f"{address}:8000" for address in addresses] == list(REPLICAS)
    nginx = services["nginx"]
    assert nginx["ports"] == ["127.0.0.1:8080:8080"] and directive("listen") == "8080"
    assert "./nginx.conf:/etc/nginx/nginx.conf:ro" in nginx["volumes"] and "/etc/nginx/nginx.conf" in nginx["command"]
    assert all(services[name]["stop_grace_period"] == "25s" for name in (*SERVERS, "nginx"))
    assert seconds("25s") > LONGEST_CALL


def test_compose_hands_over_the_secrets_that_are_named() -> None:
    for name in SERVERS:
        service = COMPOSE["services"][name]
        files = {Path(value).name for value in service["environment"].values() if value.startswith("/run/secrets/")}
        assert files == set(service["secrets"]) <= set(COMPOSE["secrets"])
    assert all(each["file"].startswith("./secrets/") for each in COMPOSE["secrets"].values())
    assert "deploy/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()


def test_nothing_in_compose_can_write_or_become_root() -> None:
    for name, service in COMPOSE["services"].items():
        assert service["read_only"] and service["cap_drop"] == ["ALL"], name
        assert name in SERVERS or int(service["user"].split(":")[0]) > 0, name


def test_nginx_conf_is_tried_with_other_addresses_and_otherwise_as_it_is() -> None:
    assert CONFIGURATION.read_text(encoding="utf-8") == FILES["nginx.conf"]
    tried = with_addresses(FILES["nginx.conf"], 1, [2, 3])
    pairs = zip(FILES["nginx.conf"].splitlines(), tried.splitlines(), strict=True)
    changed = [(shipped.split(), run.split()) for shipped, run in pairs if shipped != run]
    assert changed == [
        (["server", REPLICAS[0], "max_fails=0;"], ["server", "127.0.0.1:2", "max_fails=0;"]),
        (["server", REPLICAS[1], "max_fails=0;"], ["server", "127.0.0.1:3", "max_fails=0;"]),
        (["listen", "8080;"], ["listen", "127.0.0.1:1;"]),
    ]


def test_nginx_passes_on_what_the_server_has_for_others_and_no_more() -> None:
    assert re.findall(r"location +(.*?) *\{\s*(.*?);", NGINX) == [
        ("/", "return 404"),
        (f"= {PATH}", "proxy_pass http://order_mcp"),
        (METADATA, "proxy_pass http://order_mcp"),
    ]
    assert "proxy_set_header Host $http_host;" in NGINX
    assert directive("proxy_next_upstream").split() == ["error", "timeout", "http_502", "http_503", "non_idempotent"]


def test_the_limits_of_nginx_fit_those_of_the_server() -> None:
    assert seconds(directive("proxy_read_timeout")) > LONGEST_CALL
    [idle, *_] = re.findall(r"keepalive_timeout (\d+)s;", NGINX)
    assert int(idle) < uvicorn.Config("").timeout_keep_alive
    assert directive("client_max_body_size") == directive("client_body_buffer_size") == f"{MOST_BYTES // 1024}k"
    assert directive("large_client_header_buffers").split()[1] == f"{MOST_TOKEN_CHARS // 1024}k"


def test_the_probes_of_kubernetes_ask_what_they_should() -> None:
    [port] = CONTAINER["ports"]
    assert port["containerPort"] == 8000
    probes = {kind: CONTAINER[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
    assert {kind: probe["path"] for kind, probe in probes.items()} == {
        "startup": ALIVE,
        "liveness": ALIVE,
        "readiness": READY,
    }
    assert {probe["port"] for probe in probes.values()} == {port["name"]}
    [service] = KUBERNETES["Service"]["spec"]["ports"]
    assert service["targetPort"] == port["name"]


def test_a_pod_has_the_time_to_stop_that_its_calls_may_take() -> None:
    before = float(CONTAINER["lifecycle"]["preStop"]["exec"]["command"][1])
    # A second more: the process that starts the others looks for the signal twice in one.
    assert POD["terminationGracePeriodSeconds"] >= before + LONGEST_CALL + 1


def test_the_parts_of_kubernetes_belong_together() -> None:
    labels = KUBERNETES["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert KUBERNETES["Deployment"]["spec"]["selector"]["matchLabels"] == labels
    assert KUBERNETES["Service"]["spec"]["selector"] == labels
    assert KUBERNETES["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    target = KUBERNETES["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]
    assert (target["kind"], target["name"]) == ("Deployment", KUBERNETES["Deployment"]["metadata"]["name"])
    least = KUBERNETES["HorizontalPodAutoscaler"]["spec"]["minReplicas"]
    assert least == KUBERNETES["Deployment"]["spec"]["replicas"] == 2
    assert KUBERNETES["PodDisruptionBudget"]["spec"]["minAvailable"] < least


def test_the_secrets_of_kubernetes_are_files_of_these_names() -> None:
    [volume], [mount] = POD["volumes"], CONTAINER["volumeMounts"]
    secret = KUBERNETES["Secret"]
    assert volume["secret"]["secretName"] == secret["metadata"]["name"] and volume["name"] == mount["name"]
    files = {value for value in ENVIRONMENTS["pod"].values() if value.startswith("/run/")}
    assert files == {f"{mount['mountPath']}/{name}" for name in secret["stringData"]}
    assert volume["secret"]["defaultMode"] == 0o440


def test_a_pod_can_neither_write_nor_become_root() -> None:
    user, group = map(int, instruction("USER").split(":"))
    context = POD["securityContext"]
    assert context["runAsNonRoot"] and (context["runAsUser"], context["runAsGroup"], context["fsGroup"]) == (
        user,
        group,
        group,
    )
    assert CONTAINER["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_what_a_person_types_for_compose_is_what_compose_asks_for() -> None:
    [line] = re.findall(r"^# +export (.*)$", FILES["compose.yaml"], re.MULTILINE)
    asked = re.findall(r"\$\{(\w+):\?", FILES["compose.yaml"])
    assert {word.partition("=")[0] for word in shlex.split(line)} == set(asked)
