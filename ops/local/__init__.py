"""The stack on one machine: the runner of the Procfile, the embedded servers, one stack as a value."""
