"""What running calls one by one gives: the tools' meaning, on a dictionary of files. No I/O."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

FILE_MISSING = "file-missing"
CONFLICT = "conflict"


@dataclass
class Tree:
    """An app's files, and the hash of every version that each path ever had; None is a version without a file."""

    files: dict[str, bytes] = field(default_factory=dict)
    versions: dict[str, list[str | None]] = field(default_factory=lambda: defaultdict(list))

    def run(self, name: str, arguments: dict[str, Any]) -> str | None:
        """Run a call; the slug of its error if it must fail, which changes nothing."""
        match name:
            case "append-line":
                path, line = arguments["file_path"], arguments["line"]
                return self._write(path, self.files.get(path, b"") + f"{line}\n".encode())
            case "os-write":
                return self._write(arguments["file_path"], arguments["content"].encode())
            case "os-delete":
                return self._delete(arguments["file_path"])
            case "os-rename":
                return self._rename(arguments["original_file_path"], arguments["new_file_path"])
        raise ValueError(f"it is not known here what {name} does")

    def error_of(self, name: str, arguments: dict[str, Any]) -> str | None:
        """How a call would fail; nothing changes."""
        return Tree(dict(self.files)).run(name, arguments)

    def _write(self, path: str, content: bytes) -> str | None:
        self.files[path] = content
        self.versions[path].append(hashlib.sha256(content).hexdigest())
        return None

    def _delete(self, path: str) -> str | None:
        if path not in self.files:
            return FILE_MISSING
        del self.files[path]
        self.versions[path].append(None)
        return None

    def _rename(self, old: str, new: str) -> str | None:
        if old not in self.files:
            return FILE_MISSING
        if new in self.files:
            return CONFLICT
        content = self.files[old]
        return self._delete(old) or self._write(new, content)
