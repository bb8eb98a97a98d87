"""A set too large to copy is kept by its landmarks, and its images are read where they lie."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import fsspec
import numpy as np
import pyarrow as pa
import pytest

from core.arrays import UNLABELLED
from core.config import ProjectConfig
from core.data.carried import carried_of
from core.data.catalogue import Catalogue
from core.data.landmarks import draw_set
from core.data.parts.images import ImagesElsewhere
from core.data.parts.kept import KeptFiles
from core.data.parts.landmarks import MOST
from core.data.parts.opening import open_parts
from core.data.parts.sampling import uniform
from core.data.pictures import picture_at, thumbnail_at
from core.data.readers.found import BadImageError
from core.data.sets import Sets
from core.data.stored import StoredSet
from core.errors import InvalidDatasetError
from core.jobs.progress import CancelledError
from tests.core.data.parts.making import FEATURES, lists, table_of, write, write_part
from tests.core.data.readers.making import DIGITS, NAMES, TARGET, png

N = 200


@pytest.fixture
def sets(tmp_path: Path) -> Sets:
    return Sets(tmp_path / "sets", threads=2, fetched=KeptFiles(tmp_path / "images"))


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Digits in three parts of unlike sizes."""
    folder = tmp_path / "far"
    folder.mkdir()
    return write(str(folder), [table_of(slice(0, 30)), table_of(slice(30, 30)), rest_of()])


def rest_of() -> pa.Table:
    return table_of(slice(30, N))


def drawn(sets: Sets, url: str, n_landmarks: int = 50, **said: str) -> StoredSet:
    return sets.open(draw_set(sets, open_parts(url, said), "Far", n_landmarks).keep("Far"))


@pytest.fixture
def stored(sets: Sets, url: str) -> StoredSet:
    return drawn(sets, url)


# ---- what is kept


def test_landmarks_are_the_rows_that_were_chosen_with_all_that_is_told_of_them(stored: StoredSet):
    rows = uniform(open_parts_of(stored), 50, 0)
    np.testing.assert_array_equal(stored.rows, rows)
    np.testing.assert_array_equal(stored.features, FEATURES[rows])
    assert stored.head.class_names == NAMES
    np.testing.assert_array_equal(stored.truth, TARGET[rows])
    assert [stored.name(place) for place in range(50)] == [f"digit {row}" for row in rows]
    stored.check()


def open_parts_of(stored: StoredSet):
    parts = stored.parts
    assert parts is not None
    return parts


def test_the_whole_is_known_as_it_was(stored: StoredSet, url: str):
    elsewhere = stored.head.elsewhere
    assert elsewhere is not None
    assert (elsewhere.url, elsewhere.n_rows, elsewhere.n_parts) == (url, N, 3)
    assert (elsewhere.drawn, elsewhere.seed, elsewhere.n_left_out) == ("uniform", 0, 0)
    parts, now = open_parts_of(stored), open_parts(url)
    assert (parts.url, parts.files, parts.columns) == (now.url, now.files, now.columns)
    np.testing.assert_array_equal(
        parts.features(next(parts.read(parts.files[0], parts.columns.features, 10))), FEATURES[:10]
    )


def test_a_set_with_no_more_items_is_all_landmarks(sets: Sets, url: str):
    stored = drawn(sets, url, 1_000)
    assert stored.head.n_items == N
    assert stored.head.elsewhere is not None
    assert stored.head.elsewhere.drawn == "all"
    assert sorted(stored.rows.tolist()) == list(range(N))


@pytest.mark.parametrize("threads", [1, 7])
def test_however_many_read_the_landmarks_are_the_same(tmp_path: Path, url: str, threads: int):
    one = drawn(Sets(tmp_path / "one", threads=1), url)
    other = drawn(Sets(tmp_path / "other", threads=threads), url)
    assert one.head.fingerprint == other.head.fingerprint
    np.testing.assert_array_equal(one.names, other.names)


def test_projects_find_their_items_as_in_other_sets(sets: Sets, stored: StoredSet):
    catalogue = Catalogue(None, sets)
    entry = next(entry for entry in catalogue.entries() if entry.key == stored.key)
    assert (entry.n_items, entry.n_whole, entry.problem) == (50, N, "")
    config = ProjectConfig(dataset=stored.key, n_samples=20, kernel="knn", known_labels="truth")
    dataset, contents = catalogue.open(config)
    assert (dataset.n_items, contents.n_items) == (20, 50)
    assert dataset.has_own_features
    assert not dataset.has_pixels
    np.testing.assert_array_equal(dataset.images[3], DIGITS[stored.rows[3]])


