"""Whoever sees a part sees nothing else: every reading route is asked by everybody, and raw answers are searched."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from mcm.edge.routes import route_permissions
from mcm.inventory.kinds import PLURALS
from mcm.kit import clock
from tests.architecture.layout import application
from tests.rooms.inventory.world import ago
from tests.rooms.tenancy.estate import MARKER, OF_ALPHA, OF_BETA, SHARED, VIEWS, Estate, caller

ROOTS = {"accounts", "resources", "hierarchy", "sync", "tenants", "tenant-rules", *PLURALS.values()}
LIMITED = [name for name in VIEWS if name != "everything"]
QUESTIONS: list[dict[str, Any]] = [
    {},
    {"limit": 1},
    {"include_gone": "true"},
    {"filter": "vcpus >= 1"},
    {"filter": 'account != "no*" AND kind = "instance"'},
    {"filter": 'tags.env = "*"'},
    {"filter": 'presence = "unreachable"'},
    {"filter": 'NOT account = "alpha*"'},
    {"filter": 'region = "r1"', "order_by": "account, name desc"},
    {"search": "a"},
    {"order_by": "vcpus desc, region"},
    {"order_by": "last_changed desc"},
    {"order_by": "account_id desc"},
]
LISTED: list[dict[str, Any]] = [{}, {"limit": 1}]


def _api() -> list[str]:
    return sorted(
        path.removeprefix("/api/v1")
        for method, path in route_permissions(application())
        if method == "GET" and path.startswith("/api/v1/") and path.split("/")[3] in ROOTS
    )


def _texts(answer: httpx.Response) -> bytes:
    if not answer.headers.get("content-type", "").startswith("application/vnd"):
        return answer.content
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        return b"".join(book.read(name) for name in book.namelist())


def _urls(estate: Estate, path: str) -> Iterator[str]:
    """The route for everything it may be asked for, of whoever it is."""
    plural = path.split("/")[1]
    ids = sorted(estate.visible("everything"))
    if "{resource_id}" in path:
        for ident in ids if plural == "resources" else ids[:8]:
            yield path.replace("{resource_id}", ident)
    elif "{tenant}" in path:
        for ident in ("ten_group", "ten_alpha"):
            yield path.replace("{tenant}", ident)
    elif "{name}" in path:
        for name in ("alpha-cloud", "shared-cloud", SHARED, OF_ALPHA):
            yield path.replace("{name}", name)
    elif "{request_id}" in path:
        yield path.replace("{request_id}", "req_alpha")
        yield path.replace("{request_id}", "req_beta")
    else:
        assert "{" not in path, f"{path}: say here what it may be asked for"
        yield path


def _asked(path: str) -> list[dict[str, Any]]:
    """What the route may be asked, of the questions that are for it."""
    past = {"as_of": clock.to_text(ago(days=3))}
    questions = [*QUESTIONS, past] if path.split("/")[1] in {"resources", "instances", "hosts", "clusters"} else LISTED
    if path.endswith("/facets"):
        fields = (
            "account,account_id,kind,state,region,zone,project,tags,tags.env,vcpus,provider,native_id,presence,name"
        )
        questions = [{"fields": fields} | question for question in QUESTIONS]
        questions.append({"fields": "account,account_id,kind,tags.env"} | past)
    if path.endswith("/export"):
        questions = [{"format": kind} for kind in ("csv", "json", "xlsx")] + [{"format": "csv"} | past]
    taken = _parameters(path)
    return [question for question in questions if question.keys() <= taken]


def _parameters(path: str) -> set[str]:
    asked = application().openapi()["paths"][f"/api/v1{path}"]["get"].get("parameters", [])
    return {one["name"] for one in asked if one["in"] == "query"}


@pytest.mark.parametrize("name", LIMITED)
def test_nothing_of_others_is_in_any_answer(estate: Estate, name: str) -> None:
    hidden = estate.hidden(name)
    seen = 0
    with estate.http(caller(name)) as http:
        for path in _api():
            for url in _urls(estate, path):
                for params in _asked(path):
                    answer = http.get(f"/api/v1{url}", params=params)
                    assert answer.status_code in (200, 404), f"{url} {params}: {answer.text}"
                    seen += answer.status_code == 200
                    _clean(answer, hidden - {estate.hidden_host} - _named(url, hidden), f"{url} {params}")
        for url, answer in _tree(http):
            _clean(answer, hidden, url)
    assert seen > 80


def _named(url: str, hidden: set[str]) -> set[str]:
    """An answer about what was asked for may repeat what it was."""
    return {ident for ident in hidden if ident in url}


def _clean(answer: httpx.Response, hidden: set[str], what: str) -> None:
    text = _texts(answer)
    assert MARKER.encode() not in text.lower(), f"{what}: {text[:2000]!r}"
    assert not [ident for ident in hidden if ident.encode() in text], what
    assert b"shared.inside" not in text, f"{what}: the configuration of an account that is seen in part"


def _tree(http: httpx.Client) -> Iterator[tuple[str, httpx.Response]]:
    """Every node that can be reached from the accounts."""
    waiting: list[str | None] = [None]
    while waiting:
        parent = waiting.pop()
        answer = http.get("/api/v1/hierarchy", params={"parent": parent} if parent else {})
        yield f"hierarchy below {parent}", answer
        waiting += [node["id"] for node in answer.json()["items"] if node["expandable"]]


@pytest.mark.parametrize("name", VIEWS)
def test_totals_are_those_of_what_is_seen(estate: Estate, name: str) -> None:
    living = estate.visible(name) - {estate.ids["alpha"][5]}
    with estate.http(caller(name)) as http:
        listed = http.get("/api/v1/resources", params={"limit": 1000}).json()["items"]
        assert {item["id"] for item in listed} == living
        assert http.get("/api/v1/resources/count").json()["count"] == len(living)
        facets = http.get("/api/v1/resources/facets", params={"fields": "kind,account,project,tags"}).json()
        assert facets["total"] == len(living)
        assert sum(value["count"] for value in facets["facets"]["kind"]["values"]) == len(living)
        exported = http.get("/api/v1/resources/export", params={"format": "json"}).json()
        assert {item["id"] for item in exported} == living
        accounts = http.get("/api/v1/accounts").json()["items"]
        assert name == "everything" or sum(account["resources"] for account in accounts) == len(living)
        top = http.get("/api/v1/hierarchy").json()["items"]
        instances = {item["id"] for item in listed if item["kind"] == "instance"}
        assert sum(node["level"]["instances"]["value"] or 0 for node in top) == len(instances)
        pages = _paged(http, "/resources", limit=2)
        assert [item["id"] for item in pages] == [item["id"] for item in listed]


def _paged(http: httpx.Client, path: str, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = http.get(f"/api/v1{path}", params=params | ({"cursor": cursor} if cursor else {})).json()
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


@pytest.mark.parametrize("name", LIMITED)
def test_one_resource_is_there_or_it_is_not(estate: Estate, name: str) -> None:
    with estate.http(caller(name)) as http:
        nothing = http.get("/api/v1/resources/0123456789abcdef").json() | {"request_id": ""}
        for part in ("", "/native", "/history", "/relations"):
            for ident in estate.visible(name):
                assert http.get(f"/api/v1/resources/{ident}{part}").status_code == 200
            for ident in estate.hidden(name):
                answer = http.get(f"/api/v1/resources/{ident}{part}")
                assert answer.status_code == 404
                assert answer.json() | {"request_id": ""} == nothing


def test_the_past_goes_with_the_resource(estate: Estate) -> None:
    """alpha-1 was beta's then, and the first of beta's was alpha's."""
    past = {"as_of": clock.to_text(ago(days=3))}
    with estate.http(caller("alpha")) as http:
        found = {item["id"]: item for item in http.get("/api/v1/resources", params=past).json()["items"]}
        assert set(found) <= estate.visible("alpha")
        mine = found[estate.ids["alpha"][1]]
        assert (mine["state"], mine["account"], mine["account_id"]) == ("stopped", None, None)


