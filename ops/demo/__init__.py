"""The demo: a recorded model turn, played through a whole stack and shown as it happens."""
