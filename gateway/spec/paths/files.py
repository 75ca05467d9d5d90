"""Files: reading and writing them one by one, their versions, and whole trees as archives."""

from gateway.spec.documented import JSON, Answer, Body, Documented
from gateway.spec.file import File, FileHistory, Files, TreeReplaced
from gateway.spec.parameter import (
    APP,
    ARCHIVE_FORMAT,
    BEFORE,
    IF_MATCH,
    IF_NO_FILE,
    IF_NONE_MATCH,
    IF_STILL,
    LIMIT,
    PATH,
    PREFIX,
    VERSION,
)
from models.errors import Busy, Conflict, PreconditionFailed

FILE = "/v1/apps/{app_id}/files/{path}"
ARCHIVE = "/v1/apps/{app_id}/archive"
BYTES = "application/octet-stream"
ARCHIVE_MEDIA = ("application/gzip", "application/zip")

FILES = (
    Documented(
        "GET",
        "/v1/apps/{app_id}/files",
        "listFiles",
        "files",
        "List an app's files",
        (Answer(200, "The files, sorted by path.", Files),),
        parameters=(APP, PREFIX),
    ),
    Documented(
        "GET",
        FILE,
        "getFile",
        "files",
        "Read a file",
        (
            Answer(
                200,
                "The file's bytes, by its name's media type.",
                media=("*/*",),
                headers=("ETag", "Content-Disposition"),
            ),
            Answer(304, "The reader has this content already.", media=(), headers=("ETag",)),
        ),
        "Parts of it are not served: a `Range` is ignored.",
        (APP, PATH, VERSION, IF_NONE_MATCH, IF_STILL),
        problems=(PreconditionFailed,),
    ),
    Documented(
        "PUT",
        FILE,
        "putFile",
        "files",
        "Write a file, creating or replacing it",
        (
            Answer(200, "Written.", File, headers=("ETag",)),
            Answer(201, "Written; there was none before.", File, headers=("ETag",)),
        ),
        "It takes effect in the order of the app's calls, or not at all: `busy` when its turn does not come in time.",
        (APP, PATH, IF_MATCH, IF_NO_FILE),
        Body(None, (BYTES,), required=False),
        (Busy, Conflict, PreconditionFailed),
    ),
    Documented(
        "DELETE",
        FILE,
        "deleteFile",
        "files",
        "Delete a file",
        (Answer(204, "Deleted; its versions can still be read.", media=()),),
        parameters=(APP, PATH, IF_MATCH, IF_NO_FILE),
        problems=(Busy, Conflict, PreconditionFailed),
    ),
    Documented(
        "GET",
        FILE + "/history",
        "getFileHistory",
        "files",
        "List a file's versions, newest first",
        (
            Answer(
                200,
                "A page of versions. A file that is itself called `history` is served as what it is.",
                FileHistory,
                (JSON, BYTES),
            ),
        ),
        parameters=(APP, PATH, BEFORE, LIMIT),
    ),
    Documented(
        "GET",
        ARCHIVE,
        "getArchive",
        "files",
        "Read the whole tree",
        (
            Answer(
                200,
                "The same bytes for the same files.",
                media=ARCHIVE_MEDIA,
                headers=("ETag", "Content-Disposition"),
            ),
            Answer(304, "The reader has this tree already.", media=(), headers=("ETag",)),
        ),
        "A tar.gz, or a zip where the query or the header `Accept` asks for it.",
        (APP, ARCHIVE_FORMAT, IF_NONE_MATCH, IF_STILL),
        problems=(PreconditionFailed,),
    ),
    Documented(
        "PUT",
        ARCHIVE,
        "putArchive",
        "files",
        "Replace the whole tree",
        (Answer(200, "Replaced.", TreeReplaced),),
        "From a tar, a tar.gz or a zip of files and folders, told apart by their first bytes. Nothing happens unless all of it "
        "is good.",
        (APP, IF_MATCH, IF_NO_FILE),
        Body(None, ("application/x-tar", *ARCHIVE_MEDIA)),
        (Busy, Conflict, PreconditionFailed),
    ),
)
