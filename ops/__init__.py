"""Who watches and steers: the commands of `python3 -m ops`, the local stack, metrics and rollout."""
