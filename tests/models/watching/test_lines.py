"""Files of vehicles to look out for, as offices send them: what is read, and what is refused where and why."""

from __future__ import annotations

from datetime import date

import pytest

from models.local_plates import LocalForms, SampleFaulty, read_forms
from models.plates import CLASSES, Plate
from models.rules.definitions import WATCHED
from models.watching import names
from models.watching.lines import Listed, Refusal, read
from models.watching.spreadsheet import LARGEST, MOST_LINES, ListFaulty

TODAY = date(2026, 11, 28)
CHINESE = (
    "号牌号码,号牌种类,类别,日期,截止日期\n"
    "川T·A1235,小型汽车,黄标车,2026年12月31日,2027/6/30\n"
    "川TD12345,,被盗抢,20261101,\n"
)


def listed(text: str, kind: str | None = None, forms: LocalForms | None = None) -> Listed:
    return read(text.encode(), kind=kind, today=TODAY, forms=forms or LocalForms())


def refusals(text: str, kind: str | None = "stolen") -> list[tuple[int, str, str]]:
    return [(one.line, one.column, one.why) for one in listed(text, kind).refused]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_list_reads_alike_in_every_encoding_and_with_every_separator(encoding: str, separator: str) -> None:
    content = CHINESE.replace(",", separator).replace("\n", "\r\n").encode(encoding)
    found = read(content, kind=None, today=TODAY, forms=LocalForms())
    first, second = found.lines
    assert first.plate == Plate("川TA1235", "ordinary")
    assert (first.number, first.kind, first.dated, first.ends) == (
        2,
        "yellow_label",
        date(2026, 12, 31),
        date(2027, 6, 30),
    )
    assert (second.plate.plate_class, second.kind, second.dated) == ("nev_small", "stolen", date(2026, 11, 1))
    assert found.refused == ()


def test_an_english_header_will_do_and_strangers_columns_are_named_and_not_read() -> None:
    found = listed("Plate Number,Owner,Plate class,KIND\n川TA1235,张三,ordinary_large,cloned\n")
    assert found.ignored == ("Owner",)
    assert found.lines[0].plate == Plate("川TA1235", "ordinary_large")
    assert "张三" not in repr(found)


def test_the_kind_of_a_line_comes_before_that_of_the_file() -> None:
    found = listed("车牌,类别\n川TA1235,\n川TA1236,套牌\n", kind="yellow_label")
    assert [line.kind for line in found.lines] == ["yellow_label", "cloned"]


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        ("川TI1235", "plate", "letter_i_or_o"),
        ("川TA123", "plate", "too_short"),
        ("泉TA1235", "plate", "province"),
        ("川TX12345", "plate", "not_new_energy"),
        ("", "plate", "required"),
    ],
)
def test_a_plate_that_is_none_is_refused_with_its_line(text: str, where: str, why: str) -> None:
    assert refusals(f"车牌,日期\n川TA1235,\n{text},20261101\n川TA1236,\n") == [(3, where, why)]


def test_each_cell_is_refused_for_its_own_fault() -> None:
    lines = [
        "川TA1235,地铁,,,",
        "川TA1235,警车,,,",
        "川TA1235,,被遗忘,,",
        "川TA1235,,,2026-02-30,",
        "川TA1235,,,明天,",
        "川TA1235,,,,2026-11-27",
    ]
    assert refusals("车牌,号牌种类,类别,日期,截止日期\n" + "\n".join(lines)) == [
        (2, "class", "unknown"),
        (3, "class", "class_mismatch"),
        (4, "kind", "unknown"),
        (5, "date", "date"),
        (6, "date", "date"),
        (7, "until", "over"),
    ]
    assert refusals("车牌,类别\n川TA1235,\n", kind="stolen") == []
    assert refusals("车牌,起始日期,截止日期\n川TA1235,2027-01-02,2027-01-01\n") == [(2, "until", "order")]


def test_a_cell_with_a_line_break_does_not_shift_the_lines_that_are_told() -> None:
    text = '车牌,备注\n川TA1235,"两\n行"\n\n泉TA1235,x\n'
    assert refusals(text) == [(5, "plate", "province")]


