"""`python -m querist.labelling.errands`: one errand, in a process that can be stopped and may take only so much memory.

Its input is one frame (`querist.labelling.trainer.frames`): what is to be done, as `querist.labelling.errands.work`
takes it, and the bytes of a file where one goes with it. Its output is one frame: what came of it, or ``error`` (the
name of a class of `querist.exceptions`) and ``message``. When its input ends, who asked is gone: it removes what it has
written, and ends.
"""

import os
import shutil
import signal
import sys
import threading

from querist.exceptions import DataError, QueristError
from querist.labelling.errands.memory import limit_memory
from querist.labelling.trainer.frames import read_frame, write_frame

# Behind who labels, yet never far: somebody waits for what an errand brings, whatever else the machine does.
_NICE = 4


def main() -> None:
    """Carry out the errand that the input names."""
    # Ctrl-C in the terminal is for the server; this process ends with it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICE)
    # The output is for the one message; what libraries print goes where warnings go.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    frame = read_frame(sys.stdin.buffer)
    if frame is None:
        return
    header, blob = frame
    threading.Thread(target=_wait_for_the_end, args=(header.get("folder"),), daemon=True).start()
    limit_memory(header.get("most_memory"))

    from querist.labelling.errands.work import carry_out

    try:
        told, content = carry_out(header, blob)
    except MemoryError:
        error = "It takes more memory than this server gives. Leave out what is not needed, or give it in parts."
        told, content = {"error": DataError.__name__, "message": error}, b""
    except QueristError as error:
        told, content = {"error": type(error).__name__, "message": str(error)}, b""
    except OSError as error:
        told, content = {"error": "StoreWriteError", "message": f"{error.strerror or error}."}, b""
    write_frame(out, told, content)


def _wait_for_the_end(folder: str | None) -> None:
    sys.stdin.buffer.read()
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


if __name__ == "__main__":
    main()
