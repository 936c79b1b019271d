"""`unroll grade --scheduler` gives a class to machines of dask: what travels, what is refused, what is done again."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from schemas import complaints
from scripted import ScriptedCrew

from autograder.course.model import Course, load_course
from autograder.errors import GradingError, UsageError
from autograder.grading import cluster, cluster_worker
from autograder.grading.cluster import ENDED, Cluster
from autograder.grading.cluster_course import pack_course, unpack_course
from autograder.grading.cluster_host import others_here
from autograder.grading.cluster_worker import MACHINE, Host, grade_chunk, release
from autograder.grading.dask_address import read_address, safe_address
from autograder.grading.fingerprint import fingerprint, parts
from autograder.grading.request import ExaminerRequest
from autograder.intake import HandIn, Source
from autograder.isolation.inside.sandbox import LAYERS

HERE, OTHER = "tcp://127.0.0.1:4001", "tcp://127.0.0.1:4002"
STRONG = {"layers": dict.fromkeys(LAYERS, "yes"), "weakness": "", "budget": 15.0}
WEAK = {"layers": {}, "weakness": "Isolation is only process-only here;", "budget": 20.0}
SETTINGS = {"course": ".", "assignment": "play", "seed": "s", "fingerprint": "f" * 64}


@pytest.mark.parametrize(
    "text", ["tcp://127.0.0.1:8786", "127.0.0.1:8786", "localhost:8786", "tcp://[::1]:8786", "tls://grade.x.org:8786"]
)
def test_this_machine_and_encrypted_ways_are_safe(text: str) -> None:
    assert safe_address(text).port == 8786
    assert read_address(str(safe_address(text))) == safe_address(text)


@pytest.mark.parametrize("text", ["tcp://10.0.0.5:8786", "grade.x.org:8786", "tcp://0.0.0.0:8786", "127.0.0.1.x.org:1"])
def test_what_others_could_read_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UsageError, match=r"not encrypted.*Use tls:// with certificates") as said:
        safe_address(text)

    assert "\n" not in str(said.value)


@pytest.mark.parametrize(
    "text", ["here", "tcp://", "tcp://127.0.0.1", "ucx://127.0.0.1:1", "http://127.0.0.1:1", "a:b:c"]
)
def test_what_is_no_address_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UsageError, match=r"is no address such as tls://host:8786"):
        safe_address(text)


def test_a_hand_in_travels_as_plain_data_and_arrives_as_it_was() -> None:
    rival = Source("double", "old.py", ("x = 1\n",), False, label="old")
    source = Source("double", "d.ipynb", ("a", "b"), True, ("A note.",), "", "", (rival,), "look", "new")
    hand_in = HandIn("Zoë", "zoe-1", {"double": source}, ("Packed.",), "", "d" * 64, ("x.txt",))

    assert HandIn.from_json(json.loads(json.dumps(hand_in.to_json()))) == hand_in
    request = ExaminerRequest("Zoë", "zoe-1", hand_in=hand_in.to_json())
    assert HandIn.from_json(ExaminerRequest.from_json(json.loads(json.dumps(request.to_json()))).hand_in) == hand_in


def test_a_course_that_arrives_is_the_same(mini: Course, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()

    unpack_course(pack_course(mini, "play"), tmp_path / "there")

    there = load_course(tmp_path / "there")
    assert fingerprint(there, "play", "s") == fingerprint(mini, "play", "s")
    settings = {"assignment": "play", "seed": "s", "fingerprint": fingerprint(mini, "play", "s")}
    assert others_here(there, settings) == ""


def test_another_lesson_on_a_machine_is_named(mini: Course) -> None:
    settings = {"assignment": "play", "seed": "s", "fingerprint": fingerprint(mini, "play", "s")}
    settings["parts"] = parts(mini, "play")
    path = mini.root / "solutions" / "play" / "double" / "test_hidden.py"
    path.write_text(path.read_text() + "\n# another line\n")

    assert "another one of the lesson double than" in others_here(mini, settings)


class Killed(Exception):
    """What dask says of a task that has ended its workers."""


Killed.__name__ = "KilledWorker"


class ScriptedFuture:
    """The end of a chunk that a test has thought out."""

    def __init__(self, key: str, end: Any) -> None:
        self.key, self._end = key, end
        self.status = "error" if isinstance(end, Exception) else "finished"
        self.is_released = False

    def release(self) -> None:
        self.is_released = True

    def result(self, timeout: float) -> bytes:
        return json.dumps(self._end).encode()

    def exception(self, timeout: float) -> Exception:
        assert isinstance(self._end, Exception)
        return self._end

    def add_done_callback(self, told: Callable[[Any], None]) -> None:
        told(self)


class ScriptedLoop:
    """The thread of dask that does what it is asked."""

    def add_callback(self, asked: Callable[[], None]) -> None:
        asked()


class ScriptedClient:
    """A client of dask whose workers answer as a test says."""

    status = "running"

    def __init__(self, answer: Callable[[list[str], bytes], Any], workers: Sequence[str] = (HERE,)) -> None:
        self._answer, self._workers = answer, dict.fromkeys(workers, 1)
        self.sent: list[tuple[Any, ...]] = []
        self.ran: list[tuple[Any, ...]] = []
        self.futures: list[ScriptedFuture] = []
        self.loop = ScriptedLoop()

    def nthreads(self) -> dict[str, int]:
        return self._workers

    def submit(self, function: Any, *sent: Any, key: str, workers: list[str] | None, pure: bool) -> ScriptedFuture:
        assert function is grade_chunk and not pure
        self.sent.append(sent)
        _, _, packed, chunk = sent
        end = self._answer([one["student"] for one in json.loads(chunk)] if chunk else [], packed)
        worker = HERE if chunk else (workers or [HERE])[0]
        self.futures.append(ScriptedFuture(key, end if isinstance(end, Exception) else {"worker": worker, **end}))
        return self.futures[-1]

    def run(self, *ran: Any, on_error: str) -> None:
        self.ran.append(ran)

    def cancel(self, futures: Sequence[Any], force: bool) -> None:
        pass

    def close(self, timeout: float = 0) -> None:
        pass

    @property
    def chunks(self) -> list[list[str]]:
        return [[one["student"] for one in json.loads(chunk)] for *_, chunk in self.sent if chunk]


class ScriptedReader(ScriptedCrew):
    """A reader for whom each hand-in is its path; `same` is graded already, and `lost` ends it."""

    answers: ClassVar[dict[str, dict[str, Any]]] = {"same": {"same": True}, "lost": {"lost": "It ended."}}

    def __init__(self, settings: dict[str, Any], jobs: int, module: str) -> None:
        assert module == "autograder.grading.reader"

    def grade(self, requests: Sequence[ExaminerRequest]) -> Iterator[tuple[str, ExaminerRequest, dict[str, Any]]]:
        for request in requests:
            yield "start", request, {}
            yield "done", request, self.answers.get(request.path, {"hand_in": {"text": request.path}})


def graded(students: Sequence[str], packed: bytes = b"") -> dict[str, Any]:
    return {**STRONG, "answers": {one: {"result": one} for one in students}} if students else STRONG


Opener = Callable[..., tuple[Cluster, ScriptedClient]]


@pytest.fixture
def opened(mini: Course, monkeypatch: pytest.MonkeyPatch) -> Opener:
    """Open a cluster whose machines answer as a test says."""

    def opener(answer: Callable[[list[str], bytes], Any] = graded, weak: bool = False, **more: Any) -> Any:
        client = ScriptedClient(answer, **more)
        monkeypatch.setattr(cluster, "connect", lambda address: client)
        monkeypatch.setattr(cluster, "Crew", ScriptedReader)
        return Cluster(SETTINGS, "127.0.0.1:8786", mini, {}, weak), client

    return opener


def requests(*paths: str) -> list[ExaminerRequest]:
    return [ExaminerRequest(f"s{n}", f"s{n}", path) for n, path in enumerate(paths)]


def run(opened: tuple[Cluster, ScriptedClient], asked: Sequence[ExaminerRequest]) -> dict[str, dict[str, Any]]:
    """Grade; return the answers, of which each student has one."""
    with opened[0] as crew:
        crew.wait_until_warm()
        events = list(crew.grade(asked))
    done = [(request, answer) for event, request, answer in events if event == "done"]
    assert sorted(one.student for one, _ in done) == sorted(one.student for one in asked)
    assert all(one in asked for one, _ in done)
    return {one.student: answer for one, answer in done}


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let eight hand-ins travel together, as on a large cluster."""
    monkeypatch.setattr(cluster, "chunk_size", lambda hand_ins, workers: 8)


