"""The page Own data: guess, correct, preview; nothing stored before the button."""

import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import importing
from dashboard.cli import main
from data import mapping, store
from tests.data import files
from tests.data.files import contents

HERE = Path(__file__).parents[2]
GOOD: dict[str, object] = {
    **{"Seizure date": "31/01/2020", "From": "Uganda", "Country": "Kenya", "To": "China"},
    **{"Species": "Ivory", "Weight": "2,5"},
}
ROWS = [GOOD, {**GOOD, "Country": "Atlantis"}, {**GOOD, "From": "Ugunda", "Species": "<b>![x](http://127.0.0.1)</b>"}]
BOXES = {
    "title": "Made up",
    "publisher": "Made up",
    "licence": "own use",
    "attribution": "made up",
}


def page() -> None:
    """Draw the page; AppTest runs the text of this function as a script."""
    from dashboard.pages import own_data

    own_data.render()


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store of one real import."""
    folder = tmp_path_factory.mktemp("released")
    path = files.ids(folder / "good.csv", files.seizure())
    assert main(["import", "unodc-ids", str(path), "--store", str(folder / "store")]) == 0
    assert main(["release", "--store", str(folder / "store")]) == 0
    return folder / "store"


@pytest.fixture
def root(released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of that store, which the app reads."""
    shutil.copytree(released, tmp_path / "store")
    monkeypatch.setenv("CONTRAFLOW_STORE", str(tmp_path / "store"))
    return tmp_path / "store"


def uploaded(folder: Path, name: str = "own.csv", rows: list[dict[str, object]] = ROWS) -> AppTest:
    """Return the page with the made-up file chosen."""
    data = files.table(folder / "made.csv", rows, sep=";").read_bytes()
    app = AppTest.from_function(page, default_timeout=120).run()
    app.file_uploader[0].upload(name, data, "text/csv")
    return app.run()


def filled(app: AppTest) -> AppTest:
    """Return the page with every box filled in."""
    for box, words in BOXES.items():
        next(text for text in app.text_input if str(text.key).startswith(f"own_{box}_")).set_value(words)
    return layer(app, "Wildlife")


def layer(app: AppTest, name: str) -> AppTest:
    """Return the page with a layer of another name than the usual ones."""
    next(box for box in app.selectbox if str(box.key).startswith("own_layer_")).set_value("another layer")
    app = app.run()
    next(text for text in app.text_input if str(text.key).startswith("own_new_layer_")).set_value(name)
    return app.run()


def words(app: AppTest) -> str:
    """Return everything the page says."""
    kinds = (app.markdown, app.caption, app.warning, app.error, app.info, app.success, app.code)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def test_the_app_lists_the_page_once() -> None:
    text = (HERE / "streamlit_app.py").read_text(encoding="utf-8")
    assert text.count('own_data.render, title="Own data", icon=":material/upload_file:", url_path="own-data"') == 1


def test_without_a_file_only_the_upload_is_there(root: Path) -> None:
    app = AppTest.from_function(page, default_timeout=120).run()
    assert not app.exception
    assert [upload.label for upload in app.file_uploader] == ["File, up to 50 MB"]
    assert not app.button


def test_a_file_is_guessed_and_its_rows_are_counted(root: Path, tmp_path: Path) -> None:
    app = uploaded(tmp_path)
    assert not app.exception
    assert "**3 rows** read, **2 records** would be taken, **1 row** would be set aside." in words(app)
    first, _, *tables = [table.value for table in app.dataframe]  # the second is the map
    assert first["Country"].tolist() == ["Kenya", "Atlantis", "Kenya"]
    assert tables[0]["Way"].tolist() == ["Uganda → Kenya → China", "Ugunda → Kenya → China"]
    assert tables[1][["Row", "Column", "Rule"]].to_numpy().tolist() == [[3, "Country", "R-COUNTRY-UNKNOWN"]]
    assert tables[2].to_numpy().tolist() == [["Ugunda", 1, "Uganda"]]
    assert "contraflow import --map own-own.toml FILE --store DIR --quarantine" in words(app)


def test_a_country_set_aside_comes_with_the_name_most_like_it(root: Path, tmp_path: Path) -> None:
    app = uploaded(
        tmp_path,
        rows=[GOOD, {**GOOD, "Country": "Kenia"}, {**GOOD, "Country": "Qwxyz"}, {**GOOD, "Country": "Keniya"}],
    )
    found = app.dataframe[3].value
    assert found[["Row", "Did you mean"]].to_numpy().tolist() == [[4, "–"], [5, "Kenya"]]


def test_incidents_are_listed_in_the_reader_s_words(root: Path, tmp_path: Path) -> None:
    attack = {"Event id": 7, "Date": "2020-01-31", "Country": "Kenya", "Town": "Lamu", "Killed": 3}
    app = uploaded(tmp_path, rows=[attack])
    assert not app.exception
    found = app.dataframe[2].value
    assert list(found) == ["Row", "First day", "Country", "Place", "People killed"]
    assert found.to_numpy().tolist() == [[2, "2020-01-31", "KEN", "Lamu", 3]]


