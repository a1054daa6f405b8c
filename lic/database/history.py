"""The schema's history: small numbered steps, applied by Alembic from blank or from any older step."""

from pathlib import Path

from sqlalchemy import Engine

HEAD = "0004"


def upgrade(engine: Engine, found: str | None) -> bool:
    """Apply the missing steps after `found`; False where `found` is not a step of this LIC."""
    # Alembic takes a fifth of a second to import, and is needed only when the schema is not the newest.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    if found is not None and found not in {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}:
        return False
    with engine.connect() as connection:
        # Two processes that start at once take turns; the second finds the work done.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
    return True
