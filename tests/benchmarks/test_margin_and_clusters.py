import margin_and_clusters as claim
from kept_curves import finished, height, signed


def test_the_page_is_what_the_runs_say():
    assert claim.PAGE.read_text(encoding="utf-8") == claim.page(finished(claim.RUNS))


def test_all_runs_that_the_script_names_are_there():
    done = {(line["repeat"], line["batch"], line["estimator"], line["set"], line["strategy"])
            for line in finished(claim.RUNS)}  # fmt: skip
    assert done == {(*cell, strategy) for cell in claim.cells() for strategy in claim.STRATEGIES}


def test_differences_are_paired_within_set_and_repeat():
    def line(repeat, strategy, accuracy):
        curve = {"counts": [20, 40], "accuracy": [accuracy, accuracy]}
        return {"repeat": repeat, "batch": 10, "estimator": "svc", "set": "car", "strategy": strategy} | curve

    runs = [line(0, "margin", 0.7), line(0, "random", 0.6), line(1, "margin", 0.5), line(1, "random", 0.8)]
    runs.append(line(2, "margin", 0.9))  # without its pair
    points = claim.by_set(runs, "svc", 10, "margin", "random", height)
    assert {name: round(value, 6) for name, value in points.items()} == {"car": -10.0}
    assert signed(points["car"]) == "**-10.00**"
