"""The work: a chain of four stages that each publish five progress events. Celery's settings are its defaults."""

import json
import os

import redis
from celery import Celery, chain

REDIS_URL = os.environ["BASELINE_REDIS_URL"]
STAGES = ("one", "two", "three", "four")
REPORTS = 5

app = Celery("baseline", broker=REDIS_URL)
client = redis.Redis.from_url(REDIS_URL)


@app.task
def work(app_id: str, call_id: str, number: int) -> None:
    for report in range(1, REPORTS + 1):
        done = number + report / REPORTS
        publish(app_id, call_id, number, "running", round(100 * done / len(STAGES), 1), f"step {report} of {REPORTS}")
    if number == len(STAGES) - 1:
        publish(app_id, call_id, number, "succeeded", 100.0, "done")


def publish(app_id: str, call_id: str, number: int, status: str, progress: float, note: str) -> None:
    event = {"id": call_id, "status": status, "stage": STAGES[number], "progress": progress, "note": note}
    client.publish(f"app:{app_id}", json.dumps(event))


def start(app_id: str, call_id: str) -> None:
    chain(work.si(app_id, call_id, number) for number in range(len(STAGES))).apply_async()
