"""Takes the README's screenshots: starts the page in a temporary home, teaches it a few things, and writes docs/images/*.png.

Run it from the repository: `python docs/screenshots.py`. It needs the extra `test` and Debian's chromium.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 780}
TAUGHT_BEFORE = (
    "The office wifi is called Heron",
    "My sister Ines lives in Porto",
    "I like my tea without sugar",
    "I feel a bit nervous about the exam on Friday",
)
SAID = (
    "What is the capital of Mongolia?",
    "Ulaanbaatar",
    "My dog is called Rex",
    "Actually his name is Max",
    "What's my dog's name?",
)


def main() -> None:
    """Write all screenshots."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="lic-screenshots-") as home, served(Path(home)) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        light = opened(browser, url, WIDE, "light")
        talk(light, TAUGHT_BEFORE)
        light.reload()
        # On a wide screen the list of conversations is open where there are any.
        expect(light.locator("#conversations.open")).to_be_visible()
        light.wait_for_timeout(1_000)
        light.locator("#new-conversation").click()
        expect(light.locator("#chat .user-row")).to_have_count(0)
        talk(light, SAID)
        light.locator("#chat .thought-group [role=button]").last.click()
        light.wait_for_timeout(500)
        light.locator("#chat .bubble-wrap").evaluate("wrap => wrap.scrollTo(0, wrap.scrollHeight)")
        kept = light.context.storage_state()
        photograph(light, "chat-light")
        photograph(opened(browser, url, WIDE, "dark", kept), "chat-dark")
        photograph(opened(browser, url, PHONE, "light", kept), "phone")
        light.get_by_role("tab", name="Mental Process").click()
        light.locator("#memory-table .virtual-row").filter(has_text="My dog is called Max").locator("[role=gridcell]").first.click()
        expect(light.locator("#memory-versions .virtual-row")).to_have_count(2)
        photograph(light, "mental-process")
        browser.close()


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The address of a running `python app.py`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "LIC_HOME": str(home), "LIC_PORT": str(port)}
    process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        while not answers(url):
            if process.poll() is not None:
                sys.exit("The page did not start.")
            time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def answers(url: str) -> bool:
    """Whether the page is there."""
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


def opened(browser: Browser, url: str, size: dict[str, int], colours: str, kept: object = None) -> Page:
    """The page in a window of its own; `kept` is what another window has stored."""
    phone = size is PHONE
    context = browser.new_context(viewport=size, color_scheme=colours, storage_state=kept, is_mobile=phone, has_touch=phone, device_scale_factor=2)
    page = context.new_page()
    page.goto(url)
    expect(page.locator("#box textarea")).to_be_enabled(timeout=30_000)
    return page


def talk(page: Page, texts: tuple[str, ...]) -> None:
    """Say some things, one after the other; the first waits for the models."""
    for number, text in enumerate(texts, start=1):
        page.locator("#box textarea").fill(text)
        page.locator("#box textarea").press("Enter")
        expect(page.locator("#chat .thought-group")).to_have_count(number, timeout=600_000)
        expect(page.locator("#box .submit-button")).to_be_visible()


def photograph(page: Page, name: str) -> None:
    """Write what is seen, once nothing moves any more."""
    page.mouse.move(0, 0)
    page.wait_for_timeout(1_000)
    page.screenshot(path=IMAGES / f"{name}.png")
    print(IMAGES / f"{name}.png")


if __name__ == "__main__":
    main()
