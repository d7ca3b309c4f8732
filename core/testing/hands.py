"""Users who work a page in one way only: by the keyboard, or by a finger on a phone."""

from abc import ABC, abstractmethod

from playwright.sync_api import Locator, Page, expect

from core.testing.browser import PHONE

KEYBOARD = "keyboard"
TOUCH = "touch"
# Way -> what the browser's tab is opened with.
WAYS = {
    KEYBOARD: {},
    TOUCH: {"viewport": PHONE, "has_touch": True, "is_mobile": True},
}
# A part that is replaced must not take away the focus of what was pressed in it.
HAS_FOCUS = """() => {
    const isSame = document.isHandled;
    document.isHandled = true;
    return !isSame || document.activeElement !== document.body;
}"""
# Bars that stay in sight must not cover what has the focus.
IS_ON_TOP = """target => {
    const { left, right, top, height } = target.getBoundingClientRect();
    const found = document.elementFromPoint((left + right) / 2, top + height / 2);
    return Boolean(found) && (target.contains(found) || found.contains(target));
}"""


class Hand(ABC):
    """Counts what it presses; a choice in a list is one too."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def press(self, target: Locator) -> None:
        self.count += 1
        self._press(target)

    def choose(self, target: Locator, label: str) -> None:
        self.count += 1
        self._choose(target, label)

    @abstractmethod
    def fill(self, target: Locator, text: str) -> None: ...

    @abstractmethod
    def _press(self, target: Locator) -> None: ...

    @abstractmethod
    def _choose(self, target: Locator, label: str) -> None: ...


class Keyboard(Hand):
    """Reaches each target by Tab, from the stop before it."""

    def fill(self, target: Locator, text: str) -> None:
        self._reach(target)
        self.page.keyboard.insert_text(text)

    def _press(self, target: Locator) -> None:
        kind = target.get_attribute("type")
        if kind == "radio":
            self._step_to(target)
            return
        self._reach(target)
        self.page.keyboard.press("Space" if kind == "checkbox" else "Enter")

    def _choose(self, target: Locator, label: str) -> None:
        self._reach(target)
        self.page.keyboard.press("Home")
        for _ in range(target.locator("option").count()):
            if target.evaluate("it => it.selectedOptions[0].label") == label:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{label} is not in the list")

    def _reach(self, target: Locator) -> None:
        self.page.wait_for_function(HAS_FOCUS)
        target.focus()
        self.page.keyboard.press("Shift+Tab")
        self.page.keyboard.press("Tab")
        expect(target).to_be_focused()
        self.page.wait_for_function(IS_ON_TOP, arg=target.element_handle())

    def _step_to(self, radio: Locator) -> None:
        """Tab to the group's chosen button, and go on by arrows."""
        name = radio.get_attribute("name")
        self._reach(self.page.locator(f"[type=radio][name='{name}']:checked"))
        for _ in range(self.page.locator(f"[type=radio][name='{name}']").count()):
            self.page.keyboard.press("ArrowDown")
            if radio.is_checked():
                return
        raise AssertionError("No arrow leads there")


class Finger(Hand):
    """Taps, where nothing else is in the way."""

    def fill(self, target: Locator, text: str) -> None:
        target.tap()
        target.fill(text)

    def _press(self, target: Locator) -> None:
        target.tap()

    def _choose(self, target: Locator, label: str) -> None:
        target.select_option(label=label)


def hand_of(way: str, page: Page) -> Hand:
    return Keyboard(page) if way == KEYBOARD else Finger(page)