@pytest.mark.parametrize("name", LIMITED)
def test_every_instance_has_its_place_in_the_tree(estate: Estate, name: str) -> None:
    """Also one whose host may not be seen: it is among those whose host is not known."""
    with estate.http(caller(name)) as http:
        nodes = [node for _, answer in _tree(http) for node in answer.json()["items"]]
        listed = http.get("/api/v1/instances", params={"limit": 1000}).json()["items"]
    found = {node["resource_id"] for node in nodes if node["type"] == "instance"}
    assert found == {item["id"] for item in listed}


def test_relations_that_lead_outside_are_unknown(estate: Estate) -> None:
    with estate.http(caller("alpha")) as http:
        (out,) = http.get(f"/api/v1/resources/{estate.project[0]}/relations").json()["items"]
        assert (out["resource"]["known"], out["resource"]["name"]) == (False, None)
        into = http.get(f"/api/v1/resources/{estate.ids['alpha'][6]}/relations").json()["items"]
        assert [item["resource"]["id"] for item in into] == [estate.ids["alpha"][0]]
        detail = http.get(f"/api/v1/resources/{estate.ids['alpha'][6]}").json()
        assert [relation["count"] for relation in detail["relations"]] == [1]


def test_an_account_shows_itself_whole_in_part_or_not_at_all(estate: Estate) -> None:
    with estate.http(caller("alpha")) as http:
        accounts = {item["name"]: item for item in http.get("/api/v1/accounts").json()["items"]}
        assert set(accounts) == {"alpha-cloud", "shared-cloud"}
        assert (accounts["alpha-cloud"]["partial"], accounts["shared-cloud"]["partial"]) == (False, True)
        assert accounts["shared-cloud"]["config"] == {}
        assert accounts["shared-cloud"]["error_message"] is None
        runs = http.get("/api/v1/sync/runs").json()["items"]
        assert {run["account"] for run in runs} == {"alpha-cloud"}
        scopes = http.get("/api/v1/sync/requests/req_alpha").json()["scopes"]
        assert {scope["account"] for scope in scopes} == {"alpha-cloud"}
        fresh = http.get("/api/v1/resources").json()["freshness"]
        assert fresh["complete"], fresh
    with estate.http(caller("project")) as http:
        assert [item["name"] for item in http.get("/api/v1/accounts").json()["items"]] == ["shared-cloud"]
        assert http.get("/api/v1/sync/runs").json()["items"] == []