def test_rows_whose_features_cannot_be_used_are_left_out_and_counted(sets: Sets, tmp_path: Path):
    features = FEATURES[:40].copy()
    features[[3, 17]] = np.nan
    table = table_of(slice(0, 40)).set_column(2, "embedding", lists(features))
    (tmp_path / "bad").mkdir()
    parts = open_parts(write(str(tmp_path / "bad"), [table]))
    draft = draw_set(sets, parts, "Bad", 100)
    assert draft.report.n_items == 38
    assert draft.report.notes[0].startswith("2 items that would be landmarks are left out")
    assert not {3, 17} & set(draft.stored.rows.tolist())
    np.testing.assert_array_equal(draft.stored.features, FEATURES[draft.stored.rows])
    assert draft.stored.name(5) == f"digit {draft.stored.rows[5]}"
    draft.drop()


def test_labels_that_are_no_classes_are_told_of_and_left(sets: Sets, tmp_path: Path):
    texts = pa.array([None, *(f"a text {n}" for n in range(1_199))])
    table = pa.table({"embedding": lists(np.eye(1_200, 8, dtype=np.float32))})
    table = table.append_column("label", texts).append_column("image", pa.array([b"?"] * 1_200))
    (tmp_path / "texts").mkdir()
    draft = draw_set(sets, open_parts(write(str(tmp_path / "texts"), [table])), "Texts")
    assert draft.stored.truth is None
    assert "“label” is not taken for labels" in draft.report.notes[0]
    draft.drop()


def test_numbers_of_classes_have_the_names_that_hugging_face_keeps(sets: Sets, tmp_path: Path):
    told = {"info": {"features": {"label": {"_type": "ClassLabel", "names": list("abcdefghij")}}}}
    labels = pa.array([-1, None, *TARGET[2:30].tolist()], pa.int64())
    table = table_of(slice(0, 30)).set_column(3, "label", labels)
    table = table.replace_schema_metadata({"huggingface": json.dumps(told)})
    (tmp_path / "hf").mkdir()
    stored = drawn(sets, write(str(tmp_path / "hf"), [table]))
    assert stored.head.class_names == tuple("abcdefghij")
    expected = np.concatenate([[UNLABELLED] * 2, TARGET[2:30]])
    np.testing.assert_array_equal(stored.truth, expected[stored.rows])


def test_rows_without_names_are_called_by_part_and_number(sets: Sets, tmp_path: Path):
    tables = [table_of(rows).drop_columns(["id"]) for rows in (slice(0, 20), slice(20, 40))]
    (tmp_path / "nameless").mkdir()
    stored = drawn(sets, write(str(tmp_path / "nameless"), tables), 40)
    place = stored.rows.tolist().index(23)
    assert stored.name(place) == "part-001.parquet:3"


# ---- what is refused


def test_features_alone_are_no_set_to_label(sets: Sets, tmp_path: Path):
    write(str(tmp_path), [table_of(slice(0, 9)).drop_columns(["image"])])
    with pytest.raises(InvalidDatasetError, match="holds images, and without them nobody can say"):
        draw_set(sets, open_parts(str(tmp_path)), "No images")


@pytest.mark.parametrize("number", [0, 1, MOST + 1])
def test_too_few_or_too_many_landmarks_are_refused(sets: Sets, url: str, number: int):
    with pytest.raises(InvalidDatasetError, match="Choose 2 to 2,000,000"):
        draw_set(sets, open_parts(url), "Far", number)


def test_features_that_do_not_fit_into_memory_are_refused(sets: Sets, url: str):
    wide = replace(open_parts(url), n_features=2**26)
    with pytest.raises(InvalidDatasetError, match="Draw 32 landmarks at most"):
        draw_set(sets, wide, "Wide", 50)


def test_a_set_without_usable_features_is_refused_and_leaves_nothing(sets: Sets, tmp_path: Path):
    table = table_of(slice(0, 9)).set_column(2, "embedding", lists(FEATURES[:9] * np.nan))
    (tmp_path / "nan").mkdir()
    write(str(tmp_path / "nan"), [table])
    with pytest.raises(InvalidDatasetError, match=r"Of 9 rows of .* 0 have features"):
        draw_set(sets, open_parts(str(tmp_path / "nan")), "Nan")
    assert [*(tmp_path / "sets").iterdir()] == []


def test_a_set_that_changes_while_it_is_read_is_refused(sets: Sets, tmp_path: Path, url: str):
    def change(stage: str, _share: float, /) -> None:
        if stage == "Choosing landmarks":
            write_part(url, 0, table_of(slice(1, 31)))

    with pytest.raises(InvalidDatasetError, match=r"part-000\.parquet has changed while"):
        draw_set(sets, open_parts(url), "Far", 50, progress=change)
    assert [*(tmp_path / "sets").iterdir()] == []


