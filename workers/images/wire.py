"""What goes to an image API, and where the picture is in its plain answer. Pure.

The shapes: https://developers.openai.com/api/reference/resources/images.
"""

from typing import Any

from models.errors import ProviderFailed, ToolFailed

PARTIAL_IMAGES = 3
# What a request can do without, for servers that know less.
OPTIONAL = ("stream", "partial_images", "output_format", "response_format", "size")


def request_of(model: str, prompt: str) -> dict[str, Any]:
    """The body of `POST /images/generations`."""
    request = {
        "model": model,
        "prompt": prompt,
        "n": 1,
        "size": "1024x1024",
        "stream": True,
        "partial_images": PARTIAL_IMAGES,
    }
    # GPT image models always answer in base64 and refuse to be asked for it; others know no output_format.
    return request | ({"output_format": "png"} if "gpt-image" in model else {"response_format": "b64_json"})


def without(parameter: str, request: dict[str, Any]) -> dict[str, Any]:
    """The request for a server that refused this parameter. Partial images are of use only in a stream."""
    dropped = {parameter, "partial_images"} if parameter == "stream" else {parameter}
    return {name: value for name, value in request.items() if name not in dropped}


def plain_picture(answer: Any) -> Any:
    """The picture in an answer that is not streamed: `{"data": [{"b64_json"}]}`."""
    data = answer.get("data") if isinstance(answer, dict) else None
    first = data[0] if isinstance(data, list) and data else None
    if not isinstance(first, dict):
        raise ProviderFailed("The image API answered without a picture.")
    if not first.get("b64_json") and first.get("url"):
        raise ToolFailed(
            "The image API answered with a link instead of the picture, and links are not followed: "
            "set TOOLREEL_IMAGE_MODEL to a model that answers with b64_json."
        )
    return first.get("b64_json")
