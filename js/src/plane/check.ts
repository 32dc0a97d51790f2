/** A document that is not what it says it is; the message names place, expectation and finding. */
export class DocumentError extends Error {
  constructor(where: string, expected: string, received: unknown) {
    super(`${where}: expected ${expected}, got ${describe(received)}.`);
    this.name = 'DocumentError';
  }
}

const SHOWN_CHARACTERS = 60;

function describe(value: unknown): string {
  if (value === undefined) {
    return 'nothing';
  }
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}

export type Json = Record<string, unknown>;

export function asObject(value: unknown, where: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DocumentError(where, 'an object', value);
  }
  return value as Json;
}

export function asList(value: unknown, where: string): unknown[] {
  if (!Array.isArray(value)) {
    throw new DocumentError(where, 'a list', value);
  }
  return value;
}

export function asText(value: unknown, where: string): string {
  if (typeof value !== 'string') {
    throw new DocumentError(where, 'a text', value);
  }
  return value;
}

export function asNumber(value: unknown, where: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new DocumentError(where, 'a finite number', value);
  }
  return value;
}

export function asCount(value: unknown, where: string, least = 0): number {
  if (!Number.isSafeInteger(value) || (value as number) < least) {
    throw new DocumentError(where, `an integer of ${least} or more`, value);
  }
  return value as number;
}

export function asFlag(value: unknown, where: string): boolean {
  if (typeof value !== 'boolean') {
    throw new DocumentError(where, 'true or false', value);
  }
  return value;
}

export function asChoice<T extends string>(
  value: unknown,
  where: string,
  choices: readonly T[]
): T {
  if (!choices.includes(value as T)) {
    throw new DocumentError(where, `one of ${choices.join(', ')}`, value);
  }
  return value as T;
}

/** Apply `read` unless the value is absent or null. */
export function optional<T>(
  value: unknown,
  where: string,
  read: (value: unknown, where: string) => T
): T | null {
  return value === undefined || value === null ? null : read(value, where);
}

/** Numbers that grow from entry to entry. */
export function asIncreasing(
  value: unknown,
  where: string,
  read: (value: unknown, where: string) => number
): number[] {
  const numbers = asList(value, where).map((item, i) => read(item, `${where}[${i}]`));
  for (let i = 1; i < numbers.length; i++) {
    if (numbers[i] <= numbers[i - 1]) {
      throw new DocumentError(where, `increasing numbers after ${numbers[i - 1]}`, numbers[i]);
    }
  }
  return numbers;
}
