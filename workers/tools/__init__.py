"""One file for each tool; `workers.discovery` finds them by themselves."""
