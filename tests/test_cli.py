"""What all commands have in common: help, options, exit codes, one line for what is wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from commanding import ROOT, command, config, environment, process

from open311_etl import cli
from open311_etl.cli import screen
from open311_etl.errors import SourceDown, WarehouseBusy

NAMES = [each.callback.__name__ for each in cli.app.registered_commands if each.callback]
GROUPS = [each.typer_instance for each in cli.app.registered_groups if each.typer_instance]
INNER = [f"{group.info.name} {each.name}" for group in GROUPS for each in group.registered_commands]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", [*NAMES, *INNER])
def test_the_help_of_every_command_has_an_example_of_it(name: str) -> None:
    ended = command(*name.split(), "--help")
    assert ended.code == 0
    assert f"open311-etl {name}" in ended.text.partition("Examples:")[2]
    assert ended.err == ""
    assert max(map(len, ended.text.splitlines())) <= 80


def test_the_help_names_all_commands_in_whole_sentences() -> None:
    ended = command("--help")
    listed = ended.text.partition("Commands:")[2].partition("Examples:")[0]
    assert [line.split()[0] for line in listed.split("\n") if line.strip()] == [
        *NAMES,
        *(group.info.name for group in GROUPS),
    ]
    assert "..." not in listed


def test_help_needs_none_of_the_heavy_libraries() -> None:
    code = (
        "import sys; from open311_etl.cli import run; run(['pull', '--help']);"
        "heavy = {'duckdb', 'pyarrow', 'pandas', 'prefect', 'starlette', 'httpx', 'rich.table'};"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, env=environment(), capture_output=True
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_real_command_ends_the_process_with_its_code() -> None:
    done = subprocess.run(
        process("pul"), check=False, env=environment(), capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "did you mean 'pull'" in done.stderr.lower()
    assert len(done.stderr.splitlines()) == 1


def test_no_command_waits_for_pandas_or_numpy() -> None:
    code = (
        "import sys; sys.argv = ['open311-etl', 'sources', 'chicago']\n"
        "from open311_etl.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "import duckdb; duckdb.execute('SELECT $a', {'a': 'x'}).to_arrow_table().to_pylist()\n"
        "sys.exit('pandas' in sys.modules or 'numpy' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, env=environment(), capture_output=True
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_version_is_told_everywhere_and_nothing_else() -> None:
    assert command("--version").text.split()[0] == "open311-etl"
    assert command("--version").code == 0


def test_a_call_without_anything_is_answered_with_the_help_on_stderr() -> None:
    ended = command()
    assert (ended.code, ended.out) == (2, b"")
    assert "Commands:" in ended.err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["sorces"], "sources"),
        (["pull", "chicago", "--strat", "2026-01-01"], "did you mean --start"),
        (["pull"], "missing argument 'SOURCE'"),
        (["pull", "chikago"], "did you mean chicago"),
        (["status", "chikago"], "did you mean chicago"),
        (["catalog", "chikago"], "did you mean chicago"),
        (["sources", "bostn"], "did you mean boston"),
        (["pull", "chicago", "--jobs", "0"], "--jobs"),
        (["pull", "chicago", "--jobs", "many"], "--jobs"),
        (["pull", "chicago", "--start", "yesterday"], '"yesterday" is no time'),
        (["pull", "chicago", "--start", "2026-03-01", "--end", "2026-02-01"], "is not after"),
        (["pull", "chicago", "--config", "nowhere.toml"], "nowhere.toml: no such"),
        (["query", "SELECT 1", "--format", "xls"], "'parquet'"),
        (["query"], "either SQL or -f"),
        (["query", "SELECT 1", "-f", "x.sql"], "either SQL or -f"),
        (["query", "-f", "nowhere.sql"], "nowhere.sql: cannot be read"),
        (["query", "SELECT $a", "-p", "a"], "NAME=VALUE"),
        (["query", "SELECT 1"], "no warehouse here yet"),
        (["status"], "no warehouse here yet"),
        (["publish"], "no warehouse here yet"),
        (["sandbox", "--fault", "row_kap=5"], 'did you mean "row_cap"'),
        (["sandbox", "--replay", "nowhere.ndjson"], "nowhere.ndjson: cannot be read"),
        (["submit", "chicago", "--service-code", "1"], "needs a place"),
        (["submit", "chicago", "--service-code", "1", "--lat", "41"], "go together"),
        (["submit", "chicago", "--service-code", "1", "--attribute", "A"], "CODE=VALUE"),
    ],
)
def test_a_wrong_call_is_told_in_one_line_and_ends_with_2(args: list[str], said: str) -> None:
    ended = command(*args)
    assert (ended.code, ended.out) == (2, b"")
    assert said in ended.line
    assert not Path("data").exists()


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('[sources.x]\nurl = "http://x/"\npage_sise = 5', 'did you mean "page_size"'),
        ('[sources.x]\nurl = "http://x/"\npage_size = "many"', "sources.x.page_size"),
        ("[sources.x\nurl =", "not valid TOML"),
        ("[sources.x]\npage_size = 5", 'lacks the key "url"'),
        ("[source.x]", 'did you mean "sources"'),
    ],
)
@pytest.mark.parametrize("args", [["pull", "chicago"], ["status"], ["query", "SELECT 1"]])
def test_a_broken_configuration_is_named_with_file_and_key(
    args: list[str], toml: str, said: str
) -> None:
    Path("mine.toml").write_text(toml)
    ended = command(*args, "--config", "mine.toml")
    assert (ended.code, ended.out) == (2, b"")
    assert "mine.toml" in ended.line
    assert said in ended.line


def test_the_environment_and_the_options_say_where_data_and_sources_are(tmp_path: Path) -> None:
    file = config(tmp_path / "mine.toml", springfield="http://127.0.0.1:1/")
    by_option = command("status", "--config", file, "--data-dir", "there")
    by_variable = command("status", OPEN311_CONFIG=str(file), OPEN311_DATA_DIR="there")
    assert by_option == by_variable
    assert "there/open311.duckdb" in by_option.line
    assert command("sources", "springfield", "--config", file).code == 0


@pytest.mark.parametrize("name", ["pull", "catalog", "publish"])
def test_a_data_directory_that_cannot_be_made_ends_with_4(name: str, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file in the way")
    args = [name] if name == "publish" else [name, "chicago"]
    ended = command(*args, "--data-dir", tmp_path / "taken")
    assert ended.code == (2 if name == "publish" else 4)
    assert "taken" in ended.line
    assert (tmp_path / "taken").read_text() == "a file in the way"


def test_options_before_the_command_are_told_their_place() -> None:
    assert "a command's options stand after its name" in command("--data-dir", "x", "status").line


def test_a_fault_of_ours_is_owned_up_to_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr("open311_etl.cli.profiles.show_all", broken)
    ended = command("sources")
    assert ended.code == 1
    assert "this is a fault in open311-etl: KeyError: 'x'" in ended.line
    told = command("sources", "-v")
    assert "Traceback" in told.err
    assert told.code == 1


def test_an_error_among_several_at_once_is_told_as_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise BaseExceptionGroup("", [ExceptionGroup("", [WarehouseBusy("held"), SourceDown("")])])

    monkeypatch.setattr("open311_etl.cli.profiles.show_all", broken)
    ended = command("sources")
    assert (ended.code, ended.line) == (4, "open311-etl: held")


def test_a_reader_who_has_enough_is_no_error() -> None:
    with subprocess.Popen(
        process("sources", "--json"),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.read(10)
        running.stdout.close()
        assert running.wait(60) == 0
        assert running.stderr.read() == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's")
def test_a_full_disk_behind_stdout_is_one_line_and_ends_with_4() -> None:
    buffered = {key: text for key, text in environment().items() if key != "PYTHONUNBUFFERED"}
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            process("sources"), check=False, stdout=full, stderr=subprocess.PIPE, env=buffered
        )
    assert done.returncode == 4
    assert done.stderr.decode().count("\n") == 1
    assert b"cannot be written" in done.stderr


def test_what_others_wrote_cannot_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    screen.warn("a\x1b[2J\x07b\nc")
    assert capsys.readouterr().err == "open311-etl: a\ufffd[2J\ufffdb c\n"


def test_the_command_of_the_project_file_is_this_one() -> None:
    assert 'open311-etl = "open311_etl.cli:main"' in (ROOT / "pyproject.toml").read_text()
    assert callable(cli.main)


def test_sources_are_listed_a_line_each_in_a_pipe_and_whole_as_json() -> None:
    lines = command("sources").text.splitlines()
    listed = command("sources", "--json").json
    assert len(lines) == len(listed) + 1
    chicago = next(each for each in listed if each["name"] == "chicago")
    assert chicago["url"].startswith("http")
    assert chicago["special"]["row_cap"] == 0
    assert {"life", "evidence", "title", "format"} <= chicago.keys()


def test_a_profile_is_shown_as_a_configuration_that_means_the_same(tmp_path: Path) -> None:
    before = command("sources", "chicago", "--json").json
    (tmp_path / "mine.toml").write_text(command("sources", "chicago").text)
    assert command("sources", "chicago", "--json", "--config", "mine.toml").json == before
    (tmp_path / "mine.toml").write_text(command("sources", "chicago.test").text)
    assert command("sources", "chicago.test", "--config", "mine.toml").code == 0
