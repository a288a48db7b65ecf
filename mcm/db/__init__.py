"""The database: engine, unit of work, column types, bulk writing, migrations. SQLite by default, PostgreSQL 15+."""
