"""An engine with so much memory and no more."""

from collections.abc import Callable

from helpers.fake_engine import FakeEngineClient

from runtime.events import Failed
from runtime.problems import Problem
from runtime.requests import LoadRequest, Request


class BudgetEngineClient(FakeEngineClient):
    """Loads what its memory holds; what it does not ends as it would on a real machine.

    Attributes:
        budget_bytes: the device's memory
        end: how a load ends that needs more
    """

    def __init__(
        self,
        *,
        budget_bytes: int,
        needs: Callable[[LoadRequest], int],
        end: Problem = Problem.OUT_OF_MEMORY,
    ) -> None:
        super().__init__(loads_by_itself=False)
        self.budget_bytes = budget_bytes
        self.end = end
        self._needs = needs

    def submit(self, request: Request) -> None:
        super().submit(request)
        if not isinstance(request, LoadRequest):
            return
        if self._needs(request) <= self.budget_bytes:
            self.finish_load(request)
        else:
            self.say(Failed(request_id=request.request_id, problem=self.end))
