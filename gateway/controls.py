"""Controls of calls and messages: acknowledged here, at once; effective when the stream says so."""

from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from broker.outbox import now
from broker.signals import signal_calls
from gateway.context import Gateway, gateway_of, in_thread
from gateway.history import find_call
from gateway.messages import existing_message
from gateway.names import app_of, call_of, message_of
from gateway.shown import shown
from models.control import Steered, control_call, control_message
from models.errors import NotFound
from models.steering import Control

CALL_CONTROLS = tuple(Control)
MESSAGE_CONTROLS = (Control.PAUSE, Control.RESUME, Control.CANCEL)
