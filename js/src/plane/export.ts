import { strings } from '../strings';
import type { Choices, PlaneContent } from './content';
import { toCsv } from './csv';
import { layOut, SizeName, SIZES } from './figure';
import { withDensity } from './png';
import type { Limits } from './scales';
import { summarise } from './summary';
import { SvgPen } from './svg';

export const FORMATS = ['PNG', 'SVG', 'CSV'] as const;

export type Format = (typeof FORMATS)[number];

/** What is exported, and how big. */
export interface ExportRequest {
  content: PlaneContent;
  choices: Choices;
  /** The part of the plane in view. */
  view: Limits;
  size: SizeName;
}

/** A file made in the browser alone, ready to be saved. */
export interface ExportedFile {
  name: string;
  blob: Blob;
}

/** Make a file; no kernel and no network is asked. */
export async function exported(format: Format, request: ExportRequest): Promise<ExportedFile> {
  const name = `${fileName(request.content.heading)}.${format.toLowerCase()}`;
  const make = { PNG: png, SVG: svg, CSV: csv }[format];
  return { name, blob: await make(request) };
}

function csv({ content }: ExportRequest): Blob {
  return new Blob([toCsv(content)], { type: 'text/csv;charset=utf-8' });
}

function svg({ content, choices, view, size }: ExportRequest): Blob {
  const measure = measurer();
  const pen = new SvgPen(measure);
  const figure = layOut(content, choices, view, size, pen);
  figure.paint(pen);
  const title = summarise(content, choices.upto);
  const text = pen.document(figure, printed(size), title);
  return new Blob([text], { type: 'image/svg+xml' });
}

/** The width of a figure, as SVG has it. */
function printed(size: SizeName): string {
  const { millimetres, pixels } = SIZES[size];
  return millimetres ? `${millimetres}mm` : `${pixels}px`;
}

async function png({ content, choices, view, size }: ExportRequest): Promise<Blob> {
  const canvas = document.createElement('canvas');
  const pen = canvas.getContext('2d');
  if (!pen) {
    throw new Error(strings.plane.noCanvas);
  }
  const figure = layOut(content, choices, view, size, pen);
  const ratio = SIZES[size].pixels / figure.width;
  canvas.width = Math.round(figure.width * ratio);
  canvas.height = Math.round(figure.height * ratio);
  pen.scale(ratio, ratio);
  figure.paint(pen);
  const blob = await new Promise<Blob | null>(resolve => canvas.toBlob(resolve, 'image/png'));
  if (!blob) {
    throw new Error(strings.plane.noCanvas);
  }
  const { millimetres, pixels } = SIZES[size];
  return millimetres ? withDensity(blob, Math.round((1000 * pixels) / millimetres)) : blob;
}

/** Measures texts as a canvas does or, where there is none, by the width of an average letter. */
function measurer(): (text: string, font: string) => number {
  const pen = document.createElement('canvas').getContext('2d');
  return (text, font) => {
    if (!pen) {
      return text.length * 0.55 * parseFloat(font.split(' ')[1]) || 0;
    }
    pen.font = font;
    return pen.measureText(text).width;
  };
}

const LONGEST_NAME = 60;

/** A heading as the name of a file on any system. */
export function fileName(heading: string): string {
  const words = heading.toLowerCase().match(/[\p{L}\p{N}.]+/gu) ?? [];
  const name = ['plane', ...words].join('-').slice(0, LONGEST_NAME);
  return name.replace(/[-.]+$/, '');
}

/** Hand a file to the browser's downloads. */
export function download({ name, blob }: ExportedFile): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser reads the address only after the click was handled.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
