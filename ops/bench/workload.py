"""The tool calls that are measured. None waits for another, and none writes a file."""

import json

WAITING, COMPUTING = "waiting", "computing"
# The limit for progress is lifted, so that each side tells all of it: by itself Toolreel leaves out what no eye can follow.
SETTINGS = {
    "TOOLREEL_TOOLS": "workers.trial.turn,workers.trial.four,workers.trial.reports,workers.trial.unserved",
    "TOOLREEL_PROGRESS_PER_SECOND": "1000000",
    "TOOLREEL_MAX_KEY_STREAMS": "10000",
}


def turn_body(number: int, manner: str, seconds: float = 600) -> bytes:
    """The body of a submit of one call that works in small pieces, with a checkpoint after each."""
    call = {"id": f"call_{number}", "name": "turn-over", "arguments": {"seconds": seconds, "manner": manner}}
    return json.dumps({"tool_calls": [call]}).encode()


def call_path(app: str, number: int) -> str:
    return f"{submit_path(app, 'm1')}/call_{number}"


def unserved(app: str, numbers: range) -> tuple[str, bytes]:
    """Path and body of a submit of calls for which no worker runs."""
    calls = [{"id": f"call_{number}", "name": "wait-for-worker", "arguments": {}} for number in numbers]
    return submit_path(app, f"queued-{numbers.start}"), json.dumps({"tool_calls": calls}).encode()


def report_all(app: str, number: int, count: int) -> tuple[str, bytes]:
    """Path and body of a submit of one call that reports its progress so many times, as fast as it can."""
    call = {"id": f"call_{number}", "name": "report-all", "arguments": {"count": count}}
    return submit_path(app, "m1"), json.dumps({"tool_calls": [call]}).encode()


def submit_path(app: str, message: str) -> str:
    return f"/v1/apps/{app}/messages/{message}/tool-calls"


def events_path(app: str) -> str:
    return f"/v1/apps/{app}/events"


def four_stages(app: str, number: int) -> tuple[str, bytes]:
    """Path and body of a submit of one call of four stages with five reports each, in a message of its own."""
    call = {"id": f"call_{number}", "name": "four-stages", "arguments": {}}
    return submit_path(app, f"m{number}"), json.dumps({"tool_calls": [call]}).encode()
