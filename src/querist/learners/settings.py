"""How classifiers are fitted and asked: one BLAS thread, and no checks that have been done before."""

import sklearn

from querist._threads import SingleBlasThread


class Settings(SingleBlasThread):
    """Context with one BLAS thread and fewer of scikit-learn's checks; what the caller has switched off stays off."""

    def __init__(self, **switches: bool) -> None:
        self._switches = switches

    def __enter__(self) -> None:
        before = sklearn.get_config()
        self._before = {name: before[name] for name in self._switches}
        sklearn.set_config(**{name: on or before[name] for name, on in self._switches.items()})
        super().__enter__()

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        sklearn.set_config(**self._before)
