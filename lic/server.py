"""Starting the page: settings, sign-in, what the server offers and what it does not."""

import hmac
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from lic.errors import LicError
from lic.settings import Settings

if TYPE_CHECKING:
    import gradio as gr
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Scripts and styles of the page are its own and inline; from another host nothing is loaded, whatever somebody taught.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    )
)


def settings_from(environment: Mapping[str, str]) -> Settings:
    """The settings of the environment. On Hugging Face Spaces, where the page must be reachable, visitors are anonymous unless people sign in."""
    chosen: dict[str, Any] = {}
    if "SPACE_ID" in environment:
        if "LIC_HOST" not in environment:
            chosen["host"] = "0.0.0.0"
        if "LIC_AUTH" not in environment and "LIC_OPEN_TO_ALL" not in environment:
            chosen["open_to_all"] = True
    return Settings(**chosen)


class Server:
    """The page of one LIC: `page` is the Gradio app, `run` serves it until the program ends."""

    def __init__(self, settings: Settings) -> None:
        # Read when Gradio is imported.
        os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
        from lic.ui.page import build
        from lic.ui.waking import Waking

        self.settings = settings
        self.waking = Waking(settings)
        self.page: gr.Blocks = build(self.waking)

    def run(self) -> None:
        """Listen, load the models once the page can be seen, and return when the program is asked to end. Raises LicError."""
        self.waking.open()
        url = self._listen()
        print(f"LIC is at {url} (Ctrl-C ends it). What it learns is kept in {self.settings.home}.", flush=True)
        self.waking.wake()
        self.page.block_thread()
        self.waking.close()

    def _listen(self) -> str:
        from starlette.middleware import Middleware

        from lic.ui.theme import STYLES, theme

        settings = self.settings
        try:
            _, url, _ = self.page.launch(
                server_name=settings.host,
                server_port=settings.port,
                auth=self._may_enter if settings.auth else None,
                auth_message="This LIC keeps a memory for each person. Sign in to yours.",
                prevent_thread_lock=True,
                quiet=True,
                show_error=False,
                share=False,
                inbrowser=False,
                ssr_mode=False,
                pwa=False,
                mcp_server=False,
                run_history=False,
                enable_monitoring=False,
                footer_links=[],
                # Nothing can be uploaded on the page, so that nothing needs to come in.
                max_file_size="1mb",
                app_kwargs={"middleware": [Middleware(OwnHostOnly)], "docs_url": None, "redoc_url": None, "openapi_url": None},
                theme=theme(),
                css_paths=STYLES,
            )
        except OSError as error:
            raise LicError(
                f"The page cannot listen at {settings.host}:{settings.port} ({error}): choose another LIC_PORT, or end the program that has it."
            ) from error
        return url

    def _may_enter(self, user: str, password: str) -> bool:
        expected = self.settings.auth.get(user, "")
        return hmac.compare_digest(expected.encode(), password.encode()) and bool(expected)


class OwnHostOnly:
    """Middleware that tells the browser to load nothing from another host, whatever is in a text that is shown."""

    def __init__(self, app: "ASGIApp") -> None:
        self._app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        async def send_with_policy(message: "Message") -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message.get("headers", ()),
                    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
                    (b"referrer-policy", b"same-origin"),
                    (b"x-content-type-options", b"nosniff"),
                ]
            await send(message)

        await self._app(scope, receive, send_with_policy if scope["type"] == "http" else send)


def server_from(environment: Mapping[str, str]) -> Server:
    """The server of the environment's settings; ends the program with a sentence where they cannot be used."""
    try:
        return Server(settings_from(environment))
    except (LicError, ValidationError) as error:
        sys.exit(f"LIC cannot start: {error}")


def run(server: Server) -> None:
    """Serve; end the program with a sentence where that is not possible."""
    try:
        server.run()
    except LicError as error:
        sys.exit(f"LIC cannot start: {error}")
