"""Carries plans out: the one owner of what the model's memory holds."""

import logging
from collections.abc import Callable
from dataclasses import replace

from runtime.engine.checkpoints import Checkpoint, bounded, newest, thinned
from runtime.engine.context import Context
from runtime.engine.picture_cache import PictureCache
from runtime.engine.prefill_plan import (
    BLOCK,
    Picture,
    Plan,
    PrefillProgress,
    ReadCounts,
    Step,
    Unit,
    WantedPrompt,
    cells,
    make_plan,
    positions,
)
from runtime.engine.prompt_end import PromptEnd, Row
from runtime.engine.saved_states import SavedState, SavedStates
from runtime.engine.tuning import Tuning, measure
from runtime.problems import EngineFailure, Problem, PromptFailure, Stopped

log = logging.getLogger("sideglance.engine")

# Cells that must be about to be lost before they are worth a copy of the whole state,
# and cells that a saved state must save before it is worth loading.
_WORTH_STASHING = 64
_WORTH_LOADING = 16
# Tokens of a batch that is read ahead: whoever asks something else waits for the end of one.
_AHEAD_BATCH = BLOCK
# A digit in all vocabularies we know, and harmless in any.
_TRIED_TOKEN = 16
# Most RAM for the state at the end of the last prompt; a copy of it takes some 40 ms.
_ENDING_BYTES = 128 << 20


