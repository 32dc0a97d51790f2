"""Planes that need no training, and what a page does with them."""

import re

import numpy as np
import xarray as xr

from glow.dynamics import document

CEILINGS = {"x_ceiling": 12.0, "y_ceiling": 0.9992}


def deep_plane(layers=12, epochs=300, runs=4):
    """Runs of a deep network that fits first and compresses later; two layers break the bounds."""
    rng = np.random.default_rng(0)
    time = np.linspace(0, 1, epochs)[:, None]
    depth = np.arange(layers)
    noise = rng.normal(size=(2, runs, epochs, layers))
    xt = 11.9 - 0.85 * depth - np.clip(time - 0.5, 0, 1) * 0.4 * depth + 0.03 * noise[0]
    ty = np.clip(1 - 0.06 * depth - (1 - time) ** 2 * (0.15 + 0.06 * depth), 0, 1) + noise[1] / 200
    xt[..., 0] += 0.6  # above log2 N
    ty[..., layers // 2] += 0.2  # more than the layer before
    dims = ("run", "epoch", "layer")
    return xr.Dataset(
        {
            "xt": (dims, xt, {"long_name": "I(X;T)", "units": "bits"}),
            "ty": (dims, ty, {"long_name": "I(T;Y)", "units": "bits"}),
        },
        coords={
            "epoch": np.unique(np.geomspace(1, 10_000, 4 * epochs).astype(int))[:epochs],
            "layer": [f"dense_{i}" for i in depth],
        },
        attrs={
            "estimator": "binned",
            "label": "Binned",
            "settings": '{"bins": 30}',
            "samples": 4096,
            "recording": "deep",
            "glow_version": "0",
            **CEILINGS,
        },
    )


def deep_document(**size):
    """Its document: means and spread over runs."""
    return document({"deep": deep_plane(**size)}, title="Deep")


def saved(page, kind, which=0):
    """What a click on PNG, SVG or CSV of a plane gives, in bytes."""
    if page.get_by_test_id("glow-save-panel").nth(which).is_hidden():
        page.get_by_test_id("glow-save").nth(which).click()
    with page.expect_download() as download:
        page.get_by_test_id(f"glow-save-{kind}").nth(which).click()
    assert download.value.suggested_filename.endswith(f".{kind}")
    return download.value.path().read_bytes()


def ticks(page, which=0):
    """The labels of the axes' ticks, which say what is in view, as a saved SVG has them."""
    axes = r'<text[^>]*text-anchor="(?:middle|end)"[^>]*>(−?[\d.]+)</text>'
    return re.findall(axes, saved(page, "svg", which).decode())


# Moves the epoch slider, or pans, for a number of frames; returns how long each took.
FRAMES = """async ([kind, count]) => {
  const plane = document.querySelector('[data-testid=glow-plane]');
  const slider = document.querySelector('[data-testid=glow-epoch]');
  const { left, top } = plane.getBoundingClientRect();
  const mouse = (target, type, x, y) => target.dispatchEvent(new MouseEvent(type, {
    bubbles: true, cancelable: true, view: window, clientX: left + x, clientY: top + y
  }));
  if (kind === 'pan') {
    document.querySelector('[data-testid=glow-zoom-in]').click();
    document.querySelector('[data-testid=glow-zoom-in]').click();
    mouse(plane, 'mousedown', 400, 200);
  }
  const times = [];
  let last = performance.now();
  for (let i = 0; i < count; i++) {
    if (kind === 'pan') {
      mouse(window, 'mousemove', 400 + 90 * Math.sin(i / 9), 200 + 60 * Math.cos(i / 9));
    } else {
      slider.value = Math.round(slider.max * (0.5 + 0.5 * Math.sin(i / 12)));
      slider.dispatchEvent(new Event('input', { bubbles: true }));
    }
    await new Promise(requestAnimationFrame);
    times.push(performance.now() - last);
    last = performance.now();
  }
  if (kind === 'pan') {
    mouse(window, 'mouseup', 400, 200);
    document.querySelector('[data-testid=glow-zoom-reset]').click();
  }
  return times;
}"""

# Points at places of the picture; returns the tooltips that came up and how long they took.
HOVERS = """async count => {
  const plane = document.querySelector('[data-testid=glow-plane]');
  const tooltip = document.querySelector('[data-testid=glow-tooltip]');
  const { left, top, width, height } = plane.getBoundingClientRect();
  const texts = [];
  const times = [];
  for (let i = 0; i < count; i++) {
    const [x, y] = [(0.15 + 0.8 * ((i * 0.618) % 1)) * width, (0.1 + 0.7 * (i / count)) * height];
    const before = tooltip.innerText;
    const started = performance.now();
    plane.dispatchEvent(new PointerEvent('pointermove', {
      bubbles: true, clientX: left + x, clientY: top + y
    }));
    for (let frame = 0; frame < 3 && tooltip.innerText === before; frame++) {
      await new Promise(requestAnimationFrame);
    }
    if (!tooltip.hidden && tooltip.innerText !== before) {
      times.push(performance.now() - started);
      texts.push(tooltip.innerText);
    }
  }
  return { texts, times };
}"""

# Controls that a reader can see, by what is wrong with where they are.
MISPLACED = """() => {
  const root = document.querySelector('.glow-view');
  const controls = [...root.querySelectorAll('button, input, select, summary')]
    .filter(one => one.offsetParent !== null);
  const boxes = controls.map(one => one.getBoundingClientRect());
  const name = one => one.dataset.testid || one.innerText || one.tagName;
  const out = controls.filter((_, i) => boxes[i].left < -0.5 || boxes[i].right > innerWidth + 0.5);
  const clash = [];
  boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b, j) => {
    const apart = a.right <= b.left + 0.5 || b.right <= a.left + 0.5 ||
      a.bottom <= b.top + 0.5 || b.bottom <= a.top + 0.5;
    if (!apart) {
      clash.push(`${name(controls[i])} over ${name(controls[i + 1 + j])}`);
    }
  }));
  const wide = document.documentElement.scrollWidth > innerWidth ? ['page scrolls sideways'] : [];
  return [...out.map(one => `${name(one)} is cut off`), ...clash, ...wide];
}"""
