"""The one database: tables, connections and schema history."""
