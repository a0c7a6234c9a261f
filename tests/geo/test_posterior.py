"""The posterior of two layers' directions: against finer sums and against draws."""

import numpy as np
import pytest
from scipy.special import betainc

from geo import posterior


def summed_over_the_angle(a: tuple[float, float], b: tuple[float, float], delta: float) -> tuple[float, float]:
    """Return P_common and P_inverse by 200,000 steps over the first layer's angle and the second's exact tails."""
    (alpha, beta), (one, other) = (
        (onward / posterior.PHI + 0.5, back / posterior.PHI + 0.5) for onward, back in (a, b)
    )
    angle = (np.arange(200_000) + 0.5) * np.pi / 400_000
    share = np.sin(angle) ** 2
    log = (2 * alpha - 1) * np.log(np.sin(angle)) + (2 * beta - 1) * np.log(np.cos(angle))
    mass = np.exp(log - log.max())
    rho = np.clip((2 * share - 1) / (1 - 2 * delta), -1, 1)
    need = np.minimum(posterior.D_MIN / np.maximum(np.abs(rho), 1e-300), 2.0)
    rest = np.clip(delta + (1 - 2 * delta) * (1 - need) / 2, 0, 1) * (need <= 1)
    above, below = betainc(other, one, rest), betainc(one, other, rest)
    same, turned = np.where(rho > 0, above, below), np.where(rho > 0, below, above)
    return float(mass @ same / mass.sum()), float(mass @ turned / mass.sum())


@pytest.mark.parametrize("delta", [posterior.DELTA, 0.15])
@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((3.0, 0.0), (0.0, 4.0)),
        ((40.0, 2.0), (30.0, 25.0)),
        ((900.0, 600.0), (55.0, 40.0)),
        ((60_000.0, 41_000.0), (50_000.0, 33_000.0)),  # narrow, and near the least D
        ((60_000.0, 41_000.0), (33_000.0, 50_000.0)),
        ((20.0, 20.0), (20_000.0, 0.0)),
        ((2_161.0, 21_386.0), (27_081.0, 19_090.0)),  # the layer with more records is the vaguer one
    ],
)
def test_posterior_agrees_with_a_finer_sum(a: tuple[float, float], b: tuple[float, float], delta: float) -> None:
    pairs = [tuple(np.array([way]) for way in layer) for layer in (a, b)]
    common, inverse = posterior.posterior(pairs[0], pairs[1], delta)  # type: ignore[arg-type]
    narrower, wider = (a, b) if sum(a) >= sum(b) else (b, a)
    assert (common[0], inverse[0]) == pytest.approx(summed_over_the_angle(narrower, wider, delta), abs=2e-5)


def test_posterior_agrees_with_a_million_draws() -> None:
    draw = np.random.default_rng(1)
    counts = [(30.0, 6.0, 4.0, 22.0), (12.0, 9.0, 20.0, 3.0), (5.0, 0.0, 0.0, 6.0)]
    for a_on, a_back, b_on, b_back in counts:
        rho = []
        for on, back in ((a_on, a_back), (b_on, b_back)):
            theta = draw.beta(on / posterior.PHI + 0.5, back / posterior.PHI + 0.5, 1_000_000)
            rho.append(2 * np.clip((theta - posterior.DELTA) / (1 - 2 * posterior.DELTA), 0, 1) - 1)
        product = rho[0] * rho[1]
        common, inverse = posterior.posterior(
            (np.array([a_on]), np.array([a_back])), (np.array([b_on]), np.array([b_back]))
        )
        assert common[0] == pytest.approx((product > posterior.D_MIN).mean(), abs=0.003)
        assert inverse[0] == pytest.approx((product < -posterior.D_MIN).mean(), abs=0.003)
