"""Says in a sentence how a server failed, and quotes what the server itself said."""

import re
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from huggingface_hub.errors import HfHubHTTPError, TextGenerationError

# The hub's own base class, because it has changed the library underneath more than once.
from huggingface_hub.errors import HTTPError as TransportError  # pyright: ignore[reportPrivateImportUsage]

CONNECTION_FAILS = (TransportError, OSError)
NO_COMPLETION = (ValueError, KeyError, TypeError, AttributeError)
"""What the client raises for bad JSON, and for JSON of another shape than a chat completion."""
MOST_QUOTED = 300
"""So many characters of what a server says are quoted."""
LONGEST_ADDRESS = 2048

_ADVICE: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: " Set LIC_AUTOPILOT_KEY.",
    HTTPStatus.FORBIDDEN: " Set LIC_AUTOPILOT_KEY.",
    HTTPStatus.BAD_REQUEST: " If it is the name, set LIC_AUTOPILOT_MODEL.",
    HTTPStatus.NOT_FOUND: " If it is the name, set LIC_AUTOPILOT_MODEL.",
}
_HOST = re.compile(r"[\w.:%-]+")


def refusal(server: str, timeout: float, error: BaseException) -> str:
    """One sentence on a failure, for the person who asked."""
    if isinstance(error, HfHubHTTPError):
        status = error.response.status_code
        return f"The server {server} answered with status {status} ({_body(error.response)}).{_ADVICE.get(status, '')}"
    if isinstance(error, TimeoutError):
        return f"The server {server} said nothing for {timeout:g} s."
    if isinstance(error, EOFError):
        return f"The server {server} broke off in the middle of its answer."
    if isinstance(error, TextGenerationError):
        return f"The server {server} failed while it answered ({_quoted(*error.args)})."
    if isinstance(error, CONNECTION_FAILS):
        return f"The server {server} cannot be reached, or broke off ({_quoted(error) or type(error).__name__})."
    return f"The server {server} sent something that is no chat completion."


def leads_somewhere(url: str) -> bool:
    """Whether an address can be one, with a host that can be looked up and a port that can exist."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return url.isprintable() and len(url) <= LONGEST_ADDRESS and bool(_HOST.fullmatch(host)) and bool(host.encode("idna")) and parts.port != 0
    except ValueError:
        return False


def _body(response: Any) -> str:
    """The reason in the body of a refusal: its message where it is JSON, else its words; a web page's status says as much as the page."""
    try:
        said = response.json()
    except ValueError:
        said = "" if "html" in response.headers.get("content-type", "") else response.text
    return _quoted(said) or response.reason_phrase or "without a reason"


def _quoted(said: Any) -> str:
    """The message that something says, in one line."""
    for name in ("error", "message", "detail"):
        if isinstance(said, dict) and name in said:
            said = said[name]
    return " ".join(str(said or "").split())[:MOST_QUOTED].rstrip(" .")
