"""How far `unroll similar` keeps independent right answers from copies: python benchmarks/similar.py

A class is made for each lesson. Student number n writes each task as its n-th alternative, so no two have written a
task in the same way. For each of them another one hands in the same: a program has renamed all local names and
parameters, dropped the comments and changed the layout.
"""

import ast
import builtins
from pathlib import Path

from autograder.course.model import load_course
from autograder.course.variants import alternatives
from autograder.grading.similar import LISTED, given_of
from autograder.grading.similar_code import compare


class Renamed(ast.NodeTransformer):
    """Give every local name of a function another one."""

    def __init__(self, tree):
        kept = {*dir(builtins), "self"}
        stores = [n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        arguments = [n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)]
        own = sorted({*stores, *arguments} - kept)
        self.names = {name: f"v{number}" for number, name in enumerate(own)}

    def visit_Name(self, node):
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_arg(self, node):
        node.arg = self.names.get(node.arg, node.arg)
        return self.generic_visit(node)


def renamed(code):
    tree = ast.parse(code)
    return ast.unparse(Renamed(tree).visit(tree))


def class_of(lesson):
    """Write a lesson as each independent student: the n-th alternative of each task, with what it needs."""
    answer = {node.name for node in ast.parse((lesson.folder / "lesson.py").read_text()).body if hasattr(node, "name")}
    by_task = {task.name: [] for task in lesson.tasks}
    for one in alternatives(lesson):
        by_task[one.task].append(written(one, answer))
    count = max(map(len, by_task.values()), default=0)
    return ["\n\n\n".join(own[n] for own in by_task.values() if n < len(own)) for n in range(count)]


def written(alternative, answer):
    """Cut out of a whole lesson the task as it is written here, and the functions of its own that it needs."""
    last = {node.name: node for node in ast.parse(alternative.source).body if hasattr(node, "name")}
    wanted, own = [alternative.task], {}
    while wanted:
        name = wanted.pop()
        own[name] = last[name]
        used = {node.id for node in ast.walk(last[name]) if isinstance(node, ast.Name)}
        wanted += [one for one in used if one in last and one not in own and one not in answer]
    return "\n\n\n".join(ast.get_source_segment(alternative.source, node) for node in reversed(own.values()))


def main():
    course = load_course(Path(__file__).resolve().parents[1])
    print(f"{'lesson':26}{'students':>9}{'independent, highest':>22}{'copies, lowest':>16}{'median':>8}{'listed':>10}")
    highest, listed, count = 0.0, 0, 0
    for lesson in course.lessons():
        own = class_of(lesson)
        n = len(own)
        found = compare([*own, *map(renamed, own)], given_of(course, lesson)).overlaps.tolist()
        apart = max(found[i][j] for i in range(2 * n) for j in range(i) if i % n != j % n)
        pairs = sorted(found[i][n + i] for i in range(n))
        shown = sum(pair >= LISTED for pair in pairs)
        print(f"{lesson.key:26}{n:9}{apart:22.2f}{pairs[0]:16.2f}{pairs[n // 2]:8.2f}{shown:7}/{n}")
        highest, listed, count = max(highest, apart), listed + shown, count + n
    print(f"{listed} of {count} copies are listed (from {LISTED}); the highest independent pair has {highest:.2f}")


if __name__ == "__main__":
    main()