@pytest.mark.usefixtures("together")
def test_hand_ins_travel_in_chunks_and_each_has_an_answer(opened: Opener) -> None:
    crew, client = opened(workers=(HERE, OTHER))

    answers = run((crew, client), requests(*["text"] * 70))

    assert {len(chunk) for chunk in client.chunks} == {8, 6}
    assert answers["s3"] == {"result": "s3"}
    assert crew.tier == "strong" and crew.machines == {HERE: "strong", OTHER: "strong"}
    assert all(future.is_released for future in client.futures)


@pytest.mark.parametrize(
    ("hand_ins", "workers", "size"), [(4000, 2, 1), (4000, 31, 1), (4000, 32, 2), (10_000, 500, 5), (10**6, 500, 8)]
)
def test_each_result_comes_at_once_unless_too_many_would_come(hand_ins: int, workers: int, size: int) -> None:
    assert cluster.chunk_size(hand_ins, workers) == size


def test_each_hand_in_travels_alone_to_a_few_machines(opened: Opener) -> None:
    crew, client = opened(workers=(HERE, OTHER))

    run((crew, client), requests(*["text"] * 70))

    assert {len(chunk) for chunk in client.chunks} == {1}


def test_only_texts_and_bytes_travel(opened: Opener) -> None:
    crew, client = opened()

    run((crew, client), requests("text"))

    assert [tuple(map(type, sent)) for sent in client.sent] == [(str, str, bytes, str)] * 2
    assert client.sent[0][2] and not client.sent[1][2]  # the course goes to each machine once


