"""A level that moved lately and stays: the history before it is moved to it as well.

Medians and calmed days take a new level for a run of spikes until half of what they see
has it, which is weeks. A move that is as clear as this one is believed after a season.
"""

import numpy as np

from insights.forecasting.series import Array, by_phase, row_medians, sigma

# The days that may have moved are held to the eight seasons before them; a move that is
# older than four is the level by itself.
RECENT_SEASONS, SEASONS_BEFORE = 4, 8
# A shorter run of odd days may be over tomorrow.
LEAST_DAYS = 7
# All of them are so many robust standard deviations away, and such a share of the
# level: holidays mostly are less, a new cluster or a log left on is not.
SIGMAS, LEAST_SHARE = 6.0, 0.20


def moved_days(values: Array, season: int) -> tuple[int, float]:
    """For how many days until the end the level has been another, and by how much.

    0 days where it has not. NaN is a day not known.
    """
    recent, before = RECENT_SEASONS * season, SEASONS_BEFORE * season
    base = values[-recent - before : -recent]
    if len(base) < before or np.isnan(base).all():
        return 0, 0.0
    expected = row_medians(by_phase(base, season))
    spread = sigma(base - np.resize(expected, before))
    level = float(np.nanmedian(np.abs(expected)))
    away = values[-recent:] - np.resize(expected, recent)
    known = away[~np.isnan(away)]
    reach = max(SIGMAS * spread, LEAST_SHARE * level)
    if not len(known) or not level or not reach > 0:
        return 0, 0.0
    stays = (away * np.sign(known[-1]) > reach) | np.isnan(away)
    days = recent if stays.all() else int(np.argmin(stays[::-1]))
    if not max(season, LEAST_DAYS) <= days < recent:
        return 0, 0.0
    seasons = away[-(days - days % season) :]
    if np.isnan(seasons).sum() > len(seasons) / 2:
        return 0, 0.0
    return days, float(np.nanmean(seasons))
