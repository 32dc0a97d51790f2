"""What can be told of a page by looking at it: accessibility, contrast, and where things are."""

from pathlib import Path

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
SCAN = """async () => {
  const { violations } = await axe.run({ include: ['.glow'] }, { resultTypes: ['violations'] });
  return violations.flatMap(({ id, impact, nodes }) => nodes.map(({ target, failureSummary }) =>
    `${impact} ${id} at ${target.join(' ')}: ${failureSummary}`));
}"""
# Where something can be seen: controls, and elements with a text of their own.
PARTS = """
  const name = part => part.dataset.testid || part.textContent.trim().slice(0, 30) || part.tagName;
  const parts = root => [...root.querySelectorAll('*')].filter(part =>
    part.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    !part.closest('.glow-hidden, .glow-spoken, option') &&
    (part.matches('button, input, select, summary, [role=progressbar]') ||
      [...part.childNodes].some(node => node.nodeType === 3 && node.data.trim())));
"""
# What is cut off by its view or by what it stands in, unless that scrolls, and what lies on
# something else. Rows of tables that scroll lie below their heads.
MISPLACED = f"""() => {{
  {PARTS}
  const apart = (a, b) => a.right <= b.left + 1 || b.right <= a.left + 1 ||
    a.bottom <= b.top + 1 || b.bottom <= a.top + 1;
  const outside = (a, b) => a.left < b.left - 1 || a.right > b.right + 1;
  const cut = part => {{
    const box = part.getBoundingClientRect();
    for (let at = part.parentElement; at && at !== document.body; at = at.parentElement) {{
      const {{ overflowX }} = getComputedStyle(at);
      const edge = at.getBoundingClientRect();
      if (overflowX === 'auto' || overflowX === 'scroll') return false;
      if ((overflowX !== 'visible' || at.matches('.glow')) && outside(box, edge)) return true;
    }}
    const whole = part.matches('button, select, h2, h3, label');
    return outside(box, {{ left: 0, right: innerWidth }}) ||
      (whole && part.scrollWidth > part.clientWidth + 1);
  }};
  return [...document.querySelectorAll('.glow')].flatMap(root => {{
    const all = parts(root).filter(part =>
      !part.closest('.glow-tooltip, .glow-table-scroll, .glow-metrics tbody'));
    const boxes = all.map(part => part.getBoundingClientRect());
    const clashes = all.flatMap((one, i) => all.slice(i + 1)
      .filter((other, j) => !one.contains(other) && !other.contains(one) &&
        !apart(boxes[i], boxes[i + 1 + j]))
      .map(other => `${{name(one)}} over ${{name(other)}}`));
    return [...all.filter(cut).map(part => `${{name(part)}} is cut off`), ...clashes];
  }});
}}"""
# Text at less than 4.5:1 and marks, lines and edges of controls at less than 3:1, as painted on the
# nearest ground that is not transparent. What is switched off is exempt.
FAINT = f"""() => {{
  {PARTS}
  const pen = document.createElement('canvas').getContext('2d', {{ willReadFrequently: true }});
  const rgba = text => {{
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = text;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  }};
  const over = ([r, g, b, a], ground, share = 1) =>
    [r, g, b].map((c, i) => c * a * share + ground[i] * (1 - a * share));
  const ground = part => {{
    for (let at = part; at; at = at.parentElement) {{
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] === 1) return colour.slice(0, 3);
    }}
    return [255, 255, 255];
  }};
  const luminance = rgb => rgb.map(c => c / 255)
    .map(c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = (colour, behind, share) => {{
    const [low, high] = [luminance(over(rgba(colour), behind, share)), luminance(behind)]
      .sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  }};
  const marks = '.glow-line, .glow-line-marker, .glow-answer, .glow-bar-of-values, .glow-kernel, ' +
    '.glow-axis, .glow-cursor, .glow-curve, .glow-legend-item svg, .glow-tool svg';
  const controls = '.glow-button, .glow-tool, .glow-number, select, .glow-bar';
  const found = [];
  const note = (what, ratio, least) => {{
    if (ratio < least) found.push(`${{what}}: ${{ratio.toFixed(2)}}`);
  }};
  let seen = 0;
  for (const root of document.querySelectorAll('.glow')) {{
    for (const part of parts(root).filter(one => !one.closest(':disabled'))) {{
      if (part.matches('button, [type=range], [type=checkbox], [role=progressbar]') &&
        !part.textContent.trim()) continue;
      const style = getComputedStyle(part);
      note(`text ${{name(part)}}`,
        contrast(part.closest('svg') ? style.fill : style.color, ground(part)), 4.5);
      seen += 1;
    }}
    for (const mark of root.querySelectorAll(marks)) {{
      const {{ stroke, fill, opacity }} = getComputedStyle(mark);
      if (!mark.checkVisibility() || mark.closest(':disabled')) continue;
      note(`mark ${{mark.getAttribute('class')}}`,
        contrast(stroke === 'none' ? fill : stroke, ground(mark.parentElement), +opacity), 3);
      seen += 1;
    }}
    for (const control of root.querySelectorAll(controls)) {{
      if (!control.checkVisibility() || control.matches(':disabled')) continue;
      note(`edge of ${{name(control)}}`,
        contrast(getComputedStyle(control).borderTopColor, ground(control.parentElement)), 3);
    }}
    for (const track of root.querySelectorAll('.glow-epoch-track')) {{
      const colours = track.style.backgroundImage.match(/rgb\\([^)]*\\)/g) ?? [];
      colours.forEach(colour => note('epoch colour', contrast(colour, ground(track)), 3));
    }}
    for (const variable of ['--glow-accent', '--glow-control', '--glow-ghost']) {{
      const probe = document.createElement('span');
      probe.style.color = `var(${{variable}})`;
      root.append(probe);
      note(variable, contrast(getComputedStyle(probe).color, ground(root)), 3);
      probe.remove();
    }}
  }}
  return seen ? found : ['nothing was measured'];
}}"""
# Controls without a name, sliders and bars without their values, as JavaScript sees them.
UNNAMED = """() => {
  const named = one => one.getAttribute('aria-label') || one.labels?.length ||
    one.textContent.trim() || one.title;
  const all = [...document.querySelectorAll('.glow :is(button, input, select, summary)')];
  const bars = [...document.querySelectorAll('.glow [role=progressbar]')];
  return [
    ...all.filter(one => !named(one)),
    ...all.filter(one => one.type === 'range' && !one.getAttribute('aria-valuetext')),
    ...bars.filter(one => !one.getAttribute('aria-label') || !one.hasAttribute('aria-valuenow') ||
      !one.hasAttribute('aria-valuemax') || !one.getAttribute('aria-valuetext'))
  ].map(one => one.outerHTML.slice(0, 120));
}"""


def findings(page):
    """What axe-core finds wrong with every view of ours in the page, of whatever weight."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    return page.evaluate(SCAN)
