"""What the page's main thread works on: its processor time, and its longest task.

What other programs have the processor for in the meantime is not counted: a page is to blame for
its own work only.
"""

import contextlib
import json

CATEGORIES = ["disabled-by-default-devtools.timeline", "toplevel", "__metadata"]


class Busy:
    """Counts the processor time of a page's main thread."""

    def __init__(self, page):
        self._session = page.context.new_cdp_session(page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    @property
    def milliseconds(self):
        """Milliseconds so far."""
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        return 1000 * next(m["value"] for m in metrics if m["name"] == "TaskDuration")


@contextlib.contextmanager
def longest_task(browser, page):
    """A list that holds, after the block, the milliseconds of the longest task in it.

    They are taken from the browser's own trace, which knows what PerformanceObserver's "longtask"
    does not: how much of a task was the page's and how much other programs'.
    """
    found = []
    browser.start_tracing(page=page, categories=CATEGORIES)
    yield found
    events = json.loads(browser.stop_tracing())["traceEvents"]
    main = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    found.append(max(_own(event) for event in events if (event["pid"], event["tid"]) in main))


def _own(event):
    return event.get("tdur", 0) / 1000 if event["name"].endswith("RunTask") else 0.0
