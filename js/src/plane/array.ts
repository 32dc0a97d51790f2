import { asChoice, asCount, asList, asNumber, asObject, asText, DocumentError } from './check';

/** (setting values, epochs, layers) */
export type Shape = readonly [number, number, number];

const DTYPES = ['int16', 'float32'] as const;
const BYTES = { int16: 2, float32: 4 } as const;

/** The int16 that stands for a missing value. */
const MISSING = -32768;

/**
 * Read a packed array of the plane document.
 *
 * @param shape What the rest of the document says the shape must be.
 * @returns The values in row-major order; NaN where one is missing or not finite.
 * @throws DocumentError where type, shape or length do not agree.
 */
export function readArray(value: unknown, where: string, shape: Shape): Float64Array {
  const array = asObject(value, where);
  const dtype = asChoice(array.dtype, `${where}.dtype`, DTYPES);
  checkShape(array.shape, `${where}.shape`, shape);
  const length = shape[0] * shape[1] * shape[2];
  const bytes = readBytes(array.data, `${where}.data`, length * BYTES[dtype]);
  return dtype === 'int16'
    ? readInt16(bytes, length, readScale(array.scale, `${where}.scale`))
    : readFloat32(bytes, length);
}

/** The code of a phrase that is missing. */
const NO_PHRASE = 255;

/**
 * Read packed phrases: a list of them and one byte for each entry.
 *
 * @returns A phrase for each entry in row-major order; null where one is missing.
 * @throws DocumentError where type, shape, length or codes do not agree.
 */
export function readPhrases(value: unknown, where: string, shape: Shape): (string | null)[] {
  const packed = asObject(value, where);
  const phrases = asList(packed.phrases, `${where}.phrases`).map((item, i) =>
    asText(item, `${where}.phrases[${i}]`)
  );
  const codes = asObject(packed.codes, `${where}.codes`);
  asChoice(codes.dtype, `${where}.codes.dtype`, ['uint8']);
  checkShape(codes.shape, `${where}.codes.shape`, shape);
  const length = shape[0] * shape[1] * shape[2];
  const bytes = readBytes(codes.data, `${where}.codes.data`, length);
  return Array.from({ length }, (_, i) => {
    const code = bytes.getUint8(i);
    if (code !== NO_PHRASE && code >= phrases.length) {
      throw new DocumentError(`${where}.codes`, `codes below ${phrases.length}`, code);
    }
    return code === NO_PHRASE ? null : phrases[code];
  });
}

function checkShape(value: unknown, where: string, expected: Shape): void {
  const shape = asList(value, where).map((item, i) => asCount(item, `${where}[${i}]`));
  if (shape.length !== 3 || shape.some((size, i) => size !== expected[i])) {
    throw new DocumentError(where, `[${expected.join(', ')}] (settings, epochs, layers)`, shape);
  }
}

function readScale(value: unknown, where: string): number {
  const scale = asNumber(value, where);
  if (scale <= 0) {
    throw new DocumentError(where, 'a number above 0', scale);
  }
  return scale;
}

function readBytes(value: unknown, where: string, length: number): DataView {
  const text = asText(value, where);
  // Checked before decoding: a document cannot make us allocate more than it brings.
  if (text.length !== Math.ceil(length / 3) * 4) {
    throw new DocumentError(
      where,
      `${length} bytes in base64 (${Math.ceil(length / 3) * 4} characters), as the shape says`,
      `${text.length} characters`
    );
  }
  const stored = decode(text, where);
  if (stored.length !== length) {
    throw new DocumentError(where, `${length} bytes, as the shape says`, `${stored.length} bytes`);
  }
  const bytes = new Uint8Array(length);
  // Not Uint8Array.from: that goes through an iterator, twenty times slower.
  for (let i = 0; i < length; i++) {
    bytes[i] = stored.charCodeAt(i);
  }
  return new DataView(bytes.buffer);
}

function decode(text: string, where: string): string {
  try {
    return atob(text);
  } catch {
    throw new DocumentError(where, 'base64', text);
  }
}

function readInt16(bytes: DataView, length: number, scale: number): Float64Array {
  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const stored = bytes.getInt16(2 * i, true);
    values[i] = stored === MISSING ? NaN : stored * scale;
  }
  return values;
}

function readFloat32(bytes: DataView, length: number): Float64Array {
  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const stored = bytes.getFloat32(4 * i, true);
    values[i] = Number.isFinite(stored) ? stored : NaN;
  }
  return values;
}
