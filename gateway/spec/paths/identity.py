"""Tokens and sessions."""

from gateway.spec.documented import Answer, Body, Documented
from gateway.spec.identity import Token, Whoami
from gateway.tokens import TokenRequest

IDENTITY = (
    Documented(
        "POST",
        "/v1/tokens",
        "makeToken",
        "identity",
        "Make a short-lived token",
        (Answer(201, "The token; it cannot be read again.", Token),),
        "For one app, or one of its messages. It ends with its time, or with the key that made it.",
        body=Body(TokenRequest),
    ),
    Documented(
        "POST",
        "/v1/session",
        "signIn",
        "identity",
        "Trade a key or token for a cookie",
        (Answer(201, "Signed in: the cookie has the same rights.", Whoami, headers=("Set-Cookie",)),),
        "So that a browser's EventSource works. No script can read the cookie. It works for twelve hours, or as long as the "
        "token.",
        bearer_only=True,
    ),
    Documented(
        "GET",
        "/v1/session",
        "getSession",
        "identity",
        "Read who the caller is",
        (Answer(200, "Who the caller is, and what they may do.", Whoami),),
    ),
    Documented(
        "DELETE",
        "/v1/session",
        "signOut",
        "identity",
        "Sign out",
        (Answer(204, "The session, or the token, works no longer.", media=(), headers=("Set-Cookie",)),),
    ),
)
