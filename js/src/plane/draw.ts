import { drawAxes } from './axes';
import { drawBand } from './band';
import { ceilingLabels, drawCeilingLabels, drawCeilings } from './ceilings';
import { drawEnds } from './ends';
import { inPlot, Pen, setFont } from './pen';
import { Scene, shownPoints } from './scene';
import type { Theme } from './theme';
import { drawFocus, drawGhost, drawTrajectories } from './trajectories';

/** Paint a scene; pure but for the canvas. */
export function draw(pen: Pen, scene: Scene, theme: Theme): void {
  const shown = shownPoints(scene);
  pen.fillStyle = theme.background;
  pen.fillRect(0, 0, scene.width, scene.height);
  drawAxes(pen, scene, theme);
  inPlot(pen, scene.plot, () => {
    drawCeilings(pen, scene, theme);
    drawBand(pen, scene, theme);
    drawGhost(pen, scene, theme);
    drawTrajectories(pen, scene, theme, shown);
  });
  setFont(pen, theme);
  const ceilings = ceilingLabels(pen, scene);
  drawCeilingLabels(pen, ceilings, theme);
  const taken = ceilings.map(({ box }) => box);
  drawEnds(pen, scene, theme, shown, taken);
  drawFocus(pen, scene, theme);
}
