import { LabIcon } from '@jupyterlab/ui-components';

/** Axes and a trajectory with its bend: up and to the right, then back to the left. */
const PLANE = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
  <g class="jp-icon3 jp-icon-selectable" fill="#616161">
    <path d="M1.5 1H3v12h12v1.5H1.5z"/>
    <path d="M5 11.7C9.5 10.2 12 8.5 12 6.5 12 4.6 10 4 7.5 3.5l.3-1.5C11 2.6
      13.5 3.6 13.5 6.5 13.5 9.5 10.3 11.5 5.5 13z" transform="translate(.3 -1.3)"/>
    <circle cx="7.4" cy="1.9" r="1.7"/>
  </g>
</svg>`;

export const planeIcon = new LabIcon({ name: 'glow-widgets:plane', svgstr: PLANE });
