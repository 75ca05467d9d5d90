"""An afternoon's version of the same thing, as a competent user would write it: a Celery chain, PUBLISH and sse-starlette.

It keeps nothing: no state, no replay, no control, no order. It is neither tuned nor slowed down.
"""
