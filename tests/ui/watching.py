"""Scripts that watch a running cell's output from within the page."""

# Notes, at every frame that is painted, when the progress is first there and every height that the
# progress and, once the plane has its first epoch, the whole output have.
WATCH_OUTPUT = """index => {
  const cell = document.querySelectorAll('.jp-CodeCell')[index];
  const seen = window.seen = { first: null, progress: [], output: [] };
  const note = (heights, element) => {
    const height = Math.round(element.getBoundingClientRect().height * 100) / 100;
    if (heights.at(-1) !== height) heights.push(height);
  };
  const look = () => {
    const progress = cell.querySelector('[data-testid=glow-progress]');
    if (progress) {
      seen.first ??= Date.now();
      note(seen.progress, progress);
    }
    if (seen.output.length || cell.querySelector('[data-revision="2"]')) {
      note(seen.output, cell.querySelector('.jp-OutputArea'));
    }
    window.watching = requestAnimationFrame(look);
  };
  look();
}"""

# Everything that a screen reader is told, by the element that tells it.
LISTEN = """() => {
  window.told = [];
  const live = '[aria-live]:not([aria-live=off]), [role=status], [role=alert], output';
  new MutationObserver(records => records.forEach(({ target }) => {
    const region = (target.nodeType === 3 ? target.parentElement : target)?.closest(live);
    if (region?.closest('.glow, [data-testid=glow-announcer]') && region.textContent) {
      window.told.push([region.dataset.testid ?? region.className, region.textContent]);
    }
  })).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""

# Clicks a button and returns the milliseconds until the page was painted with it disabled.
CLICK = """async id => {
  const button = document.querySelector(`[data-testid=${id}]`);
  const began = performance.now();
  button.click();
  button.click();
  while (!button.disabled) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return { milliseconds: performance.now() - began, text: button.textContent };
}"""


def seen(tab):
    """What WATCH_OUTPUT has noted."""
    return tab.page.evaluate("window.seen")


def count_comm_messages(page):
    """A list that grows by the time of every widget message that the page receives."""
    times = []

    def listen(socket):
        def note(payload):
            text = payload if isinstance(payload, str) else payload.decode("utf-8", "replace")
            if '"comm_msg"' in text and '"update"' in text:
                times.append(page.evaluate("performance.now()"))

        socket.on("framereceived", note)

    page.on("websocket", listen)
    return times
