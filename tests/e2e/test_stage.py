"""Presentation mode in a real browser: keys, clicks, the clock, and nothing cut off."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, Literal

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, ViewportSize, expect

from core.session.events import Answer, AnswerKind
from tests.e2e.book import Book, right
from tests.e2e.desk import idle_tab
from tests.e2e.server import Server

pytestmark = pytest.mark.browser

ACTIVE = "digits-active-0.20"
LAST = 4
OPENS = 30_000
"""Milliseconds within which a page is there, on a machine with much else to do."""

OVERFLOWS = """() => {
  const { scrollWidth, scrollHeight } = document.documentElement;
  const found = [];
  if (scrollWidth > innerWidth || scrollHeight > innerHeight) found.push("the page scrolls");
  const stage = [...document.querySelectorAll("*")]
    .map((one) => (one.shadowRoot ?? one).querySelector(".stage")).find(Boolean);
  for (const one of stage.querySelectorAll("*")) {
    const name = `${one.tagName} ${one.getAttribute("class")} "${one.textContent.slice(0, 30)}"`;
    const { left, top, right, bottom } = one.getBoundingClientRect();
    if (left < -.5 || top < -.5 || right > innerWidth + .5 || bottom > innerHeight + .5) {
      found.push(`${name} reaches beyond the screen`);
    }
    if (one.closest(".heard, svg") || one.clientWidth === 0) continue;
    if (one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== "inline") {
      found.push(`${name} is wider than its place`);
    }
  }
  for (const box of stage.querySelectorAll(".slide > *, .main > *, .model > *")) {
    const name = box.className || box.tagName;
    const { right, bottom } = box.getBoundingClientRect();
    const next = box.nextElementSibling?.getBoundingClientRect();
    if (next?.height && next.left < right && next.top < bottom - .5) {
      found.push(`${name} lies on the next`);
    }
    for (const inner of box.querySelectorAll("*")) {
      if (inner.getBoundingClientRect().bottom <= bottom + 1) continue;
      found.push(`${inner.tagName} ${inner.getAttribute("class")} leaves ${name}`);
    }
  }
  return found;
}"""


MOVES = """(stage) => Promise.allSettled(stage.getAnimations({ subtree: true })
  .filter((one) => one.effect.getComputedTiming().endTime < 1000)
  .map((one) => one.finished))"""
"""Waits for what comes in or changes its colour, and not for the bar of the pace: it is slow."""

IS_IN = """(room, scheme) => new Promise((resolve) => {
  const look = () => {
    const [red] = getComputedStyle(room).backgroundColor.match(/\\d+/g);
    if (scheme === "dark" ? red < 26 : red > 229) resolve();
    else requestAnimationFrame(look);
  };
  look();
})"""
"""Waits for the colours of the theme."""

LOOKS = 20
"""So many looks find what does not fit before it is believed."""


def present(context: BrowserContext, server: Server) -> Page:
    page = idle_tab(context)
    show(page, server, ACTIVE)
    return page


def show(page: Page, server: Server, run: str) -> None:
    page.goto(f"{server.url}/replay?present=1&run={run}")
    expect(page.locator(".stage[data-ready]")).to_be_visible(timeout=OPENS)


@pytest.fixture
def page(context: BrowserContext, server: Server) -> Page:
    return present(context, server)


def at_round(page: Page, number: int, step: int | None = None) -> None:
    """Wait until this round is on the screen, at this step of it if any is named."""
    at = "" if step is None else f"[data-step='{step}']"
    expect(
        page.locator(f".stage[data-ready='{number}'][data-round='{number}']{at}")
    ).to_be_visible()


def find(page: Page, selector: str) -> Locator:
    return page.locator(f".stage {selector}")


def test_the_stage_covers_the_page(page: Page):
    box = page.locator(".stage").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 1280, "height": 800}
    on_top = """(link) => {
      const { left, top, width, height } = link.getBoundingClientRect();
      const [x, y] = [left + width / 2, top + height / 2];
      return document.elementFromPoint(x, y).shadowRoot?.elementFromPoint(x, y)
        .closest(".stage") !== null;
    }"""
    assert page.get_by_role("link", name="Projects").evaluate(on_top)


def test_a_round_asks_first_and_tells_the_truth_on_the_next_key(page: Page):
    page.get_by_role("button", name="Round 2 of 5").click()
    at_round(page, 1, 0)
    expect(find(page, "h1")).to_have_text("Round 2 of 5")
    expect(find(page, ".figures .value").first).to_have_text("45")
    expect(find(page, ".model .figures .value")).to_have_text(["45", "90.2 %", "91.5 %"])
    expect(find(page, ".model .change")).to_have_text(["+5", "+3.3 points", "+3.0 points"])
    expect(find(page, ".digits").get_by_role("img")).to_have_count(5)
    expect(page.get_by_role("img", name="Digit: predicted 8", exact=True)).to_have_count(2)
    expect(find(page, ".wrong")).to_have_text("right or wrong?")
    assert opacities(page, ".sign") == opacities(page, ".true") == {"0"}
    expect(find(page, ".cell")).to_have_count(100)
    assert sum(int(text) for text in find(page, ".cell").all_inner_texts() if text) == 285
    expect(find(page, ".published")).to_have_text("identical to the published run")
    expect(page.get_by_role("status").filter(has_text="Round 2 of 5: 45 labels")).to_have_count(1)
    page.keyboard.press("PageDown")
    at_round(page, 1, 1)
    expect(page.get_by_role("img", name="Digit: predicted 8, true 2 (wrong)")).to_be_visible()
    expect(find(page, ".wrong")).to_have_text("2 wrong")
    expect(find(page, ".digits .sign")).to_have_count(2)
    page.locator(".stage").evaluate(MOVES)
    assert opacities(page, ".sign") == opacities(page, ".true") == {"1"}
    # Who wants the truth at once has it at once.
    page.keyboard.press("t")
    page.keyboard.press("ArrowRight")
    at_round(page, 2, 0)
    expect(find(page, ".wrong")).to_have_text("3 wrong")


def opacities(page: Page, selector: str) -> set[str]:
    read = "(all) => all.map((one) => getComputedStyle(one).opacity)"
    return set(find(page, selector).evaluate_all(read))


@pytest.mark.parametrize(
    ("forth", "back"), [("ArrowRight", "ArrowLeft"), (" ", "ArrowLeft"), ("PageDown", "PageUp")]
)
def test_keys_step_forth_and_back(page: Page, forth: str, back: str):
    for number, step in ((0, 1), (1, 0), (1, 1), (2, 0)):
        page.keyboard.press(forth)
        at_round(page, number, step)
    for number, step in ((1, 1), (1, 0)):
        page.keyboard.press(back)
        at_round(page, number, step)


def test_at_both_ends_it_stays_put(page: Page):
    page.keyboard.press("ArrowLeft")
    at_round(page, 0, 0)
    page.keyboard.press("End")
    at_round(page, LAST, 0)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    at_round(page, LAST, 1)
    expect(find(page, ".curve circle")).to_have_count(LAST + 1)
    page.keyboard.press("Home")
    at_round(page, 0, 0)
    expect(find(page, ".curve circle")).to_have_count(1)


@pytest.mark.parametrize("key", ["b", "."])
def test_the_screen_is_blank_until_any_key_which_does_nothing_else(page: Page, key: str):
    page.keyboard.press(key)
    expect(find(page, ".blank")).to_be_visible()
    page.keyboard.press("PageDown")
    expect(find(page, ".blank")).to_be_hidden()
    at_round(page, 0, 0)


def test_the_graph_shows_how_one_label_spreads_and_the_curves_what_else_there_is(page: Page):
    expect(page.locator(".stage[data-coming=false]")).to_be_visible(timeout=OPENS)
    said = find(page, ".lesson")
    page.keyboard.press("g")
    expect(said).to_contain_text("330 digits, each linked with those most like it. 40 labels")
    page.keyboard.press("PageDown")
    expect(said).to_contain_text("One label")
    reached = [1]
    for step in range(2, 5):
        page.keyboard.press("PageDown")
        at_round(page, 0, step)
        reached.append(int(find(page, ".graph .value").last.inner_text()))
    assert reached == sorted(set(reached))
    expect(said).to_contain_text(f"it has reached {reached[-1]} of 330")
    page.keyboard.press("n")
    at_round(page, 0, 1)
    page.keyboard.press("End")
    expect(said).to_contain_text("All 60 labels together")
    page.keyboard.press("c")
    expect(find(page, ".lines .name")).to_have_text(
        ["The app’s best settings", "This run", "Random questions", "Supervised only"]
    )
    expect(find(page, ".lines .own b")).to_have_text("96.4 %")
    page.keyboard.press("Escape")
    expect(find(page, ".model")).to_be_visible()
    at_round(page, LAST)


@pytest.mark.parametrize("modifier", ["Control", "Alt", "Meta"])
def test_a_key_with_a_modifier_is_not_for_the_stage(page: Page, modifier: str):
    page.keyboard.press(f"{modifier}+End")
    page.keyboard.press("ArrowRight")
    at_round(page, 0, 1)


def test_a_click_on_the_right_goes_on_and_one_on_the_left_goes_back(page: Page):
    page.mouse.click(1200, 500)
    at_round(page, 0, 1)
    page.mouse.click(640, 500)
    at_round(page, 0, 1)
    page.mouse.click(80, 500)
    at_round(page, 0, 0)
    page.get_by_role("button", name="Round 4 of 5").click()
    at_round(page, 3, 0)
    page.keyboard.press(" ")
    at_round(page, 3, 1)


def test_playing_goes_on_by_itself_and_stops_at_the_end(
    new_context: Callable[..., BrowserContext], server: Server
):
    # Its clock is that of all tabs of a browser.
    page = present(new_context(), server)
    page.clock.install(time=0)
    # From here on time stands still, but for what is said below.
    page.clock.pause_at(1000)
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.clock.run_for(100)
    at_round(page, 3, 1)
    page.keyboard.press("p")
    expect(find(page, ".pace")).to_have_text("playing, 3 s a step")
    page.clock.run_for(3100)
    at_round(page, LAST, 0)
    page.clock.run_for(3100)
    at_round(page, LAST, 1)
    expect(find(page, ".pace")).to_have_text("")
    page.keyboard.press("p")
    page.clock.run_for(100)
    at_round(page, 0, 0)
    page.clock.run_for(6200)
    at_round(page, 1, 0)
    page.get_by_role("button", name="Pause").click()
    page.clock.run_for(10_000)
    at_round(page, 1, 0)


def test_escape_closes_the_list_of_keys_before_it_leaves(page: Page):
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_have_count(0)
    at_round(page, 0)


def test_a_reload_shows_the_round_that_was_on_the_screen(page: Page):
    page.keyboard.press("End")
    at_round(page, LAST)
    page.reload()
    expect(page.locator(f".stage[data-ready='{LAST}']")).to_be_visible(timeout=OPENS)


def test_leaving_goes_to_the_page_at_the_round_on_the_screen(page: Page):
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    at_round(page, 2, 0)
    page.keyboard.press("Escape")
    expect(page.locator(".stage")).to_have_count(0, timeout=OPENS)
    expect(page).to_have_url(re.compile(r"[?&]round=3(&|$)"))
    assert "present" not in page.url
    expect(page.get_by_role("button", name="Present")).to_be_visible(timeout=OPENS)
    # And there again from the round that the page is at.
    page.get_by_role("button", name="Present").click()
    expect(page.locator(".stage[data-ready='2']")).to_be_visible(timeout=OPENS)
    page.get_by_role("button", name="Leave").click()
    expect(page.locator(".stage")).to_have_count(0, timeout=OPENS)


def test_it_steps_while_the_server_is_away_and_leaves_once_it_is_back(
    context: BrowserContext, server: Server
):
    page = present(context, server)
    server.kill()
    try:
        page.keyboard.press("End")
        at_round(page, LAST)
        page.keyboard.press("Escape")
    finally:
        server.start()
    expect(page.locator(".stage")).to_have_count(0, timeout=OPENS)
    expect(page).to_have_url(re.compile(r"[?&]round=5(&|$)"), timeout=OPENS)


def test_a_project_is_presented_with_its_own_rounds(
    context: BrowserContext, server: Server, book: Book
):
    project = book.new_project(n_samples=100, kernel="symmetric_knn")
    for _ in range(2):
        batch = book.service.batch(project)
        assert batch is not None
        book.service.submit(project, batch.batch_id, [answered(item) for item in batch.items])
    page = idle_tab(context)
    page.goto(f"{server.url}/progress?project={project}")
    page.get_by_role("button", name="Present").click()
    expect(page.locator(".stage[data-ready='0']")).to_be_visible(timeout=OPENS)
    expect(find(page, "h1")).to_have_text("Round 1 of 2")
    expect(find(page, ".wrong")).to_have_text("what are they?")
    page.keyboard.press("PageDown")
    expect(find(page, ".digits .true").first).to_contain_text("labelled")
    page.keyboard.press("PageDown")
    at_round(page, 1, 0)
    expect(find(page, ".model .figures .value").first).to_have_text("10")
    expect(page.locator(".stage[data-coming=false]")).to_be_visible(timeout=OPENS)
    found: dict[str, Any] = {}
    for size in SIZES[1][0], SIZES[-1][0]:
        page.set_viewport_size(size)
        for key in "End", "g", "c":
            page.keyboard.press(key)
            found[f"{key}, {size}"] = settled(page)
        page.keyboard.press("c")
    assert not any(found.values()), found
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Present")).to_be_visible(timeout=OPENS)
    assert "present" not in page.url


def answered(item: int) -> Answer:
    return Answer(item=item, kind=AnswerKind.LABEL, label=right(item), milliseconds=900)


SIZES: Final[tuple[tuple[ViewportSize, Literal["light", "dark"]], ...]] = (
    ({"width": 1920, "height": 1080}, "light"),
    ({"width": 1280, "height": 720}, "dark"),
    ({"width": 1024, "height": 768}, "light"),
    ({"width": 768, "height": 1024}, "dark"),
    ({"width": 390, "height": 844}, "light"),
)
"""A theme changes colours alone, so each size is looked at in one of them."""


@pytest.mark.parametrize(
    "run", [ACTIVE, "digits-active-0.17", "digits-demo-current", "digits-demo-plotly-0.18"]
)
def test_nothing_scrolls_is_cut_off_or_overlaps(context: BrowserContext, server: Server, run: str):
    page = idle_tab(context)
    show(page, server, run)
    if run == ACTIVE:
        expect(page.locator(".stage[data-coming=false]")).to_be_visible(timeout=OPENS)
    overflowing: dict[str, Any] = {}

    def look(name: str) -> None:
        if found := settled(page):
            overflowing[f"{name}, {size}"] = found

    # What comes in is in its place at once; and another size takes longer than another round.
    page.emulate_media(reduced_motion="reduce")
    for size, scheme in SIZES:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        find(page, ".room").evaluate(IS_IN, scheme)
        page.keyboard.press("Home")
        look("at first")
        if run != ACTIVE:
            continue
        # It is far from the end here, where it would stop by itself.
        for key in "p?":
            page.keyboard.press(key)
        look("keys")
        for key in ("?", "p", "Home"):
            page.keyboard.press(key)
        at_round(page, 0, 0)
        for number in range(1, LAST + 1):
            page.keyboard.press("PageDown")
            page.keyboard.press("PageDown")
            at_round(page, number, 0)
            look(f"round {number}")
        page.keyboard.press("PageDown")
        page.keyboard.press("c")
        look("curves")
        page.keyboard.press("g")
        for step in range(1, 4):
            page.keyboard.press("ArrowRight")
            at_round(page, LAST, step)
        look("graph")
        page.keyboard.press("g")
    assert overflowing == {}


def settled(page: Page) -> Any:
    """What does not fit, once everything has come to rest: what comes in may begin after a look."""
    found: Any = None
    for _ in range(LOOKS):
        page.locator(".stage").evaluate(MOVES)
        if not (found := page.evaluate(OVERFLOWS)):
            break
        page.wait_for_timeout(100)
    return found