def test_drawing_can_be_stopped_and_leaves_nothing(sets: Sets, tmp_path: Path, url: str):
    asked = threading.Event()

    def stop(stage: str, _share: float, /) -> None:
        if stage == "Reading landmarks":
            asked.set()
            raise CancelledError

    with pytest.raises(CancelledError):
        draw_set(sets, open_parts(url), "Far", 50, progress=stop)
    assert asked.is_set()
    assert [*(tmp_path / "sets").iterdir()] == []


def test_a_set_of_a_newer_version_is_no_damaged_one(sets: Sets, stored: StoredSet):
    path = stored.folder / "set.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    assert told["v"] == 2, "older apps know 1 alone"
    path.write_text(json.dumps(told | {"v": 3, "more": 1}), encoding="utf-8")
    with pytest.raises(InvalidDatasetError, match="by a newer version of Labelspread"):
        sets.head(stored.key)


def test_landmarks_do_not_go_along_with_a_project(sets: Sets, stored: StoredSet):
    with pytest.raises(InvalidDatasetError, match="too large to be copied"):
        carried_of(Catalogue(None, sets), stored.key)


@pytest.mark.parametrize("changed", [{"v": 1}, {"originals": "files"}, {"elsewhere": None}])
def test_a_head_that_says_both_here_and_elsewhere_is_damaged(
    sets: Sets, stored: StoredSet, changed: dict[str, object]
):
    path = stored.folder / "set.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(told | changed), encoding="utf-8")
    with pytest.raises(InvalidDatasetError, match="is damaged"):
        sets.head(stored.key)


@pytest.mark.parametrize("name", ["parts.arrow", "rows.bin", "features.bin", "table.arrow"])
def test_damage_is_told_of(stored: StoredSet, name: str):
    path = stored.folder / name
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(InvalidDatasetError, match="is damaged"):
        StoredSet(stored.folder).check()


def test_rows_that_are_not_in_the_set_are_damage(stored: StoredSet):
    (stored.folder / "rows.bin").write_bytes(np.full(50, N, "<i8").tobytes())
    with pytest.raises(InvalidDatasetError, match="is damaged"):
        StoredSet(stored.folder).check()


# ---- sets that move or change


def test_the_same_landmarks_from_another_place_are_read_from_there(
    sets: Sets, stored: StoredSet, tmp_path: Path, url: str
):
    Path(url).rename(tmp_path / "moved")
    with pytest.raises(BadImageError):
        stored.image(1)
    moved = drawn(sets, str(tmp_path / "moved"))
    assert moved.key == stored.key
    np.testing.assert_array_equal(moved.image(1), DIGITS[moved.rows[1]])
    # Whoever has the set open already reads from there, too.
    np.testing.assert_array_equal(stored.image(2), DIGITS[stored.rows[2]])


def test_whoever_joins_a_set_does_not_move_it(sets: Sets, tmp_path: Path, url: str):
    parts = open_parts(url)
    key = draw_set(sets, parts, "Far", 50).keep("Far", "anna")
    Path(url).rename(tmp_path / "moved")
    again = draw_set(sets, open_parts(str(tmp_path / "moved")), "Far", 50).keep("Far", "ben")
    assert again == key
    head = sets.head(key)
    assert head.owners == ("anna", "ben")
    assert head.elsewhere is not None
    assert head.elsewhere.url == url


def test_an_image_is_not_taken_from_a_row_in_which_another_stands_by_now(
    stored: StoredSet, url: str
):
    in_last = int(np.flatnonzero(stored.rows >= 30)[0])
    write_part(url, 2, rest_of().slice(1).append_column("x", pa.array([1] * (N - 31))))
    with pytest.raises(BadImageError, match="has changed since landmarks were drawn"):
        stored.image(in_last)
    # The rows are what they were, and more is told of them.
    write_part(url, 2, rest_of().append_column("x", pa.array([1] * (N - 30))))
    np.testing.assert_array_equal(stored.image(in_last), DIGITS[stored.rows[in_last]])


def test_a_name_is_that_of_features_and_id_alone(sets: Sets, tmp_path: Path, stored: StoredSet):
    table = table_of(slice(0, N)).drop_columns(["label"])
    (tmp_path / "unlabelled").mkdir()
    other = drawn(sets, write(str(tmp_path / "unlabelled"), [table]))
    assert other.key != stored.key
    np.testing.assert_array_equal(other.names, stored.names)


# ---- images


def test_images_are_read_once_and_kept(stored: StoredSet, url: str, tmp_path: Path):
    assert not (tmp_path / "images").exists(), "none is fetched before it is looked at"
    image = stored.image(4)
    np.testing.assert_array_equal(image, DIGITS[stored.rows[4]])
    fsspec.filesystem("file").rm(url, recursive=True)
    np.testing.assert_array_equal(stored.image(4), image)
    np.testing.assert_array_equal(stored.glance(4, 100), image)
    assert stored.screen(4) is None
    with pytest.raises(BadImageError, match="There is nothing at"):
        stored.image(5)


