"""The command line. Each command is a few lines that call a rule; here stand their names, in the order of --help."""

from commands import check, database, demo, imports, people, search, serve

ALL = (
    serve.serve,
    serve.worker,
    database.init,
    database.migrate,
    database.backup,
    database.restore,
    imports.import_file,
    demo.demo,
    check.check,
    search.reindex,
    people.create_operator,
)
