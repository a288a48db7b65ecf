"""What PostgreSQL cannot store is refused like any other wrong input, and no failure of mcm."""

from tests.lab import Lab
from tests.rooms.identity.people import PASSWORD, Person, user


def test_letters_that_no_database_takes(lab: Lab, person: Person) -> None:
    user(lab, "root", "security_admin")
    assert person.login("ro\0ot").status_code == 400
    person.login("root")
    wrong = "a%00b"
    asked = [
        person.get(f"/users/{wrong}"),
        person.get("/role-bindings", user="a\0b"),
        person.get("/auth/device/request", user_code="\0"),
        person.send("DELETE", f"/auth/sessions/{wrong}"),
        person.send("DELETE", f"/role-bindings/{wrong}"),
        person.send("DELETE", f"/tokens/{wrong}"),
        person.send("DELETE", f"/users/-/tokens/{wrong}"),
        person.send("POST", "/users", {"name": "x", "tenant": "a\0b"}),
        person.send("POST", "/users", {"name": "x", "full_name": "a\0b"}),
        person.send("POST", "/tokens", {"name": "a\0b"}),
        person.send("POST", "/role-bindings", {"user": "a\0b", "role": "viewer"}),
        person.send("POST", "/role-bindings", {"user": "root", "role": "viewer", "tenant": "a\0b"}),
        person.send("POST", "/role-bindings", {"user": "root", "role": "viewer", "account": "a\0b", "project": "x"}),
        person.send("POST", "/auth/confirm", {"password": f"{PASSWORD}\0"}),
        person.http.get("/setup", params={"token": "a\0b"}),
        person.http.get("/device", params={"code": "a\0b"}),
        person.http.post("/login", data={"name": "a\0b", "password": "\0"}),
    ]
    strange = [(answer.request.method, str(answer.request.url), answer.status_code) for answer in asked]
    assert [one for one in strange if one[2] not in (400, 401, 403, 404, 422)] == []
