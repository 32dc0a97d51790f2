/**
 * Wrap `call` so that it runs at most once in `milliseconds`; the last arguments always arrive.
 *
 * @param milliseconds A number, or what gives it anew for every wait.
 */
export function throttle<T>(
  call: (value: T) => void,
  milliseconds: number | (() => number)
): (value: T) => void {
  const pause = typeof milliseconds === 'number' ? () => milliseconds : milliseconds;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: { value: T } | null = null;
  const pass = (): void => {
    timer = undefined;
    if (waiting) {
      const { value } = waiting;
      waiting = null;
      timer = setTimeout(pass, pause());
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
