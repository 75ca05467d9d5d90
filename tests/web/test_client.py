"""The client's parts, in the browser: its types, its bars' honesty, its reading of streams, its choice of the newer state."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from gateway.assets import CLIENT, WEB, assets
from ops.local.stack import Stack
from tests.clients.packages import node_modules
from tests.program import needs

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def blank(chromium: Any, stack: Stack) -> Iterator[Page]:
    """A page of the gateway's own with nothing on it, to import modules into."""
    page = chromium.new_page()
    page.goto(f"{stack.url}/static/icon.svg")
    yield page
    page.close()


def run(page: Page, module: str, body: str, argument: object = None) -> Any:
    """What JavaScript gives that has all names of a module of the client."""
    source = (WEB / "js" / "client" / f"{module}.js").read_text()
    lines = [line for line in source.splitlines() if not line.startswith("import ")]
    return page.evaluate(f"(given) => {{ {chr(10).join(lines).replace('export ', '')}\n{body} }}", argument)


def test_the_types_say_what_the_module_exports_and_a_page_can_be_written_with_them(tmp_path: Path) -> None:
    node = needs("node")
    (tmp_path / "toolreel.js").write_bytes(assets()[CLIENT].plain.content)
    (tmp_path / "toolreel.d.ts").write_text((WEB / "toolreel.d.ts").read_text())
    (tmp_path / "use.ts").write_text((HERE / "use.ts").read_text())
    (tmp_path / "package.json").write_text('{"type": "module"}')
    names = "import('./toolreel.js').then((found) => console.log(Object.keys(found).sort().join()))"
    exported = subprocess.run(
        [node, "-e", names], cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout.strip()
    typed = (WEB / "toolreel.d.ts").read_text()
    for name in exported.split(","):
        assert any(f"export {kind} {name}" in typed for kind in ("const", "class", "function")), name
    tsc = node_modules(HERE) / "typescript" / "bin" / "tsc"
    options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "esnext", "--lib", "esnext,dom,dom.iterable"]
    done = subprocess.run(
        [node, str(tsc), *options, "use.ts"], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


PLAY = """
  const ends = [10, 80, 100];
  const stages = ["a", "b", "c"];
  const pace = new Pace();
  let chance = given;
  const random = () => (chance = (chance * 1103515245 + 12345) % 2147483648) / 2147483648;
  let [progress, stage, attempt, now] = [0, 0, 1, 0];
  const faults = [];
  const heed = (status) => pace.heed({ status, stage: stages[stage] ?? null, stages, progress, attempt }, ends, now);
  heed("running");
  let before = pace.value;
  for (let frame = 0; frame < 3000; frame++) {
    const dt = random() < 0.02 ? 80 : 16.7;
    now += dt;
    if (random() < 0.2) {
      const luck = random();
      if (luck < 0.02) [attempt, progress, stage] = [attempt + 1, stage ? ends[stage - 1] : 0, stage];
      else if (luck < 0.06 && stage < 2) progress = ends[stage++];
      else progress = Math.min(ends[stage], progress + random() * 3);
      const old = pace.value;
      const anew = luck < 0.02;
      heed("running");
      if (anew) before = pace.value;
      else if (pace.value !== old) faults.push("a report moved the bar by itself");
    }
    pace.step(now, dt);
    if (pace.value < before) faults.push(`backwards: ${before} to ${pace.value}`);
    if (pace.value > Math.max(progress, ends[stage] - 1) + 1e-9) faults.push(`past its stage: ${pace.value} of ${ends[stage]}`);
    if (pace.value - before > 3) faults.push(`a leap: ${before} to ${pace.value}`);
    before = pace.value;
  }
  return faults.slice(0, 5);
"""


@pytest.mark.parametrize("seed", range(8))
def test_a_bar_never_moves_backwards_nor_leaps_nor_into_a_stage_that_was_not_announced(blank: Page, seed: int) -> None:
    assert run(blank, "pace", PLAY, seed) == []


def test_a_bar_moves_on_between_two_reports(blank: Page) -> None:
    body = """
      const pace = new Pace();
      const call = { status: "running", stage: "b", stages: ["a", "b"], attempt: 1, progress: 20 };
      pace.heed(call, [10, 100], 0);
      for (let n = 1; n <= 5; n++) pace.heed({ ...call, progress: 20 + n * 2 }, [10, 100], n * 200);
      for (let now = 1000; now < 1500; now += 16) pace.step(now, 16);
      const half = pace.value;
      for (let now = 1500; now < 2300; now += 16) pace.step(now, 16);
      return [half, pace.value];
    """
    half, later = run(blank, "pace", body)
    assert 30 < half < later < 99


def test_a_stream_is_read_alike_in_whatever_pieces_it_comes(blank: Page) -> None:
    text = ': hello\nretry: 700\nid: 1\nevent: log\ndata: {"a":\ndata: 1}\n\n:\nid: 2\ndata: {"b": "ä"}\n\nid: 3\ndata: {"c"'
    body = """
      return given.map((size) => {
        const reader = new EventReader();
        const found = [];
        for (let at = 0; at < text.length; at += size) found.push(...reader.read(text.slice(at, at + size)));
        return [found, reader.lastId, reader.retryMs];
      });
    """
    expected = [[{"event": "log", "data": {"a": 1}}, {"event": "message", "data": {"b": "ä"}}], "2", 700]
    found = run(blank, "sse", f"const text = {text!r};{body}", [1, 2, 7, 1000])
    assert found == [expected] * 4


def test_waits_grow_to_a_quarter_of_a_minute_and_chance_takes_up_to_a_half(blank: Page) -> None:
    waits = run(blank, "backoff", "return [0, 1, 2, 9].map((n) => [backoffMs(n, 0), backoffMs(n, 1)])")
    assert waits == [[250, 500], [500, 1000], [1000, 2000], [7500, 15000]]


def test_of_two_states_the_later_attempt_then_version_then_progress_is_shown(blank: Page) -> None:
    body = """
      const store = new Store("m1");
      const take = (attempt, version, progress) =>
        store.take({ id: "c1", message_id: "m1", origin: "client", attempt, version, progress });
      return given.map((state) => take(...state));
    """
    told = [[1, 3, 10], [1, 3, 9], [1, 3, 10], [1, 4, 5], [2, 5, 0], [1, 9, 99]]
    assert run(blank, "store", body, told) == [True, False, True, True, True, False]
