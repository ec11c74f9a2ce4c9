/** Marks the file as a gallery of Visage (SQLite's `application_id`): the letters VSGL. */
export const applicationId = 0x5653474c;

/**
 * The steps from an empty file to today's tables; `user_version` counts those that were taken. Steps are
 * only ever added, or files written by an earlier version could no longer be opened.
 */
export const migrations: readonly string[] = [
  `
  -- One row: what holds for all of it.
  CREATE TABLE gallery (
    only_row        INTEGER PRIMARY KEY CHECK (only_row = 1),
    version         INTEGER NOT NULL,
    last_example    INTEGER NOT NULL,
    gallery_id      TEXT,
    pack            TEXT,
    dimension       INTEGER,
    encryption      TEXT
  ) STRICT;
  INSERT INTO gallery (only_row, version, last_example) VALUES (1, 0, 0);

  CREATE TABLE people (
    id              TEXT PRIMARY KEY,
    name            TEXT NOT NULL,
    name_key        TEXT NOT NULL,
    merged_into     TEXT REFERENCES people (id),
    version         INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX people_name ON people (name_key) WHERE merged_into IS NULL;
  CREATE INDEX people_merged ON people (merged_into) WHERE merged_into IS NOT NULL;
  CREATE INDEX people_version ON people (version);

  CREATE TABLE examples (
    id              INTEGER PRIMARY KEY,
    person_id       TEXT NOT NULL REFERENCES people (id),
    source          TEXT NOT NULL,
    quality         TEXT NOT NULL,
    added_at_ms     INTEGER,
    has_crop        INTEGER NOT NULL,
    version         INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX examples_person ON examples (person_id);
  CREATE INDEX examples_version ON examples (version);

  -- Apart from the rows that change: the bytes are written once and never moved by an update.
  CREATE TABLE embeddings (example_id INTEGER PRIMARY KEY REFERENCES examples (id), bytes BLOB NOT NULL) STRICT;
  CREATE TABLE crops      (example_id INTEGER PRIMARY KEY REFERENCES examples (id), bytes BLOB NOT NULL) STRICT;

  -- Ids only: nothing here tells who it was.
  CREATE TABLE removed (version INTEGER NOT NULL, person_id TEXT, example_id INTEGER) STRICT;
  CREATE INDEX removed_version ON removed (version);
  `,
];