def test_a_needed_column_is_asked_for_by_the_title_of_its_box(root: Path, tmp_path: Path) -> None:
    app = uploaded(tmp_path)
    kind = next(box for box in app.selectbox if str(box.key).startswith("own_record_kind_"))
    app = kind.set_value("incident").run()
    assert not app.exception
    assert not app.error
    assert "Choose the column that holds: Number of the record." in words(app)


def test_markup_in_a_cell_is_shown_not_obeyed(root: Path, tmp_path: Path) -> None:
    (found,) = (table.value for table in uploaded(tmp_path).dataframe if "What was found" in table.value)
    assert not any(sign in words for words in found["What was found"].astype("str") for sign in ("<", "![", "]("))


def test_nothing_is_stored_until_the_button_is_pressed(root: Path, tmp_path: Path) -> None:
    before = contents(root)
    app = uploaded(tmp_path)
    assert app.button(key="own_import").disabled
    assert "fill in: Publisher, Licence, How to cite it, Layer" in words(app)
    app = filled(app)
    assert not app.button(key="own_import").disabled
    assert contents(root) == before
    app = app.button(key="own_import").click().run()
    assert not app.exception
    assert "own.csv is in the store: 2 records." in words(app).replace("\\", "")
    (folder,) = [folder for folder in store.imports(root) if folder.name.startswith("own-own-")]
    assert pq.read_table(folder / "observations.parquet")["layer"].to_pylist() == ["wildlife"] * 2
    assert pq.read_table(folder / "quarantine.parquet")["rule_id"].to_pylist() == ["R-COUNTRY-UNKNOWN"]


def test_a_usual_layer_is_chosen_by_its_title(root: Path, tmp_path: Path) -> None:
    app = uploaded(tmp_path)
    (box,) = (box for box in app.selectbox if box.label == "Layer")
    assert box.options == ["Firearms", "Drugs", "Human trafficking", "Terrorism", "Another layer"]
    app = box.set_value("human_trafficking").run()
    assert "fill in: Publisher, Licence, How to cite it." in words(app)


def test_a_map_that_cannot_be_is_told_in_one_sentence(root: Path, tmp_path: Path) -> None:
    app = uploaded(tmp_path)
    app = layer(app, "1. Wildlife")
    assert not app.exception
    assert "layer is '1_wildlife'; write up to 40 small letters and digits" in app.error[0].value.replace("\\", "")


def test_the_synthetic_sample_takes_no_real_records(
    sample_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTRAFLOW_STORE", str(sample_root))
    app = filled(uploaded(tmp_path))
    assert app.button(key="own_import").disabled
    assert "synthetic sample, which real records must not join" in words(app)


def test_the_map_that_is_downloaded_reads_the_file_alike(root: Path, tmp_path: Path) -> None:
    app = filled(uploaded(tmp_path))
    assert [button.label for button in app.download_button] == ["Download the map", "Download the rows set aside"]
    path = files.table(tmp_path / "own.csv", ROWS, sep=";")
    assert main(["map", str(path), "--out", str(tmp_path / "MAP.toml")]) == 0
    text = (tmp_path / "MAP.toml").read_text(encoding="utf-8").replace(mapping.FILL_IN, "made up")
    (tmp_path / "MAP.toml").write_text(text, encoding="utf-8")
    parsed, _ = importing.tried(mapping.load(tmp_path / "MAP.toml"), path)
    assert len(parsed.observations) == 2


@pytest.mark.parametrize("name", ["../../x.csv", "CON.csv", "-rf.csv", "a" * 300 + ".csv"])
def test_check_12_an_upload_is_kept_under_a_generated_name(root: Path, tmp_path: Path, name: str) -> None:
    """Check 12: whatever the browser calls the file, it lies in a folder of its own while it is read, then nowhere."""
    with importing.uploaded(name, b"a,b\n1,2\n") as path:
        assert (path.name, path.read_bytes()) == ("upload.csv", b"a,b\n1,2\n")
        kept = path.parent
    assert not kept.exists()
    before = contents(tmp_path)
    app = uploaded(tmp_path, name)
    assert not app.exception
    assert {key: mark for key, mark in contents(tmp_path).items() if key != "made.csv"} == before


def test_check_16_the_limit_is_said_and_given_to_the_upload(root: Path) -> None:
    app = AppTest.from_function(page, default_timeout=120).run()
    assert app.file_uploader[0].proto.max_upload_size_mb == 50


def test_check_11_a_list_of_other_files_is_refused_on_the_page_too(root: Path, tmp_path: Path) -> None:
    app = AppTest.from_function(page, default_timeout=120).run()
    app.file_uploader[0].upload("a.geojson", b"<OGRVRTDataSource/>", "application/json")
    app = app.run()
    assert not app.exception
    assert "this is no GeoJSON" in app.error[0].value
