"""The score that detection was published with reaches what it should."""

from insights.anomalies.published_score import published_score


def test_it_reaches_its_goals() -> None:
    score = published_score()
    assert score.false_a_year <= 0.1
    assert len(score.kinds) >= 7
    assert all(one.recall >= one.goal for one in score.kinds)
    assert score.reaches_goals
