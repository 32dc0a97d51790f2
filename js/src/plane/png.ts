/** Bytes before the first chunk that may hold a density: the signature and the header chunk. */
const HEADER = 8 + 25;
const CHUNK_FRAME = 12;

/**
 * Add to a PNG how densely it is to be printed: a pHYs chunk after the header, as the
 * specification of PNG orders them. Without one, word processors take any density of their own.
 *
 * @param pixelsPerMetre Of both directions, as the chunk has it.
 */
export async function withDensity(png: Blob, pixelsPerMetre: number): Promise<Blob> {
  const bytes = new Uint8Array(await png.arrayBuffer());
  const density = chunk('pHYs', 9, data => {
    data.setUint32(0, pixelsPerMetre);
    data.setUint32(4, pixelsPerMetre);
    data.setUint8(8, 1); // the unit is the metre
  });
  return new Blob([bytes.slice(0, HEADER), density, bytes.slice(HEADER)], { type: png.type });
}

/** A chunk: length, name, data, and a check sum of name and data. */
function chunk(name: string, length: number, fill: (data: DataView) => void): ArrayBuffer {
  const buffer = new ArrayBuffer(length + CHUNK_FRAME);
  const view = new DataView(buffer);
  view.setUint32(0, length);
  [...name].forEach((letter, i) => view.setUint8(4 + i, letter.charCodeAt(0)));
  fill(new DataView(buffer, 8, length));
  view.setUint32(length + 8, crc32(new Uint8Array(buffer, 4, length + 4)));
  return buffer;
}

/** The cyclic redundancy check of PNG, bit by bit: a chunk has few of them. */
function crc32(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
    }
  }
  return (sum ^ 0xffffffff) >>> 0;
}