def test_the_same_line_twice_is_one_and_another_word_on_the_same_vehicle_is_refused() -> None:
    found = listed("车牌,日期\n川TA1235,20261101\n川T A1235,2026-11-01\n川TA1235,20261102\n", "stolen")
    assert len(found.lines) == 1
    assert found.repeated == 1
    assert found.refused == (Refusal(4, "plate", "twice", "川TA1235", 2),)


def test_what_is_refused_names_its_vehicle_when_the_plate_can_be_read() -> None:
    found = listed("车牌,日期\n川TA1235,gestern\n泉,\n", "stolen")
    assert found.named == {("川TA1235", "ordinary")}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n \r\n", "empty"),
        (b"PK\x03\x04 a workbook", "not_text"),
        (b"\xff\xfe\x66\x8f", "encoding"),
        (b"\xff\xff\xff", "encoding"),
        ("甲,乙\n1,2\n".encode(), "no_header"),
        ("日期,类别\n20261101,stolen\n".encode(), "missing"),
        ("车牌,日期\n川TA1235,\n".encode(), "missing"),
        ("车牌,号牌号码,类别\n".encode(), "twice"),
        ('车牌,类别\n"川TA1235,stolen\n'.encode(), "quotes"),
        (("车牌,类别\n" + "x" * 201 + ",stolen\n").encode(), "too_long"),
        (("车牌,类别" + "," * 60 + "\n").encode(), "too_many_cells"),
        (b"a" * (LARGEST + 1), "too_large"),
        (("车牌,类别\n" + "川TA1235,stolen\n" * (MOST_LINES + 1)).encode(), "too_many_lines"),
    ],
)
def test_a_file_of_which_nothing_can_be_used_is_refused_as_a_whole(content: bytes, why: str) -> None:
    with pytest.raises(ListFaulty) as refused:
        read(content, kind=None, today=TODAY, forms=LocalForms())
    assert refused.value.why == why


def test_as_many_lines_as_are_allowed_are_read() -> None:
    text = "车牌,类别\n" + "".join(
        f"川TA{number:05d}"[:3] + f"{number:05d},stolen\n" for number in range(MOST_LINES)
    )
    found = listed(text)
    assert (len(found.lines), found.refused) == (MOST_LINES, ())


def test_every_kind_and_class_has_names_and_no_name_means_two_things() -> None:
    told = list(names.documented())
    assert {key for column, key, _ in told if column == "kind"} == set(WATCHED)
    assert {key for column, key, _ in told if column == "class"} == set(CLASSES)
    assert {key for column, key, _ in told if column == "column"} == set(names.COLUMNS)
    meant: dict[tuple[str, str], set[str]] = {}
    for column, key, said in told:
        for name in said.split(","):
            meant.setdefault((column, names.plain(name)), set()).add(key)
    assert [name for name, keys in meant.items() if len(keys) > 1] == []


@pytest.mark.parametrize(
    ("number", "fits"),
    [
        ("雅安A12345", True),
        ("雅安I12345", False),
        ("川T123456", True),
        ("川T12345", False),
        ("雅安A1234", False),
    ],
)
def test_an_electric_bicycles_plate_has_its_citys_form(number: str, fits: bool) -> None:
    forms = read_forms("雅安@##### 川T######")
    assert forms.fit(number) is fits
    found = listed(f"车牌,号牌种类\n{number},电动自行车\n", "stolen", forms)
    assert [one.why for one in found.refused] == ([] if fits else ["local_form"])


def test_without_a_form_whatever_is_painted_on_it_goes() -> None:
    assert read_forms(None).fit("随便写的")


@pytest.mark.parametrize(
    ("samples", "why"),
    [
        ("##", "too_short"),
        ("雅安@##########", "too_long"),
        ("雅安(@)+#", "bad_character"),
        ("雅安·####", "bad_character"),
        ("#1# " * 9, None),
        (" ".join(f"{number}###" for number in range(9)), "too_many"),
    ],
)
def test_samples_that_nobody_can_go_by_are_refused(samples: str, why: str | None) -> None:
    if why is None:
        assert read_forms(samples).samples == ("#1#",)
        return
    with pytest.raises(SampleFaulty) as refused:
        read_forms(samples)
    assert refused.value.why == why
