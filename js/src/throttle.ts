/**
 * Wrap `call` so that it runs at most once in `milliseconds`; the last arguments always arrive.
 */
export function throttle<T>(call: (value: T) => void, milliseconds: number): (value: T) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: { value: T } | null = null;
  const pass = (): void => {
    timer = undefined;
    if (waiting) {
      const { value } = waiting;
      waiting = null;
      timer = setTimeout(pass, milliseconds);
      call(value);
    }
  };
  return value => {
    waiting = { value };
    if (timer === undefined) {
      pass();
    }
  };
}