def test_what_is_graded_already_stays_here(opened: Opener) -> None:
    crew, client = opened()

    answers = run((crew, client), requests("same", "text", "lost"))

    assert client.chunks == [["s1"]]
    assert answers["s0"] == {"same": True} and answers["s2"] == {"lost": "It ended."}


def test_a_machine_that_comes_later_gets_the_course(opened: Opener) -> None:
    crew, client = opened(lambda students, packed: graded(students) if packed else {"want": True})

    assert run((crew, client), requests("text"))["s0"] == {"result": "s0"}
    assert [bool(sent[2]) for sent in client.sent] == [True, False, True]


@pytest.mark.usefixtures("together")
@pytest.mark.parametrize("end", [Killed("4 workers"), {"died": True}], ids=["dask's worker", "ours beside it"])
def test_a_hand_in_that_ends_machines_costs_itself_alone(opened: Opener, end: Any) -> None:
    crew, client = opened(lambda students, packed: end if "s5" in students else graded(students))

    answers = run((crew, client), requests(*["text"] * 64))

    assert answers.pop("s5") == {"lost": ENDED}
    assert answers == {one: {"result": one} for one in answers}
    assert client.chunks.count(["s5"]) == 1  # once with others, once alone


def test_what_dask_could_not_begin_stops_the_run_with_the_reason(opened: Opener) -> None:
    crew, client = opened(lambda students, packed: ModuleNotFoundError("autograder") if students else STRONG)

    with pytest.raises(GradingError, match=r"ModuleNotFoundError: autograder. Is the same kit installed there"):
        run((crew, client), requests("text"))


def test_a_machine_that_refuses_is_named(opened: Opener) -> None:
    crew, client = opened(lambda students, packed: {"refused": "It has another one of the kit."})

    with pytest.raises(GradingError, match=rf"The worker {HERE} cannot grade. It has another one of the kit."):
        run((crew, client), requests("text"))


def test_a_machine_that_cannot_grade_now_costs_nothing_while_another_can(opened: Opener) -> None:
    ends = iter([{"died": True, "why": "Too little memory."}])
    crew, client = opened(
        lambda students, packed: graded(students) if students else next(ends, STRONG), workers=(HERE, OTHER)
    )

    assert run((crew, client), requests("text"))["s0"] == {"result": "s0"}
    assert crew.machines == {OTHER: "strong", HERE: "strong"}  # it could, a moment later


def test_the_reason_is_told_where_no_machine_can_grade(opened: Opener) -> None:
    crew, client = opened(lambda students, packed: {"died": True, "why": "Too little memory."})

    with pytest.raises(GradingError, match=r"^Too little memory\.$"):
        run((crew, client), requests("text"))


def test_a_weak_machine_is_refused_with_the_reason(opened: Opener) -> None:
    crew, client = opened(lambda students, packed: WEAK)

    with pytest.raises(
        GradingError, match=rf"The worker {HERE}: Isolation is only process-only here; grade on machines"
    ):
        run((crew, client), requests("text"))
    assert client.chunks == []


