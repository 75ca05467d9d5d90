"""The outcome of calls that run in parallel equals running them one by one in the order submitted."""

import io
import secrets
import tarfile
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ops.client import Client
from ops.local.stack import Stack
from tests.stack.oracle import Tree

PATHS = st.sampled_from(["a", "b", "d/x", "d/y", "d"])
LINES = st.lists(st.sampled_from(["one", "two", "three", ""]), min_size=1, max_size=4).map("\n".join)
LINE = st.integers(1, 3)


def call(name: str, **arguments: Any) -> dict[str, Any]:
    return {"name": name, "arguments": arguments}


CALLS = st.one_of(
    st.builds(lambda path, text: call("os-write", file_path=path, content=text), PATHS, LINES),
    st.builds(lambda path: call("os-view", file_path=path), PATHS),
    st.builds(lambda path: call("os-delete", file_path=path), PATHS),
    st.builds(lambda old, new: call("os-rename", original_file_path=old, new_file_path=new), PATHS, PATHS),
    st.builds(
        lambda path, line, old, new: call(
            "os-line-replace",
            file_path=path,
            search=old,
            first_replaced_line=line,
            last_replaced_line=line,
            replace=new,
        ),
        PATHS,
        LINE,
        st.sampled_from(["one", "two", "..."]),
        LINES,
    ),
)
SUBMITS = st.lists(st.lists(CALLS, min_size=1, max_size=12), min_size=1, max_size=3)


@given(submits=SUBMITS)
@settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_parallel_calls_end_as_if_run_one_by_one(stack: Stack, submits: list[list[dict[str, Any]]]) -> None:
    app, tree = f"order-{secrets.token_hex(4)}", Tree()
    expected: dict[str, tuple[str, str | None]] = {}
    for number, batch in enumerate(submits):
        named = [one | {"id": f"c{number}-{index}"} for index, one in enumerate(batch)]
        # Each submit goes to another gateway, where there are several.
        client = Client(stack.urls[number % len(stack.urls)], stack.key)
        client.json("POST", f"/v1/apps/{app}/messages/m{number}/tool-calls", {"tool_calls": named})
        client.close()
        expected |= {one["id"]: tree.run(one["name"], one["arguments"]) for one in named}
    client = Client(stack.url, stack.key)
    assert outcome(client, app, len(submits)) == expected
    assert files(client, app) == tree.files
    client.close()


def outcome(client: Client, app: str, messages: int) -> dict[str, tuple[str, str | None]]:
    found = {}
    for number in range(messages):
        message = client.json("GET", f"/v1/apps/{app}/messages/m{number}?wait=60")
        assert message["status"] == "idle", message
        for state in message["tool_calls"]:
            found[state["id"]] = (state["status"], (state["error"] or {}).get("type"))
    return found


def files(client: Client, app: str) -> dict[str, bytes]:
    archive = client.read("GET", f"/v1/apps/{app}/archive")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        members = {member.name.removeprefix("./"): tar.extractfile(member) for member in tar if member.isfile()}
        return {name: content.read() for name, content in members.items() if content}
