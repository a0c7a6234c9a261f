import pandas as pd

from dashboard import charts, charts_modus, modus, palette
from dashboard.filters import Filters


def yearly(*rows: tuple[str, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["layer", "year", "record_count"])


def test_a_missing_year_is_a_gap_not_a_zero() -> None:
    figure = charts.records_by_year(yearly(("drugs", 2018, 5), ("drugs", 2020, 7)))
    assert list(figure.data[0].x) == [2018, 2019, 2020]
    assert list(figure.data[0].y) == [5, None, 7]
    assert figure.data[0].connectgaps is False


def test_each_layer_has_its_own_line_colour_and_sign() -> None:
    figure = charts.records_by_year(yearly(("drugs", 2018, 5), ("firearms", 2018, 6), ("terrorism", 2018, 1)))
    assert [line.name for line in figure.data] == ["Firearms", "Drugs", "Terrorism"]
    assert figure.data[0].line.color == palette.LAYER_COLOURS["firearms"]
    assert len({line.marker.symbol for line in figure.data}) == 3


def test_a_layer_the_palette_does_not_know_is_drawn_too() -> None:
    figure = charts.records_by_year(yearly(("wild<b>life", 2018, 5)))
    assert figure.data[0].line.color == palette.OTHER_LAYER
    assert "<" not in figure.data[0].name


def test_no_record_gives_an_empty_chart() -> None:
    assert len(charts.records_by_year(yearly()).data) == 0


def test_no_chart_is_a_map() -> None:
    assert {line.type for line in charts.records_by_year(yearly(("drugs", 2018, 5))).data} == {"scatter"}


def methods(*rows: tuple[str, str, int, int]) -> modus.Modus:
    counts = pd.DataFrame(rows, columns=["layer", "method", "year", "record_count"]).assign(commodity="pistol")
    return modus.Modus("r1", True, "TLP:CLEAR", Filters(), pd.DataFrame(), counts, pd.DataFrame())


def test_not_stated_is_a_method_of_its_own_and_a_year_without_records_is_blank() -> None:
    view = methods(
        ("drugs", "parcel", 2019, 2), ("drugs", modus.UNKNOWN, 2021, 6), ("terrorism", modus.UNKNOWN, 2020, 1)
    )
    figure = charts_modus.years(view, "drugs")
    assert figure is not None
    rows = dict(zip(figure.data[0].y, figure.data[0].text.tolist(), strict=True))
    assert rows["By parcel or mail"] == ["100", "", "0"]
    assert rows["Not stated"] == ["0", "", "100"]
    assert charts_modus.sentences(view) == [
        "Drugs: 2 of 8 records say how it was done; most often by parcel or mail, 100 % of those",
        "No record of terrorism states it",
    ]
    bars = charts_modus.shares(view).data
    assert [dict(zip(bar.y, bar.x, strict=True))["Not stated"] for bar in bars] == [6 / 8]
