"""Every operation of the API, by noun. An operation more is a row in one of these files."""

from gateway.spec.paths.calls import CALLS
from gateway.spec.paths.files import FILES
from gateway.spec.paths.identity import IDENTITY
from gateway.spec.paths.messages import MESSAGES
from gateway.spec.paths.pages import PAGES
from gateway.spec.paths.streams import STREAMS
from gateway.spec.paths.system import SYSTEM

DOCUMENTED = (*MESSAGES, *CALLS, *STREAMS, *FILES, *IDENTITY, *PAGES, *SYSTEM)
TAGS = {
    "messages": "Submit a model's tool calls, and read what came of them.",
    "calls": "Single tool calls: their state, their history, and steering them.",
    "streams": "Every change as it happens, as Server-Sent Events.",
    "files": "The app's files, in the order of its calls: a write over HTTP waits for the calls before it.",
    "identity": "API keys are for servers. Browsers and scripts get tokens and sessions, which end and may do less.",
    "pages": "What people see in a browser, made of this API alone.",
    "system": "The gateway itself, its tools and its documents.",
}
