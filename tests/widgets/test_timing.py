import pytest

from glow_widgets._timing import Stopwatch, Throttle


def test_throttle_lets_the_first_through_and_then_one_an_interval(clock):
    throttle = Throttle(0.2, 0.05, clock)
    sent = 0
    for _ in range(1000):
        clock.now += 0.001
        if throttle.ready():
            throttle.sent(0.0)
            sent += 1
    assert sent == 5


def test_throttle_keeps_costly_sends_below_their_share(clock):
    throttle = Throttle(0.2, 0.05, clock)
    throttle.sent(3.0)  # compiles: not typical
    clock.now += 0.21
    assert throttle.ready()
    throttle.sent(0.1)
    clock.now += 1.99
    assert not throttle.ready()
    clock.now += 0.02
    assert throttle.ready()


def test_stopwatch_does_not_count_pauses(clock):
    watch = Stopwatch(clock)
    clock.now += 2
    watch.pause()
    clock.now += 50
    assert watch.elapsed == 2
    watch.resume()
    clock.now += 1
    assert watch.elapsed == 3


def test_the_untypical_first_step_is_left_out_of_the_time_to_come(clock):
    watch = Stopwatch(clock)
    clock.now += 30  # the first step compiles
    for done in range(1, 5):
        assert watch.remaining(done, 10) is None
        clock.now += 2
    assert watch.remaining(5, 10) == 10


def test_what_loads_between_steps_does_not_inflate_the_time_to_come(clock):
    watch = Stopwatch(clock)
    for done in range(1, 1000):
        clock.now += 3 if done in (1, 2, 4) else 0.01
        left = watch.remaining(done, 1000)
        assert left == (None if done < 5 else pytest.approx(0.01 * (1000 - done)))


def test_what_comes_now_and_then_counts_in_the_time_to_come(clock):
    watch = Stopwatch(clock)
    for done in range(1, 501):
        clock.now += 2 if done % 10 == 0 else 0.1  # validation after every tenth
        left = watch.remaining(done, 1000)
    assert left == pytest.approx(500 * 0.29, rel=0.1)