def test_the_tier_is_that_of_the_weakest_machine(opened: Opener) -> None:
    crew, client = opened(lambda students, packed: {**WEAK, **({"answers": {"s0": {}}} if students else {})}, weak=True)

    run((crew, client), requests("text"))

    assert crew.tier == "process-only" and crew.machines == {HERE: "process-only"}
    assert HERE in crew.weakness


def test_a_machine_elsewhere_that_is_not_encrypted_gets_nothing(opened: Opener) -> None:
    crew, client = opened(workers=("tcp://10.0.0.7:4000",))

    with pytest.raises(GradingError, match=r"10\.0\.0\.7:4000 is on another machine and not encrypted"):
        run((crew, client), requests("text"))
    assert client.sent == []


def test_without_machines_the_run_ends_after_a_while(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "ALONE_SECONDS", 0.0)
    crew, client = opened(workers=())

    with pytest.raises(GradingError, match=r"No worker of dask is at tcp://127.0.0.1:8786"):
        run((crew, client), requests("text"))


def test_a_scheduler_that_is_gone_ends_the_run(opened: Opener) -> None:
    crew, client = opened()
    client.status = "closed"

    with pytest.raises(GradingError, match=r"is gone. Run the same command again: what is graded is kept"):
        run((crew, client), requests("text"))


def test_whatever_happens_all_machines_are_told_that_the_run_has_ended(opened: Opener) -> None:
    crew, client = opened()

    with pytest.raises(KeyboardInterrupt), crew:
        raise KeyboardInterrupt

    assert client.ran == [(release, client.sent[0][0] if client.sent else crew._run)]


def test_workers_in_the_record_of_a_run_are_as_described() -> None:
    wrong = [one for one in complaints("run", {"workers": {HERE: "strong"}}) if "workers" in one]

    assert wrong == []


def test_without_dask_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)

    with pytest.raises(UsageError, match=r"is not installed\. Install it: pip install 'unroll\[cluster\]'$"):
        cluster.connect("tcp://127.0.0.1:8786")


def test_without_certificates_one_line_says_which_settings_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Security:
        def __init__(self, require_encryption: bool) -> None:
            assert require_encryption

        def get_connection_args(self, role: str) -> dict[str, Any]:
            return {"ssl_context": None}

    monkeypatch.setitem(sys.modules, "distributed", SimpleNamespace(Security=Security))

    with pytest.raises(UsageError, match=r"needs certificates.*ca-file, client\.cert and client\.key"):
        cluster.connect("tls://grade.x.org:8786")


class ScriptedProcess:
    """The process beside a worker of dask, as a test has thought it out."""

    def __init__(self, *answers: dict[str, Any] | None) -> None:
        self._answers = list(answers)
        self.channel: Any = self
        self.got: list[Any] = []
        self.is_closed = False

    def send(self, message: Any) -> None:
        self.got.append(message)

    def poll(self, timeout: float) -> bool:
        return bool(self._answers)  # with none left it is silent

    def receive(self) -> dict[str, Any]:
        answer = self._answers.pop(0)
        if answer is None:
            raise EOFError
        return answer

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., ScriptedProcess]]:
    """Let a worker of dask start a process that answers so."""
    MACHINE.hosts.clear()
    MACHINE.ended.clear()

    def starts(*answers: dict[str, Any] | None, threads: int = 1) -> ScriptedProcess:
        process = ScriptedProcess(*answers)
        monkeypatch.setattr(cluster_worker, "start", lambda settings, module: process)
        monkeypatch.setattr(cluster_worker, "_place", lambda: (HERE, str(tmp_path), threads))
        return process

    yield starts
    MACHINE.hosts.clear()
    MACHINE.ended.clear()


def asked(packed: bytes = b"course", chunk: str = "[1]") -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(grade_chunk("run", "{}", packed, chunk))
    assert answer.pop("worker") == HERE
    return answer


def test_a_worker_of_dask_hands_chunks_on(beside: Callable[..., ScriptedProcess]) -> None:
    process = beside(STRONG, {"answers": {"s0": 1}}, {"answers": {"s1": 2}})

    assert asked(chunk="") == STRONG
    assert asked(b"") == {**STRONG, "answers": {"s0": 1}}
    assert asked(b"") == {**STRONG, "answers": {"s1": 2}}
    assert process.got == [[1], [1]]


