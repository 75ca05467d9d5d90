"""How processes talk: chains of stages through Celery, events through Redis, and which tools live workers offer."""