@pytest.mark.parametrize(
    ("url", "mine", "other"),
    [
        ("/accounts/{}", f"{MARKER}-cloud", "qqgama-cloud"),
        ("/accounts/{}", OF_BETA, "acc_nobody"),
        ("/sync/runs?account={}", f"{MARKER}-cloud", "qqgama-cloud"),
        ("/sync/requests/{}", "req_beta", "req_nobody"),
        ("/tenants/{}", f"ten_{MARKER}", "ten_nobody"),
        ("/tenants/{}/usage", MARKER, "qqgama"),
        ("/resources/count?filter=account%20%3D%20%22{}%22", f"{MARKER}-cloud", "qqgama-cloud"),
        ("/resources/count?filter=account_id%20%3D%20%22{}%22", OF_BETA, "acc_nobody"),
        ("/resources?filter=account_id%20%3D%20%22{}%22", OF_BETA, "acc_nobody"),
        ("/resources?filter=account_id%20%21%3D%20%22{}%22", OF_BETA, "acc_nobody"),
        ("/resources/facets?filter=tags.{}-key%20HAS%20x", MARKER, "qqgama"),
    ],
)
def test_what_is_outside_answers_as_what_never_was(estate: Estate, url: str, mine: str, other: str) -> None:
    with estate.http(caller("alpha")) as http:
        answers = []
        for name in (mine, other):
            answer = http.get(f"/api/v1{url.format(name)}")
            body = {key: value for key, value in answer.json().items() if key not in ("request_id", "freshness")}
            answers.append((answer.status_code, str(body).replace(name, "NAME")))
        assert answers[0] == answers[1]


@pytest.mark.parametrize("path", ["/resources", "/accounts", "/hierarchy", "/sync/runs", "/instances", "/tenants"])
def test_a_cursor_holds_for_the_view_it_was_given_out_for(estate: Estate, path: str) -> None:
    with estate.http(caller("everything")) as http:
        of_all = http.get(f"/api/v1{path}", params={"limit": 1}).json()["next_cursor"]
    cursors = {"everything": of_all}
    for name in LIMITED:
        with estate.http(caller(name)) as http:
            cursors[name] = http.get(f"/api/v1{path}", params={"limit": 1}).json()["next_cursor"]
            for giver, cursor in cursors.items():
                if cursor is not None and giver != name:
                    answer = http.get(f"/api/v1{path}", params={"limit": 1, "cursor": cursor})
                    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request"), (giver, name)
    with estate.http(caller("everything")) as http:
        for name in LIMITED:
            if cursors[name] is not None:
                answer = http.get(f"/api/v1{path}", params={"limit": 1, "cursor": cursors[name]})
                assert answer.status_code == 400
        assert of_all is not None
        assert http.get(f"/api/v1{path}", params={"limit": 1, "cursor": of_all}).status_code == 200