def test_a_worker_of_dask_without_the_course_asks_for_it(beside: Callable[..., ScriptedProcess]) -> None:
    beside()

    assert asked(b"") == {"want": True}


def test_a_worker_of_dask_with_several_threads_refuses(beside: Callable[..., ScriptedProcess]) -> None:
    beside(threads=4)

    assert "Start it with --nthreads 1" in asked()["refused"]


@pytest.mark.parametrize("answers", [[None], [STRONG, None]], ids=["at once", "in the middle"])
def test_the_end_of_the_process_beside_is_told(
    beside: Callable[..., ScriptedProcess], answers: list[dict[str, Any] | None]
) -> None:
    process = beside(*answers)

    assert asked() == {"died": True, "why": ""}
    assert process.is_closed and not MACHINE.hosts


def test_what_a_killed_process_beside_leaves_is_removed(beside: Callable[..., ScriptedProcess], tmp_path: Path) -> None:
    beside(STRONG, None)
    (tmp_path / "unroll-run" / "solutions").mkdir(parents=True)

    assert "died" in asked()

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("answers", [[{"failed": "No."}], [STRONG, {"failed": "No."}]], ids=["at once", "then"])
def test_why_a_machine_could_not_grade_now_is_told(
    beside: Callable[..., ScriptedProcess], answers: list[dict[str, Any] | None]
) -> None:
    process = beside(*answers)

    assert asked() == {"died": True, "why": "No."}
    assert process.is_closed and not MACHINE.hosts


def test_why_a_machine_must_not_grade_is_told_and_nothing_is_raised(beside: Callable[..., ScriptedProcess]) -> None:
    beside({"refused": "No."}, STRONG)

    assert asked() == {"refused": "No."}
    assert "JSONDecodeError" in asked(chunk="no JSON")["refused"]


class ScriptedWorker:
    """A worker of dask that has one task, in some state."""

    def __init__(self, state: str) -> None:
        self.state = SimpleNamespace(tasks={"task": SimpleNamespace(state=state)})

    def get_current_task(self) -> str:
        return "task"


@pytest.mark.parametrize("answers", [[], [STRONG]], ids=["while it warms up", "in the middle"])
def test_a_chunk_that_dask_has_cancelled_ends_what_runs_here(
    beside: Callable[..., ScriptedProcess], monkeypatch: pytest.MonkeyPatch, answers: list[dict[str, Any]]
) -> None:
    process = beside(*answers)
    states = iter(["executing", "executing", "cancelled"])
    monkeypatch.setattr(cluster_worker, "_worker", lambda: ScriptedWorker(next(states)))

    assert asked() == {"died": True, "why": ""}
    assert process.is_closed and not MACHINE.hosts and not list(states)


def test_a_machine_that_nobody_asks_leaves_the_class_and_then_asks_for_the_course(
    beside: Callable[..., ScriptedProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_worker, "IDLE_SECONDS", 0.05)
    process = beside(STRONG, {"answers": {"s0": 1}})

    assert asked() == {**STRONG, "answers": {"s0": 1}}
    deadline = time.monotonic() + 60
    while MACHINE.hosts and time.monotonic() < deadline:
        time.sleep(0.01)

    assert not MACHINE.hosts
    assert process.is_closed
    assert asked(b"") == {"want": True}


def test_a_run_that_has_ended_begins_nothing_more(beside: Callable[..., ScriptedProcess]) -> None:
    beside(STRONG)
    release("run")

    assert asked() == {"died": True}
    assert not MACHINE.hosts


def test_the_process_beside_is_ended_with_its_run(beside: Callable[..., ScriptedProcess]) -> None:
    import socket
    from multiprocessing.connection import Connection

    ours, theirs = socket.socketpair()
    process = beside()
    process.channel = Connection(ours.detach())
    MACHINE.hosts["run"] = Host(process, Path("/scratch/none"))  # type: ignore[arg-type]

    with theirs, replaced(process):
        release("run")
        assert theirs.recv(1) == b""  # it sees the end

    assert process.is_closed and not MACHINE.hosts


class replaced:
    """Close the channel of a process at the end, once nobody needs it."""

    def __init__(self, process: Any) -> None:
        self._process = process

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        with MACHINE.lock:
            self._process.channel.close()
        while MACHINE.hosts:
            pass
