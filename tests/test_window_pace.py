"""How fine a moving picture is drawn follows from how long pictures take."""

from visualiser.window.pace import COARSEST, EASY_S, QUICK_S, SLOW_S, Pace


def learned(pace: Pace, took_s: float, pictures: int = 60) -> Pace:
    for _ in range(pictures):
        pace.learn(took_s)
    return pace


def test_a_machine_in_between_draws_every_pixel_and_all_lights() -> None:
    pace = learned(Pace(), (SLOW_S + EASY_S) / 2)
    assert (pace.scale, pace.simple, pace.quick) == (1.0, False, False)
    assert learned(Pace(), 0.9 * QUICK_S).quick


def test_a_slow_machine_draws_fewer_pixels_first_and_plain_colours_only_when_that_is_not_enough() -> None:
    pace = Pace()
    seen = []
    while not pace.simple:
        pace.learn(1.2 * SLOW_S)
        seen.append(pace.scale)
    assert seen == sorted(seen, reverse=True)
    assert pace.scale == seen[-2] == COARSEST


def test_single_pictures_that_took_long_change_nothing() -> None:
    pace = Pace()
    for number in range(60):
        pace.learn(1.0 if number % 3 == 0 else (SLOW_S + EASY_S) / 2)
    assert (pace.scale, pace.simple) == (1.0, False)


def test_pixels_come_back_when_the_machine_is_free_again() -> None:
    assert learned(learned(Pace(), 1.2 * SLOW_S, 12), 0.9 * EASY_S).scale == 1.0
