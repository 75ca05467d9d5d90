"""Where stages run: the runner, the tools, recovery. `celery -A workers worker` starts one."""
