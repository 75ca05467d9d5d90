"""How Celery runs for Toolreel: early acknowledgement, no prefetching, no results. The rows make lost links harmless."""

from kombu import Queue

from broker.leases import look_seconds
from models.declaration import QUEUES
from models.settings import settings

_redis = settings().broker_url.startswith(("redis", "rediss", "unix"))

broker_url = settings().broker_url
result_backend = None
task_ignore_result = True
task_store_errors_even_if_ignored = False

task_serializer = result_serializer = event_serializer = "json"
accept_content = ["json"]

task_queues = [Queue(name) for name in (*QUEUES, "recovery")]
task_default_queue = "files"
task_create_missing_queues = False

# Late acknowledgement re-runs work that is still running whenever the connection to Redis blips.
task_acks_late = False
task_reject_on_worker_lost = False
worker_disable_prefetch = _redis
worker_prefetch_multiplier = 1
task_publish_retry = True
task_publish_retry_policy = {"max_retries": 3, "interval_start": 0, "interval_step": 0.2, "interval_max": 1.0}

broker_connection_retry = True
broker_connection_retry_on_startup = True
broker_connection_max_retries = None
broker_connection_timeout = 4
broker_transport_options = (
    {
        # Acknowledged as soon as they run, messages need no second list in Redis; a lost one is found by its row.
        "ack_emulation": False,
        # Without these a publish to a hung Redis blocks for ever.
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "health_check_interval": 15,
        "queue_order_strategy": "round_robin",
        "global_keyprefix": "cel:",
        "client_name": "celery",
    }
    if _redis
    else {}
)
worker_cancel_long_running_tasks_on_connection_loss = False
worker_enable_prefetch_count_reduction = False

# Recycled children stall the next task for up to five seconds (celery#9588).
worker_max_tasks_per_child = None
worker_max_memory_per_child = None
worker_proc_alive_timeout = 10
# The worker itself waits for its stages, before it is told to quit.
worker_soft_shutdown_timeout = 0.0
worker_hijack_root_logger = False
worker_redirect_stdouts = False
worker_disable_rate_limits = True
worker_send_task_events = settings().task_events
worker_consumer = "workers.consumer:BatchingConsumer"
task_send_sent_event = False

timezone = "UTC"
enable_utc = True
_look = look_seconds(settings().lease_seconds)
beat_schedule = {
    "reconcile": {"task": "recovery.reconcile", "schedule": _look, "options": {"queue": "recovery", "expires": 4}},
}
