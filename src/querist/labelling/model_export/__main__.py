"""`python -m querist.labelling.model_export LOCATION OUT`, a process of its own."""

import sys

from querist.labelling.model_export.write import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
