"""A person at a browser: headless Chromium, whose every request and complaint may be written down."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from ..conftest import ROOT, absent
from ..sparql.processes import PATIENCE

_WORDS = "return [...document.querySelectorAll(arguments[0])].map(element => element.innerText)"


class Reader:
    """What somebody does and sees on our pages."""

    def __init__(self, driver: webdriver.Chrome, origin: str) -> None:
        """A reader of the site at `origin`, which has no final slash."""
        self.driver, self.origin = driver, origin

    def visit(self, path: str) -> None:
        """Open a page, and wait until its scripts ran, if it has any."""
        self.driver.get(f"{self.origin}{path}")

    def edit(self, path: str = "/sparql?lang=en") -> None:
        """Open a page with the editor, and wait for it."""
        self.visit(path)
        self.one(".tabPanel.active .toolbar button")

    def all(self, selector: str) -> list[WebElement]:
        """The elements that are there now."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        """The first such element that is seen, waited for."""
        found: WebElement = self.wait(lambda: next((e for e in self.all(selector) if e.is_displayed()), None), selector)
        return found

    def wait(self, found: Callable[[], Any], what: str = "") -> Any:
        """What `found` gives as soon as it is something; an element that is drawn anew meanwhile is looked for again."""
        waiting = WebDriverWait(self.driver, PATIENCE, 0.05, (StaleElementReferenceException,))
        return waiting.until(lambda _: found(), what)

    def script(self, code: str, *arguments: object) -> Any:
        """What a script on the page returns."""
        return self.driver.execute_script(code, *arguments)

    def keys(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def press(self, modifier: str, key: str) -> None:
        """Press a key while another is down."""
        webdriver.ActionChains(self.driver).key_down(modifier).send_keys(key).key_up(modifier).perform()

    def write(self, query: str) -> None:
        """Put a query into the editor."""
        self.script("document.querySelector('.tabPanel.active .CodeMirror').CodeMirror.setValue(arguments[0])", query)

    @property
    def query(self) -> str:
        """The text in the editor."""
        return str(self.script("return document.querySelector('.tabPanel.active .CodeMirror').CodeMirror.getValue()"))

    def run(self, query: str = "") -> None:
        """Run a query, or the one that is there, by the keyboard."""
        if query:
            self.write(query)
        self.script("document.querySelector('.tabPanel.active .CodeMirror').CodeMirror.focus()")
        self.press(Keys.CONTROL, Keys.ENTER)

    def cells(self) -> list[str]:
        """The words of the table of results, waited for."""
        self.one(".tabPanel.active table.results td")
        selector = ".tabPanel.active table.results td"
        words: list[str] = self.script(_WORDS, selector)
        return words

    def words(self, selector: str) -> list[str]:
        """The words of what is on the page at this moment, seen or not, though it may be drawn anew in the next."""
        code = "return [...document.querySelectorAll(arguments[0])].map(element => element.textContent)"
        words: list[str] = self.script(code, selector)
        return words

    def focused(self) -> WebElement:
        """Where the keyboard goes."""
        return self.driver.switch_to.active_element

    def width(self) -> tuple[int, int]:
        """How wide the page is, and the window."""
        wide, window = self.script("return [document.documentElement.scrollWidth, window.innerWidth]")
        return wide, window

    def requests(self) -> list[str]:
        """The URLs asked for since the last time, those inside the page left out."""
        messages = [json.loads(entry["message"])["message"] for entry in self._log("performance")]
        urls = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
        return [url for url in urls if not url.startswith(("data:", "blob:"))]

    def complaints(self) -> list[str]:
        """What the console says since the last time, of errors and violations of the policy."""
        return [entry["message"] for entry in self._log("browser") if entry["level"] in {"SEVERE", "WARNING"}]

    def _log(self, name: str) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.driver.get_log(name)  # type: ignore[no-untyped-call]
        return entries


@contextmanager
def reading(origin: str, *, width: int = 1280, javascript: bool = True, watched: bool = False) -> Iterator[Reader]:
    """A reader with a new browser, which has stored nothing; if `watched`, what it asks for and complains of is noted."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not browser or not driver:
        absent("chromium and chromedriver are not here (Debian: apt install chromium chromium-driver)")
    if not (ROOT / "src/atmpgraph/web/static/editor.js").exists():
        absent("the editor is not built ('make test' does)")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(argument)
    if watched:  # of each page some hundred messages
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    if not javascript:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        yield Reader(opened, origin)
    finally:
        opened.quit()
