"""The JSON of `/api/v1`: what requests may hold, and the replies that only the server makes.

Most replies are made of the types that `querist.labelling` returns: their shapes are written there, once
(``docs/decisions/0014-shapes-of-the-api.md``). ``frontend/src/core/openapi.ts`` is generated from all of them.
"""
