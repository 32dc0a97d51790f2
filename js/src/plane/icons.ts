const SVG = 'http://www.w3.org/2000/svg';

/** Line drawings on a field of 16 by 16. */
const PATHS = {
  zoomIn: 'M8 3v10M3 8h10',
  zoomOut: 'M3 8h10',
  reset: 'M3 7V3m0 0h4M3 3l3 3M13 9v4m0 0H9m4 0l-3-3M13 7V3m0 0H9m4 0l-3 3M3 9v4m0 0h4m-4 0l3-3',
  band: 'M2 6c4-5 8 3 12-2M2 13c4-5 8 3 12-2M2 9.500c4-5 8 3 12-2',
  save: 'M8 2v8m0 0L4.500 6.500M8 10l3.500-3.500M2.500 13.500h11',
  play: 'M5 3l8 5-8 5z',
  pause: 'M5 3v10M11 3v10'
} as const;

export type IconName = keyof typeof PATHS;

/** A picture for a button, which says by itself what it does. */
export function icon(name: IconName): SVGElement {
  return drawing(PATHS[name], '0 0 16 16');
}

/** A picture from path data; readers of the page do not hear of it. */
export function drawing(data: string, viewBox: string): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', viewBox);
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', data);
  svg.append(path);
  return svg;
}
