"""Whether what came is a PNG that can be used, looked at before it is unpacked."""

import base64
import binascii
import io
import struct
import zlib

from models.errors import ProviderFailed
from workers.size import shown

MOST_BYTES = 24 * 1024 * 1024
MOST_SIDE = 4096
LEAST_SIDE = 256
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_IHDR = struct.Struct(">8x4x4sII")


def decode_png(text: object) -> bytes:
    """The PNG that base64 stands for. Raises ProviderFailed for anything else, too large or too small ones and broken ones."""
    if not isinstance(text, str):
        raise ProviderFailed("The image API answered without a picture.")
    if len(text) > MOST_BYTES * 4 / 3 + 4:
        raise ProviderFailed(f"The image API sent a picture of more than {shown(MOST_BYTES)}.")
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProviderFailed("The image API sent a picture that is no base64.") from error
    _refuse_size(content)
    _refuse_broken(content)
    return content


def _refuse_size(content: bytes) -> None:
    if not content.startswith(_SIGNATURE) or len(content) < _IHDR.size:
        raise ProviderFailed("The image API sent something that is no PNG.")
    kind, width, height = _IHDR.unpack_from(content)
    if kind != b"IHDR" or not LEAST_SIDE <= min(width, height) <= max(width, height) <= MOST_SIDE:
        raise ProviderFailed(
            f"The image API sent a PNG of {width}x{height} pixels; from {LEAST_SIDE} to {MOST_SIDE} each way can be used."
        )


def _refuse_broken(content: bytes) -> None:
    from PIL import Image

    bombs = (Image.DecompressionBombError, Image.DecompressionBombWarning)
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            # A second header could say another size than the one that was looked at.
            if image.size != _IHDR.unpack_from(content)[1:]:
                raise ProviderFailed("The image API sent a PNG of two sizes.")
            image.convert("RGBA")
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, zlib.error, *bombs) as error:
        raise ProviderFailed(f"The image API sent a broken PNG: {error}") from error
