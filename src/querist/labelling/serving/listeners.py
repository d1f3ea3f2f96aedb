"""Tell whoever listens that something changed; listeners ask for the news themselves."""

import threading
from collections.abc import Callable

Listener = Callable[[str], None]


class Live:
    """Listeners, called with the name of what changed: ranking, model, figures, promises, progress, ..."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: list[Listener] = []
        self.closed = False

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Add a listener; the result takes it away again. It is called from other threads and must not block."""
        with self._lock:
            self._listeners.append(listener)

        def stop() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return stop

    def tell(self, name: str) -> None:
        """Call every listener."""
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener(name)

    def close(self) -> None:
        """Tell every listener that nothing more will come."""
        self.closed = True
        self.tell("closed")
