"""What has not changed is not done again, and what has changed is."""

from pathlib import Path

from scripts import fingerprint


def test_a_step_is_done_again_only_when_what_it_was_made_from_differs(tmp_path: Path) -> None:
    source, stamp = tmp_path / "source", tmp_path / "stamp"
    source.mkdir()
    (source / "a").write_text("one")
    made_from = fingerprint.of_files([source])
    assert not fingerprint.matches(stamp, made_from)
    fingerprint.leave(stamp, made_from)
    assert fingerprint.matches(stamp, fingerprint.of_files([source]))
    (source / "a").write_text("two")
    assert not fingerprint.matches(stamp, fingerprint.of_files([source]))


def test_a_file_that_was_renamed_added_or_removed_counts_as_a_change(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("same")
    before = fingerprint.of_files([tmp_path])
    (tmp_path / "a").rename(tmp_path / "b")
    renamed = fingerprint.of_files([tmp_path])
    (tmp_path / "c").write_text("")
    added = fingerprint.of_files([tmp_path])
    (tmp_path / "b").unlink()
    assert len({before, renamed, added, fingerprint.of_files([tmp_path])}) == 4


def test_a_path_that_is_not_there_is_nothing(tmp_path: Path) -> None:
    assert fingerprint.of_files([tmp_path / "gone"]) == fingerprint.of_files([])