def test_an_image_that_is_too_large_for_a_screen_has_a_smaller_size(sets: Sets, tmp_path: Path):
    random = np.random.default_rng(0)
    large = png(random.integers(0, 256, (900, 1000, 3), dtype=np.uint8))
    table = table_of(slice(0, 9)).set_column(0, "image", pa.array([large] * 9))
    (tmp_path / "large").mkdir()
    stored = drawn(sets, write(str(tmp_path / "large"), [table]), 9)
    screen = stored.screen(0)
    assert screen is not None
    assert screen.startswith(b"\xff\xd8\xff")
    assert stored.image(0).shape == (900, 1000, 3)
    assert picture_at(stored.dataset(), 0).content == screen


def test_an_image_that_cannot_be_read_says_why_and_leaves_the_others(sets: Sets, tmp_path: Path):
    images = [png(DIGITS[0]), b"no image", None]
    table = table_of(slice(0, 3)).set_column(0, "image", pa.array(images, pa.binary()))
    (tmp_path / "some").mkdir()
    stored = drawn(sets, write(str(tmp_path / "some"), [table]), 3)
    good, bad, none = (stored.rows.tolist().index(row) for row in range(3))
    np.testing.assert_array_equal(stored.image(good), DIGITS[0])
    with pytest.raises(BadImageError, match="digit 1 is text, not an image"):
        stored.image(bad)
    with pytest.raises(BadImageError, match="no image in this row"):
        stored.image(none)
    colours = {"ink": "#000", "paper": "#fff"}
    drawn_as = [thumbnail_at(stored.dataset(), n, **colours) for n in (good, bad, none)]
    assert drawn_as[1] == drawn_as[2] != drawn_as[0]


def test_what_does_not_answer_for_long_is_left_alone_for_a_moment(stored: StoredSet):
    seconds, asked = [100.0], []

    def wait_in_vain(_root: object, address: str) -> bytes:
        asked.append(address)
        seconds[0] += 6.0
        raise BadImageError("It does not come.", "")

    images = ImagesElsewhere(
        open_parts_of(stored),
        stored.rows,
        stored.names,
        lambda place: f"https://{'aaaab'[place]}.example.org/a.png",
        fetch=wait_in_vain,
        clock=lambda: seconds[0],
    )
    for place in (0, 1, 2, 4):
        told = "a.example.org does not answer" if place in {1, 2} else "does not come"
        with pytest.raises(BadImageError, match=told):
            images.file(place)
    assert len(asked) == 2
    seconds[0] += 20.0
    with pytest.raises(BadImageError, match="does not come"):
        images.file(3)


def test_images_beside_the_parts_are_read_by_their_paths(sets: Sets, tmp_path: Path):
    folder = tmp_path / "beside"
    (folder / "images").mkdir(parents=True)
    for number in range(9):
        (folder / "images" / f"{number}.png").write_bytes(png(DIGITS[number]))
    paths = pa.array([f"images/{number}.png" for number in range(9)])
    table = table_of(slice(0, 9)).set_column(0, "path", paths)
    stored = drawn(sets, write(str(folder), [table]), 9)
    assert stored.told(2)["address"] == f"images/{stored.rows[2]}.png"
    for place in range(9):
        np.testing.assert_array_equal(stored.image(place), DIGITS[stored.rows[place]])


def test_of_kept_images_those_go_first_that_nobody_asks_for(tmp_path: Path):
    kept = KeptFiles(tmp_path / "kept", most=1_000)
    for number in range(30):
        kept.put(f"{number:02}", bytes(100))
        assert kept.get("00") is not None, "it is asked for again and again"
    there = sorted(path.name for path in (tmp_path / "kept").iterdir())
    assert len(there) <= 10
    assert there[0] == "00"
    assert there[-1] == "29"


def test_where_nothing_can_be_kept_images_are_fetched_each_time(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    kept = KeptFiles(tmp_path / "file" / "kept")
    kept.put("a", b"1")
    assert kept.get("a") is None


@pytest.fixture
def memory() -> Iterator[str]:
    yield "memory://bucket/far"
    fsspec.filesystem("memory").rm("bucket", recursive=True)


def test_a_set_in_a_bucket_is_drawn_and_looked_at_in_the_same_way(sets: Sets, memory: str):
    stored = drawn(sets, write(memory, [table_of(slice(0, 60)), table_of(slice(60, 99))]))
    np.testing.assert_array_equal(stored.features, FEATURES[stored.rows])
    np.testing.assert_array_equal(stored.image(7), DIGITS[stored.rows[7]])
