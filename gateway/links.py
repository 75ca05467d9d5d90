"""Where things are, as paths on this gateway."""


def message_links(app_id: str, message_id: str) -> dict[str, str]:
    """A message's own path, and those of its events and results."""
    own = f"/v1/apps/{app_id}/messages/{message_id}"
    return {"self": own, "events": f"{own}/events", "results": f"{own}/results"}
