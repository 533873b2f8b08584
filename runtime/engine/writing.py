"""The tokens of an answer, one at a time or several to a pass of the model."""

from collections.abc import Iterator

from runtime.engine.model import Model
from runtime.engine.mtp import DRAFT_LENGTH, Drafter
from runtime.engine.sampling import Sampler
from runtime.engine.session import Session


class Writer:
    """Draws an answer's tokens; the model's memory follows.

    Attributes:
        passes: passes of the model so far, the prompt's own included
    """

    def __init__(self, model: Model, session: Session, sampler: Sampler) -> None:
        self._model = model
        self._session = session
        self._sampler = sampler
        self.passes = 1

    def tokens(self, drafter: Drafter | None) -> Iterator[int]:
        """Tokens without end; whoever iterates stops at the end of the answer.

        Args:
            drafter: guesses ahead; None writes one token per pass
        """
        return self._plain() if drafter is None else self._drafted(drafter)

    def _plain(self) -> Iterator[int]:
        token = self._draw_first()
        yield token
        self._session.mark_ending()
        while True:
            self._session.write(token)
            self.passes += 1
            token = self._sampler.draw(self._session.context)
            yield token

    def _draw_first(self) -> int:
        ending = self._session.ending
        if ending is not None:
            return self._sampler.draw_from(ending.logits)
        return self._sampler.draw(self._session.context)

    def _drafted(self, drafter: Drafter) -> Iterator[int]:
        ending = self._session.ending
        if ending is None:
            drafter.begin(*self._session.last_batch)
        else:
            drafter.begin_after(ending.hidden)
        token = self._draw_first()
        yield token
        self._session.mark_ending(drafter.last)
        while True:
            position = self._session.position
            # The batch must fit, and one more token after it.
            room = min(DRAFT_LENGTH, self._session.cells_left - 2)
            drafts = drafter.draft(token, position, max(room, 0))
            self._session.try_tokens([token, *drafts])
            self.passes += 1
            kept = [token]
            token = self._sampler.draw(self._session.context, 0)
            for index, draft in enumerate(drafts, start=1):
                if token != draft or self._model.ends_answer(token):
                    break
                kept.append(token)
                token = self._sampler.draw(self._session.context, index)
            self._session.keep_tried(kept)
            drafter.accept(kept, position)
            yield from kept[1:]
            yield token
