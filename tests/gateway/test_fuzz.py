"""Requests that schemathesis makes up from the document, good ones and bad ones: no answer breaks, none is undocumented."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance, unsupported_method

from gateway.app import operations
from gateway.openapi import described
from models.database import migrate
from models.settings import Settings
from tests.gateway.conftest import KEY, Scene, new_database, served
from tests.gateway.test_archives import info, tar
from tests.gateway.test_calls import logo

CONFIG = SchemathesisConfig.from_dict(
    {
        "max-stream-events": 1,
        "request-timeout": 20,
        "generation": {
            "max-examples": 15,
            "deterministic": True,
            "database": "none",
            "with-security-parameters": False,
        },
        "checks": {
            # A condition that does not hold, an idempotency key that was used before.
            "positive_data_acceptance": {"expected-statuses": ["2xx", "304", "404", "409", "412", "422"]},
            # A batch with too many calls.
            "negative_data_rejection": {"expected-statuses": [400, 404, 405, 413, 415]},
        },
    }
)
API = schemathesis.openapi.from_dict(described(Settings(), operations()), config=CONFIG)
# What the examples in the document name.
KNOWN = {"app_id": "demo", "message_id": "m1", "call_id": "call_1", "path": "src/App.tsx"}


# A file may be called `history`, so what is no method there is one of a file.
UNSURE: dict[str, tuple[CheckFunction, ...]] = {"getFileHistory": (unsupported_method,)}
# Values that break the pattern of these headers, like `0`, come as good ones.
CONDITIONS = ("If-Match", "If-None-Match")
NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="/\\"), min_size=1, max_size=20)
PATHS = st.lists(NAMES.filter(lambda name: name not in (".", "..")), min_size=1, max_size=3).map("/".join)
schemathesis.openapi.format("app-path", PATHS)
for media in ("application/gzip", "application/zip", "application/x-tar"):
    schemathesis.openapi.media_type(media, st.just(tar((info("a.txt"), b"1"))))


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def door(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[Scene]:
    """A gateway of its own, with a message whose calls have ended."""
    data: Path = tmp_path_factory.mktemp("fuzz")
    database = new_database(request.getfixturevalue("postgres_url"), "fuzz") if request.param == "postgres" else ""
    settings = Settings(data=data, redis_url=redis_url, database_url=database, api_key=SecretStr(KEY), busy_seconds=0.1)
    migrate(settings.store_url)
    with served(settings) as found, pytest.MonkeyPatch.context() as patch:
        patch.setattr("gateway.wait.MOST_SECONDS", 0.05)
        found.submit("demo", "m1", logo("call_1"), {"id": "call_2", "name": "no-such-tool", "arguments": {}})
        found.finish("demo", "m1", "call_1")
        yield found


@API.parametrize()
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_no_answer_breaks_and_none_is_undocumented(case: schemathesis.Case, door: Scene) -> None:
    unsure = UNSURE.get(case.operation.definition.raw["operationId"], ())
    if any(parameter.name in CONDITIONS for parameter in case.operation.headers):
        unsure = (*unsure, positive_data_acceptance)
    ask(door, case, *unsure)
    case.path_parameters = {name: KNOWN[name] for name in case.path_parameters}
    ask(door, case, negative_data_rejection, unsupported_method, *unsure)


def ask(door: Scene, case: schemathesis.Case, *excluded: CheckFunction) -> None:
    """Send it, and hold the answer to the document."""
    answer = case.call(base_url=door.url, headers={"Authorization": f"Bearer {KEY}"})
    assert answer.status_code < 500
    case.validate_response(answer, excluded_checks=[not_a_server_error, *excluded])