class Session:
    """One conversation in a model's memory.

    Whatever happens while reading, memory afterwards holds exactly `held`: a step that was
    stopped or failed is rolled back to the newest checkpoint.
    """

    def __init__(
        self, context: Context, pictures: PictureCache | None, states: SavedStates
    ) -> None:
        self._context = context
        self._pictures = pictures
        self._states = states
        self._held: list[Unit] = []
        self._position = 0
        self._cells = 0
        self._checkpoints: list[Checkpoint] = []
        self._last_batch: tuple[list[int], int] = ([], 0)
        self._prompt_end: PromptEnd | None = None
        self._repeats = False
        self._draft: int | None = None
        # A decode that did not end leaves the recurrent state somewhere in between.
        self._is_torn = False
        self._batch_size = context.batch_size
        context.prepare_checkpoint()

    @property
    def context(self) -> Context:
        """The memory itself, whose logits are drawn from."""
        return self._context

    @property
    def position(self) -> int:
        """Where the next token will be read."""
        return self._position

    @property
    def last_batch(self) -> tuple[list[int], int]:
        """The tokens of the last batch of a prompt, and where it began."""
        return self._last_batch

    @property
    def prompt_end(self) -> PromptEnd | None:
        """Where the first token is drawn from, if the prompt stood in memory already."""
        return self._prompt_end if self._repeats else None

    @property
    def held(self) -> tuple[Unit, ...]:
        """What memory holds."""
        return tuple(self._held)

    @property
    def cells_left(self) -> int:
        """Tokens that can still be written."""
        return self._context.length - self._cells

    def read(
        self,
        wanted: WantedPrompt,
        progress: PrefillProgress,
        stopped: Callable[[], bool],
        *,
        logits: bool = True,
        stash: bool = True,
    ) -> ReadCounts:
        """Make memory hold what is wanted, reading only what is new.

        Args:
            wanted: what memory shall hold
            progress: is told how far reading has come
            stopped: asked between batches, and on the CPU within them
            logits: an answer follows
            stash: keep a conversation that makes way; no if this is the same one as the
                template writes it once its answer is history

        Raises:
            PromptFailure: PROMPT_TOO_LONG with "needed/available" tokens
            Stopped: `stopped` said so
            EngineFailure: llama.cpp refused; memory was rolled back
        """
        needed = cells(wanted.units)
        if needed >= self._context.length:
            raise PromptFailure(Problem.PROMPT_TOO_LONG, f"{needed}/{self._context.length - 1}")
        if self._is_torn:
            self._roll_back()
        if not logits:
            self._keep_ending()
            self._context.prepare_checkpoint()
        plan = self._prepare(wanted, logits=logits, stash=stash)
        reused = self._cells
        total = needed - reused
        pictures = sum(isinstance(step.units[0], Picture) for step in plan.steps)
        seen = 0
        log.info("prompt of %d: %d reused, %d to read", needed, reused, total)
        self._draft = wanted.draft
        # Words read ahead come in small batches that are never broken off: the question that
        # interrupts them mostly goes on where they end.
        batch_size = self._batch_size if logits else _AHEAD_BATCH
        self._context.watch(stopped if logits else None)
        try:
            for step in plan.steps:
                if isinstance(step.units[0], Picture):
                    seen += 1
                    progress.picture(seen, pictures)
                self._read_step(
                    step,
                    batch_size,
                    stopped,
                    lambda: progress.tokens(self._cells - reused, total),
                )
        except BaseException:
            if self._is_torn:
                self._roll_back()
            raise
        finally:
            self._context.watch(None)
        if not logits:
            self._checkpoints = thinned(self._checkpoints, self._held)
        return ReadCounts(prompt=needed, reused=reused, read=total)

    def mark_ending(self, hidden: Row | None = None) -> None:
        """Remember the end of the prompt, from whose logits the first token was just drawn.

        Args:
            hidden: the model's last hidden state, if it drafts
        """
        if not self._repeats:
            logits = self._context.logits()
            self._take_checkpoint()
            self._prompt_end = PromptEnd(units=self.held, logits=logits, hidden=hidden)

    def write(self, token: int) -> None:
        """Append a generated token, so that the next can be drawn."""
        self._is_torn = True
        self._context.decode([token], self._position)
        self._advance([token])

    def try_tokens(self, tokens: list[int]) -> None:
        """Read a token and drafts after it; `keep_tried` must follow."""
        self._context.decode(tokens, self._position, logits_of_all=True)

    def keep_tried(self, kept: list[int]) -> None:
        """Keep the beginning of what was tried and take back the rest."""
        if not self._context.take_back(self._position + len(kept)):
            self._roll_back()
            raise EngineFailure(Problem.UNEXPECTED, "drafts could not be taken back")
        self._advance(kept)

    def tune(self, tuning: Tuning) -> None:
        """Compute as was found best on this machine."""
        self._batch_size = min(tuning.batch_size, self._context.batch_size)
        self._context.use_threads(writing=tuning.writing_threads, reading=tuning.reading_threads)

    def warm_up(self, cores: tuple[int, int], stopped: Callable[[], bool]) -> Tuning | None:
        """Measure threads and batch size behind what is held, and forget what was read for it.

        Returns:
            None if it was stopped, or if there are no cells left
        """
        largest = self._context.batch_size
        if self.cells_left <= largest:
            return None
        end, position = len(self._held), self._position
        if self._held:
            self._take_checkpoint()

        def trial(count: int, *, writing_threads: int, reading_threads: int) -> None:
            self._context.use_threads(writing=writing_threads, reading=reading_threads)
            self._is_torn = True
            # Any token will do. Each trial begins where the last did.
            self._context.decode([_TRIED_TOKEN] * count, position)
            self._go_back(end)

        self._context.watch(stopped)
        try:
            return measure(trial, cores=cores, largest_batch=largest, stopped=stopped)
        except Stopped:
            self._go_back(end)
            return None
        finally:
            self._context.watch(None)
            self._context.use_threads(writing=cores[0], reading=cores[0])

    def forget(self) -> None:
        """Empty memory."""
        self._context.clear()
        self._held.clear()
        self._checkpoints.clear()
        self._position = self._cells = 0

    def stash(self) -> None:
        """Keep the conversation before another takes its place in memory."""
        self._drop_draft()
        if self._held:
            self._states.put(self._saved())

    def save(self) -> None:
        """Write the conversation to disk, and others that are only in RAM."""
        self._drop_draft()
        self._states.write_all()
        # Taking the state copies all of memory: not for what is on disk already.
        if self._held and not self._states.is_written(self.held):
            self._states.write(self._saved())

    def _drop_draft(self) -> None:
        """What is typed and not sent is nobody's to keep."""
        if self._draft is not None and len(self._held) > self._draft:
            self._go_back(self._draft)
        self._draft = None

    def _saved(self) -> SavedState:
        return SavedState(
            units=self.held,
            memory=self._context.save(),
            checkpoints=newest(self._checkpoints, before=len(self._held)),
        )

    def _prepare(self, wanted: WantedPrompt, *, logits: bool, stash: bool) -> Plan:
        """Make memory hold the beginning of what is wanted; the plan's steps read the rest."""
        repeated = (
            logits and self._prompt_end is not None and self._prompt_end.units == wanted.units
        )
        state = self._best_state(wanted, logits=logits, repeated=repeated)
        plan = self._plan(wanted, logits=logits, repeated=repeated)
        if stash and self._cells - cells(self._held[: plan.keep]) >= _WORTH_STASHING:
            self.stash()
        if state is not None:
            self._replace(state)
        # Putting aside may have dropped a draft, and the saved state is another memory.
        plan = self._plan(wanted, logits=logits, repeated=repeated)
        if plan.restore:
            self._go_back(plan.keep)
            if len(self._held) != plan.keep:
                plan = self._plan(wanted, logits=logits, repeated=repeated)
        self._repeats = repeated and not plan.steps
        return plan

    def _keep_ending(self) -> None:
        """Before idle reading goes another way: keep the whole state of the prompt's end."""
        prompt_end = self._prompt_end
        if prompt_end is None or prompt_end.memory is not None:
            return
        length = len(prompt_end.units)
        if self.held[:length] != prompt_end.units or not any(
            mark.length == length for mark in self._checkpoints
        ):
            return
        self._go_back(length)
        if len(self._held) == length and self._context.saved_bytes() <= _ENDING_BYTES:
            # In RAM only, where checkpoints are shared: all of them.
            memory = replace(self._saved(), checkpoints=tuple(self._checkpoints))
            self._prompt_end = replace(prompt_end, memory=memory)

    def _best_state(
        self, wanted: WantedPrompt, *, logits: bool, repeated: bool
    ) -> SavedState | None:
        """A saved conversation that is worth more than what is held."""
        plan = self._plan(wanted, logits=logits, repeated=repeated)
        if plan.steps and repeated and self._prompt_end is not None and self._prompt_end.memory:
            return self._prompt_end.memory
        name, saved = self._states.best(wanted.units, logits=logits)
        if name is None or saved < cells(self._held[: plan.keep]) + _WORTH_LOADING:
            return None
        # Taken before anything is put aside, which could push it out of RAM.
        return self._states.take(name)

    def _plan(self, wanted: WantedPrompt, *, logits: bool, repeated: bool) -> Plan:
        marks = [mark.length for mark in self._checkpoints]
        if repeated:
            plan = make_plan(self._held, wanted, marks, logits=False)
            if not plan.steps:
                return plan
        return make_plan(self._held, wanted, marks, logits=logits)

    def _replace(self, state: SavedState) -> None:
        self.forget()
        if not self._context.load(state.memory):
            log.warning("a saved conversation was refused; reading it again")
            self.forget()
            return
        self._held = list(state.units)
        self._position = positions(self._held)
        self._cells = cells(self._held)
        self._checkpoints = list(state.checkpoints)
        self._take_checkpoint()

    def _read_step(
        self,
        step: Step,
        batch_size: int,
        stopped: Callable[[], bool],
        report: Callable[[], None],
    ) -> None:
        if isinstance(picture := step.units[0], Picture):
            self._read_picture(picture, stopped)
            report()
        else:
            tokens = [unit for unit in step.units if isinstance(unit, int)]
            for start in range(0, len(tokens), batch_size):
                if stopped():
                    raise Stopped
                batch = tokens[start : start + batch_size]
                self._is_torn = True
                self._context.decode(batch, self._position)
                self._last_batch = (batch, self._position)
                self._advance(batch)
                report()
        if step.checkpoint_after:
            self._take_checkpoint()

    def _read_picture(self, picture: Picture, stopped: Callable[[], bool]) -> None:
        if self._pictures is None:
            raise PromptFailure(Problem.MODEL_CANNOT_SEE)
        # Encoding cannot be aborted; its result stays in the cache whatever comes.
        self._pictures.encode(picture, stopped)
        if stopped():
            raise Stopped
        self._context.watch(stopped)
        self._is_torn = True
        self._pictures.decode(picture, self._context, self._position)
        self._advance([picture])

    def _advance(self, units: list[int] | list[Picture]) -> None:
        self._is_torn = False
        self._held.extend(units)
        self._position += positions(units)
        self._cells += cells(units)

    def _take_checkpoint(self) -> None:
        if self._checkpoints and self._checkpoints[-1].length >= len(self._held):
            return
        state = self._context.checkpoint()
        taken = Checkpoint(length=len(self._held), position=self._position, state=state)
        self._checkpoints = bounded([*self._checkpoints, taken])

    def _roll_back(self) -> None:
        """After a decode that did not end: the recurrent state is somewhere in between."""
        self._go_back(self._checkpoints[-1].length if self._checkpoints else 0)

    def _go_back(self, length: int) -> None:
        """Make memory end after `length` units, where a checkpoint is; 0 empties it."""
        self._is_torn = False
        self._checkpoints = [mark for mark in self._checkpoints if mark.length <= length]
        if length == 0 or not self._checkpoints:
            self.forget()
            return
        mark = self._checkpoints[-1]
        if not self._context.restore(mark.state, mark.position):
            log.warning("a checkpoint was refused; reading everything again")
            self.forget()
            return
        del self._held[mark.length :]
        self._position = mark.position
        self._cells = cells(self._held)
