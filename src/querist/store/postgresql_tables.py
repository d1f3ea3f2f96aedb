"""Whether the tables of a project in PostgreSQL are tables, and nothing hangs on them that Querist has not made.

Triggers, rules and policies change what is written or read, a view stands for whatever its author likes, and columns,
defaults, checks and indexes can compute. What else lies in the database is no business of a project: nothing of it is
reached.
"""

from sqlalchemy import Connection, bindparam, text

from querist.exceptions import StoreError
from querist.store import schema

_NAMES = [*schema.metadata.tables, "item_words"]
# The only check that Querist makes: a role is one of some words.
_CHECK = r"^CHECK \(\(role = ANY \(ARRAY\[[^()]*\]\)\)\)$"
_CONSTANT = r"^('[^']*'(::\w+)?|[0-9.]+|true|false)$"
# A line for each thing that Querist does not make: the table, and what is wrong with it.
_STRANGE = text("""
    WITH ours AS (
        SELECT * FROM pg_class
        WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND relname IN :names
    ), ours_alone AS (SELECT oid AS ours_oid, relname FROM ours)
    SELECT relname, CASE WHEN relkind IN ('v', 'm') THEN 'is a view' ELSE 'is another kind of table' END FROM ours
    WHERE relkind <> 'r' OR relpersistence <> 'p' OR relispartition OR relhassubclass
        OR EXISTS (SELECT 1 FROM pg_inherits WHERE inhrelid = ours.oid)
    UNION ALL
    SELECT relname, 'has row level security' FROM ours WHERE relrowsecurity OR relforcerowsecurity
    UNION ALL
    SELECT relname, 'has the trigger ' || tgname FROM pg_trigger JOIN ours_alone ON tgrelid = ours_oid
    WHERE NOT tgisinternal
    UNION ALL
    SELECT relname, 'has the rule ' || rulename FROM pg_rewrite JOIN ours_alone ON ev_class = ours_oid
    UNION ALL
    SELECT relname, 'has the column ' || attname || ', which computes or is of another type'
    FROM pg_attribute JOIN ours_alone ON attrelid = ours_oid JOIN pg_type ON atttypid = pg_type.oid
    WHERE attnum > 0 AND NOT attisdropped
        AND (attgenerated <> '' OR typnamespace <> 'pg_catalog'::regnamespace OR typtype <> 'b'
            OR EXISTS (SELECT 1 FROM pg_attrdef WHERE adrelid = attrelid AND adnum = attnum
                       AND pg_get_expr(adbin, adrelid) !~ :constant))
    UNION ALL
    SELECT relname, 'has the index ' || indexrelid::regclass || ', which computes'
    FROM pg_index JOIN ours_alone ON indrelid = ours_oid WHERE indexprs IS NOT NULL OR indpred IS NOT NULL
    UNION ALL
    SELECT relname, 'has the constraint ' || conname FROM pg_constraint JOIN ours_alone ON conrelid = ours_oid
    WHERE contype NOT IN ('p', 'u', 'f', 'c', 'n') OR (contype = 'c' AND pg_get_constraintdef(oid) !~ :check)
""").bindparams(bindparam("names", expanding=True))


def check_tables(connection: Connection, name: str) -> None:
    """Look at what stands where a project would stand.

    Raises
    ------
    StoreError
        If something is there that Querist does not make.
    """
    found = connection.execute(_STRANGE, {"names": _NAMES, "check": _CHECK, "constant": _CONSTANT}).first()
    if found is not None:
        raise StoreError(
            f"{name} is not opened: {found[0]} {found[1]}. Another program has changed this project, and what it "
            "added could change labels or keep Querist waiting. Take a copy that only Querist has written to."
        )
