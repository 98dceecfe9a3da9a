"""The child's end of the conversation: questions and answers, and the order to stop."""

import os
import queue
import select
import signal
import socket
import threading
from typing import Final, NoReturn, TypeVar

from haulier.errors import Conflict, HaulierError
from haulier.safefetch import FetchError
from haulier.worker.isolation.messages import (
    HEAD_BYTES,
    Call,
    Done,
    Ending,
    Refusal,
    Request,
    RunStep,
    StepRan,
    Stop,
    body_length,
    frame,
    read_in_child,
)

_E = TypeVar("_E")
_LONGEST_WAIT_MS: Final = 500


class Stopped(BaseException):
    """The attempt is over: leaves the handler past every `except Exception`."""


class Link:
    """Speaks for one attempt. A thread listens, so that an order to stop is heard at any time."""

    def __init__(self, conversation: socket.socket) -> None:
        self._socket = conversation
        self._poll = select.poll()
        self._poll.register(conversation, select.POLLIN)
        self._answers: dict[int, queue.SimpleQueue[Done | Refusal | RunStep]] = {}
        self._sending = threading.Lock()
        self._last_id = 0
        self._ended = False
        self._main = threading.main_thread().ident or 0
        self.stopped = False
        """The worker ordered the attempt to stop."""

    def receive_call(self) -> Call:
        """What to run. Raises OSError when the worker is gone."""
        message = read_in_child(self._receive())
        if not isinstance(message, Call):
            raise OSError("the call comes first")
        return message

    def listen(self) -> None:
        """Hears answers and orders from here on. Call it in the main thread."""
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        threading.Thread(target=self._listen, name="haulier-link", daemon=True).start()

    def next_id(self) -> int:
        """A number for a question."""
        with self._sending:
            self._last_id += 1
            self._answers[self._last_id] = queue.SimpleQueue()
            return self._last_id

    def ask(self, request: Request | StepRan) -> Done | RunStep:
        """The worker's answer to the request. Raises what it refused with."""
        self.tell(request)
        answer = self._answers[request.id].get()
        if isinstance(answer, RunStep):
            return answer
        del self._answers[request.id]
        if isinstance(answer, Refusal):
            _refuse(answer)
        return answer

    def tell(self, message: Request | StepRan) -> None:
        """Sends without waiting for an answer. Raises TooLong."""
        packed = frame(message)
        with self._sending:
            self._socket.sendall(packed)

    def forget(self, number: int) -> None:
        """No answer to this question is wanted any more."""
        self._answers.pop(number, None)

    def end(self, ending: Ending) -> NoReturn:
        """Says the last word and waits to be ended by the worker. Raises TooLong."""
        packed = frame(ending)
        self._ended = True
        with self._sending:
            self._socket.sendall(packed)
        while True:
            signal.pause()

    def _on_signal(self, *_: object) -> None:
        """Only the worker's order counts: a SIGTERM to a whole group is the worker's to handle."""
        if self.stopped and not self._ended:
            self._ended = True
            raise Stopped

    def _listen(self) -> None:
        try:
            while True:
                message = read_in_child(self._receive())
                if isinstance(message, Stop):
                    self.stopped = True
                    signal.pthread_kill(self._main, signal.SIGTERM)
                elif not isinstance(message, Call) and message.id in self._answers:
                    self._answers[message.id].put(message)
        except (OSError, ValueError):
            os._exit(1)  # nobody is left to work for

    def _receive(self) -> bytes:
        return self._exactly(body_length(self._exactly(HEAD_BYTES)))

    def _exactly(self, length: int) -> bytes:
        found = bytearray()
        while len(found) < length:
            # Never waits for long: a descriptor that the handler closed meanwhile stays open for
            # as long as somebody waits in it, and the worker would not see it closed.
            while not self._poll.poll(_LONGEST_WAIT_MS):
                pass
            piece = self._socket.recv(min(length - len(found), 1 << 20))
            if not piece:
                raise OSError("the worker is gone")
            found += piece
        return bytes(found)


def _refuse(refusal: Refusal) -> NoReturn:
    """Raises the error that the refusal names, as it would have come up in the worker."""
    for known in _tree(FetchError):
        if known.code == refusal.code:
            error = known(refusal.detail, origin=refusal.origin)
            error.hop, error.hops = refusal.hop, refusal.hops
            raise error
    for known in _tree(HaulierError):
        if known.code == refusal.code and not issubclass(known, Conflict):
            raise known(refusal.detail)
    if refusal.code in {kind.code for kind in _tree(Conflict)}:
        raise Conflict(refusal.detail)
    raise HaulierError(refusal.detail)


def _tree(kind: type[_E]) -> list[type[_E]]:
    return [kind, *(below for child in kind.__subclasses__() for below in _tree(child))]
