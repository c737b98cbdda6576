"""How fine a moving picture is drawn follows from how long pictures take."""

from visualiser.window.pace import COARSEST, EASY_S, QUICK_S, SLOW_S, Pace


def learned(pace: Pace, took_s: float, pictures: int = 60) -> Pace:
    for _ in range(pictures):
        pace.learn(took_s)
    return pace


def test_a_machine_in_between_draws_every_pixel() -> None:
    pace = learned(Pace(), (SLOW_S + EASY_S) / 2)
    assert (pace.scale, pace.quick) == (1.0, False)
    assert learned(Pace(), 0.9 * QUICK_S).quick


def test_a_slow_machine_draws_fewer_pixels_step_by_step_and_never_less_than_half() -> None:
    pace = Pace()
    seen = [learned(pace, 1.2 * SLOW_S, 1).scale for _ in range(60)]
    assert seen == sorted(seen, reverse=True)
    assert (seen[0], seen[-1], len(set(seen))) == (1.0, COARSEST, 5)


def test_single_pictures_that_took_long_change_nothing() -> None:
    pace = Pace()
    for number in range(60):
        pace.learn(1.0 if number % 3 == 0 else (SLOW_S + EASY_S) / 2)
    assert pace.scale == 1.0


def test_pixels_come_back_when_the_machine_is_free_again() -> None:
    assert learned(learned(Pace(), 1.2 * SLOW_S, 12), 0.9 * EASY_S).scale == 1.0
