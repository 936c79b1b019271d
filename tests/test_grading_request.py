"""A request to an examiner goes through a pipe as JSON, and arrives as it was."""

import json

import pytest

from autograder.grading.request import ExaminerRequest

GRADE = ExaminerRequest("김철수", "kim-1", "hand-ins/kim", known="abc")
SHOW = ExaminerRequest("ada", "ada", lesson="cell", cells=["x = 1"])


@pytest.mark.parametrize("request_", [GRADE, SHOW], ids=["grade", "show"])
def test_it_arrives_as_it_was_sent(request_: ExaminerRequest) -> None:
    assert ExaminerRequest.from_json(json.loads(json.dumps(request_.to_json()))) == request_


def test_no_cells_are_not_the_same_as_an_empty_notebook() -> None:
    assert ExaminerRequest("ada", "ada").cells is None
    assert ExaminerRequest.from_json({**GRADE.to_json(), "cells": []}).cells == []
