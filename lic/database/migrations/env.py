"""Alembic's entry: run the steps on the connection that was handed over."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=False)
context.run_migrations()
